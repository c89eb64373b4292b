"""Everything that differs between Linux, macOS and Windows, in one place.

Nothing here has been run on Windows or macOS yet. The tests remove the functions that those systems lack,
and check that the rest still works.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

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
    """Whether an open file was deleted from its folder meanwhile."""
    return fcntl is not None and os.fstat(handle).st_nlink == 0


def flush_disks() -> None:
    """Flush everything that was written to the disks, so that it survives a power failure."""
    if hasattr(os, "sync"):  # not on Windows
        os.sync()


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
