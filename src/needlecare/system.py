"""Everything that differs between Linux, macOS and Windows, in one place.

Nothing here has been run on Windows or macOS yet. The tests simulate them: they remove the functions that
those systems lack, and stand in for those that Linux lacks.
"""

import os
import signal
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import ModuleType
from typing import Any

WINDOWS = os.name == "nt"

# Files --------------------------------------------------------------------------------------------

fcntl: ModuleType | None
try:
    import fcntl
except ImportError:  # not on Windows, which has no locks that end with their process
    fcntl = None

RENAMES_OPEN_FILES = fcntl is not None


def try_lock(handle: int) -> bool:
    """Lock an open file or folder for this process; false if another process has it.

    The lock ends when the handle is closed, so a killed process leaves none behind. Where the system or the
    disk has no locks, this always succeeds.
    """
    if fcntl is None:
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # some network disks
        return True
    return True


def open_folder(path: Path) -> int | None:
    """Open a folder in order to lock it; None on Windows, which locks no folders. Raises OSError."""
    return os.open(path, os.O_RDONLY) if fcntl else None


def remove_unless_in_use(path: Path) -> None:
    """Remove a file that a killed process left, unless a running process has locked it. Raises OSError."""
    if fcntl is None:
        path.unlink()  # Windows refuses to remove a file that is open
        return
    handle = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        path.unlink()
    finally:
        os.close(handle)


def is_removed(handle: int) -> bool:
    """Whether an open file has been deleted from its folder."""
    return fcntl is not None and os.fstat(handle).st_nlink == 0


def flush_disks() -> None:
    """Flush everything that was written to the disks, so that it survives a power failure."""
    if hasattr(os, "sync"):  # not on Windows
        os.sync()


# Signals and processes ----------------------------------------------------------------------------


def stop_signals() -> list[signal.Signals]:
    """Return the signals, other than Ctrl-C, that ask a process to stop."""
    return [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]


@contextmanager
def interrupts_delayed() -> Iterator[None]:
    """Delay Ctrl-C until the end of a block, for this process and those that it starts in the block.

    Does nothing on Windows.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    from multiprocessing import resource_tracker

    resource_tracker.ensure_running()  # which would let it through
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


def ignore_interrupts() -> None:
    """Ignore Ctrl-C and a closed terminal in this process. SIGTERM still ends it."""
    for name in ("SIGINT", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)


def cores() -> int:
    """Return the number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


# The console --------------------------------------------------------------------------------------


def shows(characters: str, encoding: str | None) -> bool:
    """Whether a console or a file of an encoding takes some characters; the C locale takes none but ASCII.

    A console of Windows has UTF-8 (PEP 528), but a pipe there, such as cp1252, has no box characters.
    """
    named = next((v for v in map(os.environ.get, ("LC_ALL", "LC_CTYPE", "LANG")) if v), "")
    if named in {"C", "POSIX"} and not os.environ.get("PYTHONIOENCODING"):
        return False
    try:
        characters.encode(encoding or "ascii")
    except (LookupError, UnicodeEncodeError):
        return False
    return True


def shows_colour() -> bool:
    """Whether standard output understands escape sequences for colour.

    A console of Windows must be asked to; terminals of the other systems always do.
    """
    console = _kernel32()
    if console is None:
        return True
    from ctypes import byref, c_ulong

    output, mode = console.GetStdHandle(-11), c_ulong()  # STD_OUTPUT_HANDLE
    if not console.GetConsoleMode(output, byref(mode)):
        return bool(os.environ.get("TERM"))  # no console of Windows, but a terminal such as Git Bash has
    return bool(console.SetConsoleMode(output, mode.value | 4))  # ENABLE_VIRTUAL_TERMINAL_PROCESSING


def time_locale() -> str:
    """Return the name of the locale for times, such as en_US; empty if there is none."""
    named = next((v for v in map(os.environ.get, ("LC_ALL", "LC_TIME", "LANG")) if v), "")
    windows = None if named else _kernel32()
    if windows is None:
        return named
    from ctypes import create_unicode_buffer

    name = create_unicode_buffer(85)  # LOCALE_NAME_MAX_LENGTH
    windows.GetUserDefaultLocaleName(name, len(name))
    return name.value.replace("-", "_")


def _kernel32() -> Any:
    """Return the library of Windows that knows consoles and locales; None on other systems."""
    if not WINDOWS:
        return None
    import ctypes

    return vars(ctypes)["windll"].kernel32


# The time zone ------------------------------------------------------------------------------------


class ZoneNotFoundError(Exception):
    """Why the time zone of this machine cannot be found."""


def configured_zone() -> str | None:
    """Return the name of the time zone in TZ, or else in the link /etc/localtime (localtime(5)); None without either.

    tzlocal finds the same there, and looks in more places; but importing it takes a tenth of a whole start. The link of
    macOS leads to /var/db/timezone/zoneinfo. Windows has none.
    """
    if name := os.environ.get("TZ"):
        return name
    with suppress(OSError, ValueError):
        return Path("/etc/localtime").readlink().as_posix().partition("/zoneinfo/")[2] or None
    return None


def detected_zone() -> str | None:
    """Return the name of this machine's time zone, wherever it is set: in /etc, or in the registry of Windows.

    None where none is set. Raises ZoneNotFoundError.
    """
    from tzlocal import get_localzone

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # of a guess
            name = str(get_localzone())
    except UserWarning as warning:
        if "find any timezone configuration" in str(warning):
            return None
        raise ZoneNotFoundError(str(warning)) from None  # its clocks don't match the zone that it names
    except Exception as error:  # noqa: BLE001  whatever the machine's configuration holds
        message = str(error.args[0] if error.args else error)
        raise ZoneNotFoundError(" ".join(message.split())) from None
    if name == "local":
        raise ZoneNotFoundError("it has no name")
    return name
