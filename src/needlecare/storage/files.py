"""Reading and writing files: whole or not at all, for their owner alone, one writer at a time.

A file is written beside its place and then renamed, so that nobody ever reads half of it. While it is
written it is locked, which tells it from one that a killed process left behind.
"""

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from needlecare import interruption, system
from needlecare.errors import WriteError, quoted

# How the name of a file begins while it is being written; 16 hexadecimal digits follow.
_UNFINISHED = ".needlecare-"
MAX_PATH_LENGTH = 400  # characters of a path that a message repeats
PATIENCE = 10  # seconds that a command waits for another one to leave a folder


def reason(error: Exception) -> str:
    """Return what an error of the system says, in its words alone: without a path."""
    return error.strerror or str(error) if isinstance(error, OSError) else str(error)


def place_of(name: str) -> str:
    """Return the place that the name of a file leads to, by which two names can be compared."""
    try:
        return os.path.realpath(name)
    except (OSError, ValueError):  # what cannot be looked up cannot be written either
        return name


# Reading ------------------------------------------------------------------------------------------


def file_data(path: Path, largest: int) -> bytes:
    """Return the bytes of a plain file, and one more than `largest` at most. Raises OSError or ValueError."""
    if path.exists() and not path.is_file():  # a pipe would keep us waiting
        raise OSError("it is not a plain file")
    with path.open("rb") as file:
        return file.read(largest + 1)


# Writing ------------------------------------------------------------------------------------------


def write_file(path: Path, data: bytes, *, force: bool = False) -> bool:
    """Write a result to a file of mode 0600, and return whether it was changed.

    The same bytes are success. A link is followed. Raises WriteError where other content
    stands there and `force` is not given, and where the file cannot be written; then
    nothing is changed.
    """
    with _as_write_error(path):
        if not _changes(path, data, force=force):
            return False
        _replace(_target(path), data, tidy=True)
    return True


def write_files(files: Mapping[Path, bytes], *, force: bool = False) -> None:
    """Write results that belong together, each as write_file does: all of them, or none.

    Raises WriteError; then those that are new are removed again, and those that were
    replaced are put back.
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
    """Refuse now what write_file would refuse later. Raises WriteError."""
    with _as_write_error(path):
        if _changes(path, data, force=force) and not path.parent.is_dir():
            raise OSError("its folder does not exist")


def replace_file(path: Path, data: bytes, *, durable: bool = True) -> None:
    """Put a file of mode 0600 in a place, whole or not at all, whatever stands there, even a link.

    A file that is not durable outlasts a killed process, but a failing power supply
    may leave it empty. Raises WriteError; then nothing is changed.
    """
    with _as_write_error(path):
        _replace(path, data, durable=durable)


def remove_file(path: Path) -> None:
    """Remove a file, if it is there. Raises WriteError."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise WriteError(f"{quoted(str(path), MAX_PATH_LENGTH)} cannot be removed: {reason(error)}") from None


def _changes(path: Path, data: bytes, *, force: bool) -> bool:
    """Whether writing a result would change a file. Raises WriteError where that is refused."""
    if path.is_file() and path.stat().st_size == len(data) and path.read_bytes() == data:
        return False
    if path.exists() and not path.is_file():
        raise WriteError(
            f"{quoted(str(path), MAX_PATH_LENGTH)} cannot be written: it is not a plain file; write another name"
        )
    if not force and (path.exists() or path.is_symlink()):
        raise WriteError(
            f"{quoted(str(path), MAX_PATH_LENGTH)} exists with other content, so it was left alone; "
            "write --force to replace it, or another name"
        )
    return True


def _target(path: Path) -> Path:
    """Return where a link leads, once: what is put in its place meanwhile is not followed. Raises OSError."""
    try:
        target = path.resolve() if path.is_symlink() else path
    except RuntimeError:  # what Python before 3.13 raises for a circle
        target = path
    if target.is_symlink():
        raise OSError("its links point to each other")
    return target


