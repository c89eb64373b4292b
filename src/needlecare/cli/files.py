"""Reading rule files and writing results: whole or not at all, readable by their owner alone."""

import os
import sys
import tempfile
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

from needlecare.errors import UsageError, WriteError, nearest, quoted
from needlecare.model import Schedule
from needlecare.schedule import LARGEST_FILE, read_schedule

BUILTIN = "microneedling"
LONGEST_PATH = 400  # characters of a path that a message repeats


def schedules_folder() -> Path:
    """Return the folder of the rule files that ship with needlecare, wherever it is run from."""
    installed = find_spec("needlecare.schedules")
    if installed is not None and installed.submodule_search_locations:
        return Path(installed.submodule_search_locations[0])
    return Path(__file__).resolve().parents[3] / "schedules"  # a checkout that is not installed


def schedule_names() -> list[str]:
    """Return the names of the rule files that ship with needlecare."""
    return sorted(path.stem for path in schedules_folder().glob("*.toml"))


def builtin_data(name: str) -> bytes | None:
    """Return the bytes of a rule file that ships with needlecare, or None."""
    return (schedules_folder() / f"{name}.toml").read_bytes() if name in schedule_names() else None


def schedule_data(name: str) -> tuple[bytes, str]:
    """Return the bytes of a rule file, by the name of a built-in one or by a path, and how to call it.

    Raises UsageError where there is no such file, or none that can be read.
    """
    data = builtin_data(name)
    if data is not None:
        return data, f"{name}.toml"
    path = Path(name)
    if not (path.suffix or os.sep in name):
        names = schedule_names()
        raise UsageError(
            f"unknown schedule {quoted(name)}{nearest(name, names)}; "
            f"write {' or '.join(names)}, or the path of a rule file such as clinic.toml"
        )
    try:
        return file_data(path, LARGEST_FILE), name
    except (OSError, ValueError) as error:
        raise UsageError(f"the rule file {quoted(name)} cannot be read: {_reason(error)}") from None


def file_data(path: Path, largest: int) -> bytes:
    """Return the bytes of a plain file, and one more than `largest` at most. Raises OSError or ValueError."""
    if path.exists() and not path.is_file():
        raise OSError("it is not a plain file")
    with path.open("rb") as file:
        return file.read(largest + 1)


def load_schedule(name: str) -> Schedule:
    """Return a checked schedule. Raises UsageError or ScheduleError."""
    data, file = schedule_data(name)
    return read_schedule(data, file=file, base=builtin_data)


def write_file(path: Path, data: bytes, *, force: bool = False) -> bool:
    """Write a result to a file of mode 0600, and return whether it was changed.

    The same bytes are success. Raises WriteError where other content stands there
    and `force` is not given, and where the file cannot be written; then nothing
    is changed.
    """
    try:
        if path.is_file() and path.read_bytes() == data:
            return False
        if path.exists() and not path.is_file():
            raise WriteError(
                f"{quoted(str(path), LONGEST_PATH)} cannot be written: it is not a plain file; "
                "write another name"
            )
        if not force and (path.exists() or path.is_symlink()):
            raise WriteError(
                f"{quoted(str(path), LONGEST_PATH)} exists with other content, so it was left alone; "
                "write --force to replace it, or another name"
            )
        _replace(path, data)
    except (OSError, ValueError, RuntimeError) as error:  # RuntimeError: links that go in a circle
        raise WriteError(f"{quoted(str(path), LONGEST_PATH)} cannot be written: {_reason(error)}") from None
    return True


def write_own_file(path: Path, data: bytes) -> None:
    """Write a file of needlecare's own, in a folder of mode 0700 that is made where there is none.

    Raises WriteError; then nothing is changed.
    """
    folder = path.parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
    except (OSError, ValueError) as error:
        raise WriteError(f"the folder {quoted(str(folder))} cannot be made: {_reason(error)}") from None
    write_file(path, data, force=True)


def remove_own_file(path: Path) -> None:
    """Remove a file of needlecare's own. Raises WriteError."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise WriteError(f"{quoted(str(path), LONGEST_PATH)} cannot be removed: {_reason(error)}") from None


def _replace(path: Path, data: bytes) -> None:
    path = path.resolve() if path.is_symlink() else path
    if path.is_symlink():  # what Python before 3.13 raises a RuntimeError for
        raise OSError("its links go in a circle")
    if path.exists() and not path.is_file():
        raise OSError("it is not a plain file")
    handle, name = tempfile.mkstemp(prefix=".needlecare-", dir=path.parent)  # made with mode 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise


def _reason(error: Exception) -> str:
    return error.strerror or str(error) if isinstance(error, OSError) else str(error)


def print_bytes(data: bytes) -> None:
    """Write a result to standard output as it is."""
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()
