"""Files are written whole or not at all, by one writer at a time, and never through a link that was put there."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from needlecare.errors import WriteError
from needlecare.storage.files import locked_file, locked_folder, replace_file, write_file, write_files

LITTER = ".needlecare-00112233aabbccdd"


@pytest.fixture
def busy(tmp_path: Path) -> Iterator[Path]:
    """Return a folder that another process holds, and in which that process is writing a file."""
    script = """
import sys
from pathlib import Path
from needlecare import system
from needlecare.storage.files import locked_folder
with locked_folder(Path(sys.argv[1])), open(sys.argv[2], "w") as file:
    system.try_lock(file.fileno())
    print("ready", flush=True)
    sys.stdin.read()
"""
    folder = tmp_path / "busy"
    with subprocess.Popen(
        [sys.executable, "-c", script, str(folder), str(folder / LITTER)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        yield folder
        child.kill()


def test_a_folder_that_another_process_holds_is_waited_for_and_then_refused(busy: Path) -> None:
    begun = time.monotonic()
    with (
        pytest.raises(WriteError, match=r"another needlecare is writing to the folder .*; wait"),
        locked_folder(busy, patience=0.2),
    ):
        pass
    assert time.monotonic() - begun >= 0.2
    with pytest.raises(WriteError, match="another needlecare"), locked_file(busy / "a", 10, patience=0):
        pass


def test_a_plain_write_waits_for_nobody_and_spares_what_is_being_written(busy: Path) -> None:
    write_file(busy / "a", b"1")
    assert (busy / LITTER).exists()


def test_what_a_killed_process_left_is_removed_by_the_next_write(tmp_path: Path) -> None:
    (tmp_path / LITTER).write_text("half of somebody's plan")
    (tmp_path / ".needlecare-notes").write_text("a person's own")
    write_file(tmp_path / "a", b"1")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".needlecare-notes", "a"]


def test_a_locked_file_is_written_where_it_was_read(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "plan").write_bytes(b"1")
    (tmp_path / "link").symlink_to("elsewhere/plan")
    with locked_file(tmp_path / "link", 10) as locked:
        assert locked.data == b"1"
        assert locked.replace(b"2")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "elsewhere" / "plan").read_bytes() == b"2"


def test_a_locked_file_may_be_new_and_may_stay_as_it_is(tmp_path: Path) -> None:
    with locked_file(tmp_path / "new", 10) as locked:
        assert locked.data is None
        assert locked.replace(b"1")
    with locked_file(tmp_path / "new", 10) as locked:
        assert not locked.replace(b"1")


@pytest.mark.parametrize("how", ["link", "link to the same", "changed", "gone", "made"])
def test_what_was_put_in_the_place_of_a_locked_file_is_left_alone(how: str, tmp_path: Path) -> None:
    plan, other = tmp_path / "plan", tmp_path / "other"
    if how != "made":
        plan.write_bytes(b"1")
    other.write_bytes(b"1" if how == "link to the same" else b"of somebody else")
    with locked_file(plan, 10) as locked:
        if how != "changed":
            plan.unlink(missing_ok=True)
        if how.startswith("link"):
            plan.symlink_to(other)
        elif how != "gone":
            plan.write_bytes(b"of somebody else")
        now = plan.read_bytes() if how != "gone" else None
        with pytest.raises(WriteError, match="another program changed it in the meantime"):
            locked.replace(b"2")
    assert (plan.read_bytes() if how != "gone" else None) == now
    assert plan.is_symlink() == how.startswith("link")


def test_a_link_is_replaced_and_not_followed_where_the_caller_looked_before(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("other")
    (tmp_path / "other").write_bytes(b"of somebody else")
    replace_file(tmp_path / "link", b"1")
    assert not (tmp_path / "link").is_symlink()
    assert (tmp_path / "other").read_bytes() == b"of somebody else"


def test_files_that_belong_together_are_all_written_or_none(tmp_path: Path) -> None:
    """The third has a name that is too long for any disk; the first replaces another file."""
    (tmp_path / "a").write_bytes(b"before")
    files = {tmp_path / "a": b"1", tmp_path / "b": b"2", tmp_path / ("c" * 300): b"3"}
    with pytest.raises(WriteError, match="too long"):
        write_files(files, force=True)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a": b"before"}


def test_a_new_folder_is_its_owners_alone_and_an_old_one_keeps_its_mode(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir(mode=0o755)
    (tmp_path / "link").symlink_to("old")
    for name in ("old", "link", "new"):
        with locked_folder(tmp_path / name):
            pass
    assert [oct((tmp_path / name).stat().st_mode & 0o777) for name in ("old", "new")] == ["0o755", "0o700"]