def _replace(path: Path, data: bytes, *, durable: bool = True, tidy: bool = False) -> None:
    """Write a file beside its place, and rename it. Raises OSError."""
    if path.exists() and not path.is_file():
        raise OSError("it is not a plain file")
    interruption.check()
    if tidy:
        _remove_unfinished(path.parent)
    unfinished = path.parent / f"{_UNFINISHED}{os.urandom(8).hex()}"
    try:  # from before it is made, so that an interruption at any moment leaves nothing
        with open(unfinished, "xb", opener=_for_its_owner) as file:
            _claim(file.fileno())
            file.write(data)
            file.flush()
            if durable:
                os.fsync(file.fileno())
            if system.RENAMES_OPEN_FILES:  # so that it is locked until it has its name
                unfinished.replace(path)
        if not system.RENAMES_OPEN_FILES:
            unfinished.replace(path)
    except BaseException:
        with suppress(OSError):
            unfinished.unlink()
        raise


def _claim(handle: int) -> None:
    """Lock a file that is being written. Raises OSError where another process tidied it away before that."""
    system.try_lock(handle)
    if system.is_removed(handle):
        raise OSError("another program removed the file while it was being written; try again")


def _remove_unfinished(folder: Path) -> None:
    """Remove what killed processes left half-written, since it tells of a person."""
    for unfinished in folder.glob(f"{_UNFINISHED}{'[0-9a-f]' * 16}"):
        if unfinished.is_file() and not unfinished.is_symlink():
            with suppress(OSError):  # somebody else's, or being written
                system.remove_unless_in_use(unfinished)


def _for_its_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


@contextmanager
def _as_write_error(path: Path) -> Iterator[None]:
    """Raise what keeps a file from being written as a WriteError."""
    try:
        yield
    except (OSError, ValueError, RuntimeError) as error:  # RuntimeError: links that go in a circle
        raise WriteError(f"{quoted(str(path), MAX_PATH_LENGTH)} cannot be written: {reason(error)}") from None


# One writer at a time -----------------------------------------------------------------------------


@contextmanager
def locked_folder(path: Path, *, patience: float = PATIENCE) -> Iterator[None]:
    """Hold a folder for this process; it is made, with mode 0700, where there is none, and tidied.

    Raises WriteError where it cannot be made, or where another process holds it for more
    than `patience` seconds.
    """
    shown = quoted(str(path), MAX_PATH_LENGTH)
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except FileExistsError:
        raise WriteError(f"{shown} is a file; give the name of a folder, existing or new") from None
    except (OSError, ValueError, RuntimeError) as error:
        raise WriteError(f"the folder {shown} cannot be made: {reason(error)}") from None
    with _held(path, patience):
        _remove_unfinished(path)
        yield


class HeldFile:
    """A file that this process alone revises: `data` is what was read, None where there was no file.

    `path` is where links led when it was read; what is put in its place later is not followed.
    """

    def __init__(self, path: Path, data: bytes | None) -> None:
        self.path = path
        self.data = data

    def replace(self, data: bytes) -> bool:
        """Write what follows from the data that was read, and return whether that is a change.

        Raises WriteError where something else stands there now; then nothing is changed.
        """
        with _as_write_error(self.path):
            if not self._as_it_was():
                raise OSError("another program changed it in the meantime, so it was left alone; try again")
            if data == self.data:
                return False
            _replace(self.path, data, tidy=True)
        return True

    def _as_it_was(self) -> bool:
        if self.path.is_symlink():
            return False
        if self.data is None:
            return not self.path.exists()
        return self.path.is_file() and file_data(self.path, len(self.data)) == self.data


@contextmanager
def held_file(path: Path, largest: int, *, patience: float = PATIENCE) -> Iterator[HeldFile]:
    """Read a file in order to revise it, and keep other processes of needlecare from doing so meanwhile.

    One byte more than `largest` is read at most. Raises OSError or ValueError where it
    cannot be read, and WriteError where another process keeps its folder for more than
    `patience` seconds.
    """
    target = _target(path)
    with _held(target.parent, patience):
        yield HeldFile(target, file_data(target, largest) if target.exists() else None)


@contextmanager
def _held(folder: Path, patience: float) -> Iterator[None]:
    """Hold a folder for this process. Raises WriteError where another one keeps it.

    A folder that cannot be opened is not held: what is written there is still compared with
    what was read.
    """
    handle = None
    with suppress(OSError):
        handle = system.open_folder(folder)
    try:
        if handle is not None:
            end = time.monotonic() + patience
            while not system.try_lock(handle):
                if time.monotonic() > end:
                    raise WriteError(
                        f"another needlecare is writing to the folder {quoted(str(folder), MAX_PATH_LENGTH)}; "
                        "wait until it has finished, or give another folder"
                    )
                time.sleep(0.02)
        yield
    finally:
        if handle is not None:
            os.close(handle)
