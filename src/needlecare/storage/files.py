"""Reading rule files, and writing results: whole or not at all, for their owner alone; folders are held by one
process at a time.
"""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from errno import EAGAIN
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from needlecare import interruption
from needlecare.errors import Problem, ScheduleError, UsageError, WriteError, nearest, quoted
from needlecare.model import Schedule

if TYPE_CHECKING:
    from needlecare.plan.search import Vocabulary

BUILTIN = "microneedling"
# How the name of a file begins that is being written; 16 hexadecimal digits follow.
_UNFINISHED = ".needlecare-"
LONGEST_PATH = 400  # characters of a path that a message repeats


@cache
def schedules_folder() -> Path:
    """Return the folder of the rule files that ship with needlecare, wherever it is run from."""
    installed = find_spec("needlecare.schedules")
    if installed is not None and installed.submodule_search_locations:
        return Path(installed.submodule_search_locations[0])
    return Path(__file__).resolve().parents[3] / "schedules"  # a checkout that is not installed


def template_text(name: str) -> str:
    """Return a file that a clinic's own begin with. Raises UsageError."""
    return _shipped(schedules_folder() / "template" / name).decode()


def rules_schema() -> bytes:
    """Return the JSON Schema of rule files. Raises UsageError."""
    return _shipped(Path(__file__).resolve().parents[1] / "rules.schema.json")


