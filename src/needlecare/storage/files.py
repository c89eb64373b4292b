"""Reading and writing files: completely or not at all, readable only by their owner, one writer at a time.

A file is written under a temporary name and then renamed, so that nobody ever reads half of it. It is locked
while it is being written; an unlocked temporary file was left behind by a process that was killed.
"""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from msgspec import Struct

from needlecare import interruption, system
from needlecare.errors import UsageError, WriteError, quoted_path

# How the temporary names of files begin; 16 hexadecimal digits follow.
_UNFINISHED = ".needlecare-"
CHECK_FILE = "check its name, and that you may read it"  # what to do about a file that cannot be read
PATIENCE = 10  # seconds that a command waits for another one to finish with a folder


def reason(error: Exception) -> str:
    """Return the message of an error, without a path."""
    return error.strerror or str(error) if isinstance(error, OSError) else str(error)


def place_of(name: str) -> str:
    """Resolve the name of a file, so that two names can be compared."""
    try:
        return os.path.realpath(name)
    except (OSError, ValueError):  # a name that cannot be resolved cannot be written either
        return name


# Reading ------------------------------------------------------------------------------------------


@contextmanager
def as_usage_error(what: str, remedy: str = CHECK_FILE) -> Iterator[None]:
    """Turn an error about reading a file into a UsageError; `what` names the file in it."""
    try:
        yield
    except (OSError, ValueError) as error:
        raise UsageError(f"{what} cannot be read: {reason(error)}; {remedy}") from None


def file_data(path: Path, largest: int) -> bytes:
    """Read a plain file, up to one byte more than `largest`. Raises OSError or ValueError."""
    if path.exists() and not path.is_file():  # reading from a pipe might never end
        raise OSError("it is not a plain file")
    with path.open("rb") as file:
        return file.read(largest + 1)


# Writing ------------------------------------------------------------------------------------------


def write_file(path: Path, data: bytes, *, force: bool = False) -> bool:
    """Write a result to a file of mode 0600, and return whether that changed it.

    A link is followed. Raises WriteError if the file has other content and `force` is false, or if it cannot be
    written; then nothing is changed.
    """
    with _as_write_error(path):
        if not _changes(path, data, force=force):
            return False
        _replace(_target(path), data)
    return True


def write_files(files: Mapping[Path, bytes], *, force: bool = False) -> None:
    """Write several results with write_file: all of them, or none.

    Raises WriteError. Then new files are removed again, and replaced files are restored.
    """
    for path, data in files.items():
        check_target(path, data, force=force)
    written: list[tuple[Path, bytes | None]] = []
    try:
        for path, data in files.items():
            before = path.read_bytes() if path.exists() else None
            if write_file(path, data, force=force):
                written.append((path, before))
    except BaseException:
        for path, before in written:
            with suppress(OSError, WriteError):
                if before is None:
                    path.unlink()
                else:
                    write_file(path, before, force=True)
        raise


def check_target(path: Path, data: bytes, *, force: bool) -> None:
    """Raise the WriteError that write_file would raise."""
    with _as_write_error(path):
        if _changes(path, data, force=force) and not path.parent.is_dir():
            raise OSError("its folder does not exist")


def replace_file(path: Path, data: bytes) -> None:
    """Write one of many files, of mode 0600, and replace whatever is there, even a link.

    It is written completely or not at all, but a power failure before system.flush_disks may leave it empty. Raises
    WriteError; then nothing is changed.
    """
    with _as_write_error(path):
        _replace(path, data, one_of_many=True)


def remove_file(path: Path) -> None:
    """Remove a file if it exists. Raises WriteError."""
    with _as_write_error(path, "removed"):
        path.unlink(missing_ok=True)


def _changes(path: Path, data: bytes, *, force: bool) -> bool:
    """Whether writing a result would change a file. Raises WriteError if that is not allowed."""
    if path.is_file() and path.stat().st_size == len(data) and path.read_bytes() == data:
        return False
    if path.exists() and not path.is_file():
        raise WriteError(f"{quoted_path(path)} cannot be written: it is not a plain file; write another name")
    if not force and (path.exists() or path.is_symlink()):
        raise WriteError(
            f"{quoted_path(path)} exists with other content, so it was left alone; "
            "write --force to replace it, or another name"
        )
    return True


def _target(path: Path) -> Path:
    """Resolve a link once, so that a link that replaces it later is not followed. Raises OSError."""
    try:
        target = path.resolve() if path.is_symlink() else path
    except RuntimeError:  # raised by Python before 3.13 for links that lead to each other
        target = path
    if target.is_symlink():
        raise OSError("its links point to each other")
    return target