def _shipped(path: Path) -> bytes:
    """Return a file that ships with needlecare. Raises UsageError."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(
            f"{quoted(path.name)}, which ships with needlecare, cannot be read: {reason(error)}; "
            "install needlecare again"
        ) from None


def schedule_names() -> list[str]:
    """Return the names of the rule files that ship with needlecare."""
    with suppress(OSError):  # a folder that cannot be read holds none
        return sorted(path.stem for path in schedules_folder().iterdir() if path.suffix == ".toml")
    return []


def builtin_data(name: str) -> bytes | None:
    """Return the bytes of a rule file that ships with needlecare, or None. Raises UsageError."""
    return _shipped(schedules_folder() / f"{name}.toml") if name in {BUILTIN, *schedule_names()} else None


def schedule_data(name: str) -> tuple[bytes, str]:
    """Return the bytes of a rule file, by the name of a built-in one or by a path, and how to call it.

    Raises UsageError where there is no such file, or none that can be read.
    """
    data = builtin_data(name)
    if data is not None:
        return data, f"{name}.toml"
    from needlecare.rules.load import LARGEST_FILE

    path = Path(name)
    if not (path.suffix or os.sep in name):
        names = schedule_names() or [BUILTIN]
        raise UsageError(
            f"unknown schedule {quoted(name)}{nearest(name, names)}; "
            f"write {' or '.join(names)}, or the path of a rule file such as clinic.toml"
        )
    try:
        return file_data(path, LARGEST_FILE), name
    except (OSError, ValueError) as error:
        raise UsageError(f"the rule file {quoted(name)} cannot be read: {reason(error)}") from None


def cases_data(name: str, largest: int) -> tuple[bytes | None, str]:
    """Return the bytes of the table of worked cases beside a rule file, or None, and how to call it.

    Beside clinic.toml that is clinic.cases.csv. Of more than `largest` bytes one more is
    read. Raises UsageError where there is a table that cannot be read.
    """
    builtin = name in schedule_names()
    path = schedules_folder() / f"{name}.toml" if builtin else Path(name)
    path = path.with_suffix(".cases.csv")
    called = path.name if builtin else str(path)
    try:
        there = path.exists() or path.is_symlink()
        return file_data(path, largest) if there else None, called
    except (OSError, ValueError) as error:
        raise UsageError(
            f"the worked cases {quoted(called, LONGEST_PATH)} cannot be read: {reason(error)}"
        ) from None


def file_data(path: Path, largest: int) -> bytes:
    """Return the bytes of a plain file, and one more than `largest` at most. Raises OSError or ValueError."""
    if path.exists() and not path.is_file():
        raise OSError("it is not a plain file")
    with path.open("rb") as file:
        return file.read(largest + 1)


def load_schedule(name: str) -> Schedule:
    """Return a checked schedule. Raises UsageError or ScheduleError.

    One that ships with needlecare is read in its prepared form, if that was made from it.
    """
    data, file = schedule_data(name)
    ships = name in schedule_names()
    if ships:
        from needlecare.rules.prepared import prepared_schedule

        with suppress(OSError):  # what cannot be read is read from the rule file itself
            found = (schedules_folder() / f"{name}.prepared.json").read_bytes()
            if (schedule := prepared_schedule(found, data)) is not None:
                return schedule
    from needlecare.rules.load import read_schedule

    try:
        return read_schedule(data, file=file, base=builtin_data)
    except ScheduleError as error:
        if not ships:
            raise
        remedy = Problem(
            where="", what="it ships with needlecare; unless you edited it, install needlecare again"
        )
        raise ScheduleError(file, [*error.problems, remedy]) from None


def load_vocabulary(schedule: Schedule) -> "Vocabulary":
    """Return the words of a schedule; those of one that ships in their prepared form, if made from it."""
    from needlecare.plan.search import Vocabulary
    from needlecare.rules.prepared import words_prepared_for

    words = None
    if schedule.id in schedule_names():
        with suppress(OSError):  # what cannot be read is made anew
            found = (schedules_folder() / f"{schedule.id}.words.json").read_bytes()
            words = words_prepared_for(schedule, found)
    return Vocabulary(schedule, words)


def place_of(name: str) -> str:
    """Return the place that the name of a file leads to, by which two names can be compared."""
    try:
        return os.path.realpath(name)
    except (OSError, ValueError):  # what cannot be looked up cannot be written either
        return name


def write_file(path: Path, data: bytes, *, force: bool = False) -> bool:
    """Write a result to a file of mode 0600, and return whether it was changed.

    The same bytes are success. Raises WriteError where other content stands there
    and `force` is not given, and where the file cannot be written; then nothing
    is changed.
    """
    with _told(path):
        if not _changes(path, data, force=force):
            return False
        _replace(path, data)
    return True


def write_files(files: Mapping[Path, bytes], *, force: bool = False) -> None:
    """Write results that belong together, each as write_file does, once none of them is refused."""
    for path, data in files.items():
        check_target(path, data, force=force)
    for path, data in files.items():
        write_file(path, data, force=force)


def check_target(path: Path, data: bytes, *, force: bool) -> None:
    """Refuse now what write_file would refuse later. Raises WriteError."""
    with _told(path):
        if _changes(path, data, force=force) and not path.parent.is_dir():
            raise OSError("its folder does not exist")


def _changes(path: Path, data: bytes, *, force: bool) -> bool:
    """Whether writing a result would change a file. Raises WriteError where that is refused."""
    if path.is_file() and path.stat().st_size == len(data) and path.read_bytes() == data:
        return False
    if path.exists() and not path.is_file():
        raise WriteError(
            f"{quoted(str(path), LONGEST_PATH)} cannot be written: it is not a plain file; write another name"
        )
    if not force and (path.exists() or path.is_symlink()):
        raise WriteError(
            f"{quoted(str(path), LONGEST_PATH)} exists with other content, so it was left alone; "
            "write --force to replace it, or another name"
        )
    return True


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Raise what keeps a file from being written as a WriteError."""
    try:
        yield
    except (OSError, ValueError, RuntimeError) as error:  # RuntimeError: links that go in a circle
        raise WriteError(f"{quoted(str(path), LONGEST_PATH)} cannot be written: {reason(error)}") from None


@contextmanager
def own_folder(path: Path) -> Iterator[None]:
    """Hold a folder of needlecare's own for one process; it is made, with mode 0700, where there is none.

    What a killed process left half-written is removed first: it tells of a person. Raises WriteError.
    """
    with ExitStack() as held:
        try:
            path.mkdir(parents=True, exist_ok=True)
            path.chmod(0o700)
            with suppress(OSError):  # a file system that locks nothing
                held.enter_context(_locked(path, wait=True))
            _remove_unfinished(path)
        except (OSError, ValueError) as error:
            raise WriteError(
                f"the folder {quoted(str(path), LONGEST_PATH)} cannot be made: {reason(error)}"
            ) from None
        yield


def remove_own_file(path: Path) -> None:
    """Remove a file of needlecare's own. Raises WriteError."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise WriteError(f"{quoted(str(path), LONGEST_PATH)} cannot be removed: {reason(error)}") from None


def replace_file(path: Path, data: bytes, *, durable: bool = True) -> None:
    """Put a file of mode 0600 in a place, whole or not at all, whatever stands there.

    A file that is not durable outlasts a killed process, but a failing power supply
    may leave it empty. Raises WriteError; then nothing is changed.
    """
    with _told(path):
        _replace(path, data, durable=durable)


@contextmanager
def filled_folder(path: Path) -> Iterator[None]:
    """Hold a folder that one batch at a time may fill; it is made, with mode 0700, where there is none.

    What a killed batch left half-written is removed first, and at the end everything
    is made durable. Raises WriteError.
    """
    with ExitStack() as held:  # what goes wrong while it is held is no fault of the folder
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
            held.enter_context(_locked(path))
            _remove_unfinished(path)
        except BlockingIOError:
            raise WriteError(
                f"another batch is writing to {quoted(str(path), LONGEST_PATH)}; "
                "wait for it, or give another folder"
            ) from None
        except FileExistsError:
            raise WriteError(
                f"{quoted(str(path), LONGEST_PATH)} is no folder; give the name of one, or of one to be made"
            ) from None
        except (OSError, ValueError, RuntimeError) as error:
            raise WriteError(
                f"the folder {quoted(str(path), LONGEST_PATH)} cannot be filled: {reason(error)}"
            ) from None
        yield
        if hasattr(os, "sync"):  # Windows has none
            os.sync()


def _remove_unfinished(folder: Path) -> None:
    for unfinished in folder.glob(f"{_UNFINISHED}{'[0-9a-f]' * 16}"):
        if unfinished.is_file() and not unfinished.is_symlink():
            unfinished.unlink(missing_ok=True)


@contextmanager
def _locked(folder: Path, *, wait: bool = False) -> Iterator[None]:
    """Hold a folder for one process. Raises BlockingIOError where another holds it, unless it shall wait."""
    try:
        import fcntl
    except ImportError:  # Windows locks no folders
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(handle)


def _replace(path: Path, data: bytes, *, durable: bool = True) -> None:
    path = path.resolve() if path.is_symlink() else path
    if path.is_symlink():  # what Python before 3.13 raises a RuntimeError for
        raise OSError("its links go in a circle")
    if path.exists() and not path.is_file():
        raise OSError("it is not a plain file")
    interruption.check()
    unfinished = path.parent / f"{_UNFINISHED}{os.urandom(8).hex()}"
    try:  # from before it is made, so that an interruption at any moment leaves nothing
        with open(unfinished, "xb", opener=_for_its_owner) as file:
            file.write(data)
            file.flush()
            if durable:
                os.fsync(file.fileno())
        unfinished.replace(path)
    except BaseException:
        with suppress(OSError):
            unfinished.unlink()
        raise


def _for_its_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def reason(error: Exception) -> str:
    """Return what an error of the system says, in its words alone."""
    return error.strerror or str(error) if isinstance(error, OSError) else str(error)


def print_bytes(data: bytes) -> bool:
    """Write a result to standard output as it is, and return whether anybody still reads there.

    Who reads has seen enough when they close it: the work goes on, and its exit code tells how it ended.
    """
    try:
        sys.stdout.flush()
        left = memoryview(data)
        while left:  # without a buffer (PYTHONUNBUFFERED) a part may be taken, or nothing
            taken = sys.stdout.buffer.write(left)
            if taken is None:
                raise BlockingIOError(EAGAIN, os.strerror(EAGAIN))
            left = left[taken:]
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        abandon(sys.stdout)
        return False
    return True


def abandon(stream: TextIO) -> None:
    """Let what is still to be written to a stream go nowhere, so that nothing fails on the way out."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