def _replace(
    path: Path, data: bytes, *, one_of_many: bool = False, check: Callable[[], None] | None = None
) -> None:
    """Write a file under a temporary name, and rename it. Raises OSError.

    For one of many, what killed processes left is not looked for, and the disk is not waited for. `check` may refuse
    to replace what is there. It comes last: if somebody has put a link in the place of the folder, it sees where the
    link leads; and if they do so afterwards, the temporary file is not there.
    """
    if path.exists() and not path.is_file():
        raise OSError("it is not a plain file")
    interruption.check()
    if not one_of_many:
        _remove_unfinished(path.parent)
    unfinished = path.parent / f"{_UNFINISHED}{os.urandom(8).hex()}"
    try:  # this begins before the file exists, so that an interruption at any moment leaves nothing behind
        with open(unfinished, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            _lock_unfinished(file.fileno())
            file.write(data)
            file.flush()
            if not one_of_many:
                os.fsync(file.fileno())
            if check is not None:
                check()
            if system.RENAMES_OPEN_FILES:  # the file stays locked until it has its final name
                unfinished.replace(path)
        if not system.RENAMES_OPEN_FILES:
            unfinished.replace(path)
    except BaseException:
        with suppress(OSError):
            unfinished.unlink()
        raise


def _lock_unfinished(handle: int) -> None:
    """Lock a file that is being written. Raises OSError if another process has already cleaned it up."""
    system.try_lock(handle)
    if system.is_removed(handle):
        raise OSError("another program removed the file while it was being written; try again")


def _remove_unfinished(folder: Path) -> None:
    """Remove temporary files of killed processes, since they contain data about a patient."""
    for unfinished in folder.glob(f"{_UNFINISHED}{'[0-9a-f]' * 16}"):
        if unfinished.is_file() and not unfinished.is_symlink():
            with suppress(OSError):  # it belongs to somebody else, or is being written
                system.remove_unless_in_use(unfinished)


@contextmanager
def _as_write_error(path: Path, done: str = "written") -> Iterator[None]:
    """Turn any error about writing a file into a WriteError."""
    try:
        yield
    except (OSError, ValueError, RuntimeError) as error:  # RuntimeError: links that lead to each other
        raise WriteError(f"{quoted_path(path)} cannot be {done}: {reason(error)}") from None


# One writer at a time -----------------------------------------------------------------------------


@contextmanager
def locked_folder(path: Path, *, patience: float = PATIENCE, create: bool = True) -> Iterator[None]:
    """Lock a folder for this process. With `create`, it is made with mode 0700 if necessary, and temporary files in
    it are removed.

    Raises WriteError if it cannot be made, or if another process locks it for more than `patience` seconds. A folder
    that cannot be opened is not locked.
    """
    named = quoted_path(path)
    try:
        if create:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except FileExistsError:
        raise WriteError(f"{named} is a file; give the name of a folder, existing or new") from None
    except (OSError, ValueError, RuntimeError) as error:
        raise WriteError(f"the folder {named} cannot be made: {reason(error)}") from None
    handle = None
    with suppress(OSError):
        handle = system.open_folder(path)
    try:
        end = time.monotonic() + patience
        while handle is not None and not system.try_lock(handle):
            if time.monotonic() > end:
                raise WriteError(
                    f"another needlecare is writing to the folder {named}; "
                    "wait until it has finished, or give another folder"
                )
            time.sleep(0.02)
        if create:
            _remove_unfinished(path)
        yield
    finally:
        if handle is not None:
            os.close(handle)


class LockedFile(Struct, frozen=True):
    """A file that only this process may revise. `data` is what was read; None if there was no file.

    `path` is the target of any links at the time of reading; links that are created later are not followed, not even
    one in the place of its folder, which was `folder` when it was locked.
    """

    path: Path
    folder: tuple[int, int] | None
    data: bytes | None

    def replace(self, data: bytes) -> bool:
        """Write the revised data, and return whether that changed the file.

        Raises WriteError if another program has changed the file since it was read; then nothing is written.
        """
        with _as_write_error(self.path):
            if data == self.data:
                self._check_unchanged()
                return False
            _replace(self.path, data, check=self._check_unchanged)
        return True

    def _check_unchanged(self) -> None:
        there = file_data(self.path, len(self.data or b"")) if self.path.is_file() else None
        if self.path.is_symlink() or there != self.data or _identity(self.path.parent) != self.folder:
            raise OSError("another program changed it in the meantime, so it was left alone; try again")


@contextmanager
def locked_file(path: Path, largest: int, *, patience: float = PATIENCE) -> Iterator[LockedFile]:
    """Read a file in order to revise it, and prevent other needlecare processes from revising it at the same time.

    Reads up to one byte more than `largest`. Raises OSError or ValueError if the file cannot be read, and WriteError
    if another process locks its folder for more than `patience` seconds.
    """
    target = _target(path)
    folder = _identity(target.parent)
    with locked_folder(target.parent, patience=patience, create=False):
        yield LockedFile(target, folder, file_data(target, largest) if target.exists() else None)


def _identity(folder: Path) -> tuple[int, int] | None:
    """Return what tells a folder from any other; None if it is not there."""
    with suppress(OSError):
        found = folder.stat()
        return found.st_dev, found.st_ino
    return None
