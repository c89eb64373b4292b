"""What goes wrong outside of needlecare, a section a fault: nothing is lost, and it says what to do.

Every test runs the installed program. Faults of a batch (a full disk, a kill, a report that nobody reads) stand in
test_batch_program.py, interruptions there and in test_interruption.py, a clock set wrong in test_clock.py.
"""

import ctypes
import json
import os
import py_compile
import resource
import shlex
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from conftest import rarely
from program import PROGRAM, Result, environment, hindered, needlecare, shell

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.long  # hundreds of starts of the program, each of them hindered
WHEN = "2026-11-21T14:30 --tz UTC --as-of 2026-11-21T15:30"
OTHER = "2026-11-22T09:00 --tz UTC --as-of 2026-11-22T10:00"
TREATED = "--treated " + WHEN
SERIES = "2026-11-21 --tz UTC --as-of 2026-11-01"


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("prepared")
    for when in (WHEN, "2026-12-19 --tz UTC --ics plan.ics -o plan.txt"):
        done = run(f"{when} --save", place)
        assert done.code == 0, done.err
    return place


@pytest.fixture
def folder(prepared: Path, tmp_path: Path) -> Path:
    """Return a folder with a calendar, a plan, and two saved treatments in the folder data."""
    return shutil.copytree(prepared, tmp_path / "work")


def states(place: Path) -> dict[str, bytes]:
    """Return every file below a folder with what it holds."""
    return {
        str(path.relative_to(place)): path.read_bytes() for path in sorted(place.rglob("*")) if path.is_file()
    }


def run(typed: str, place: Path, hinder: Callable[[], None] | None = None, **env: str) -> Result:
    arguments, env = shlex.split(typed), {"XDG_DATA_HOME": str(place / "data"), **env}
    if hinder is None:
        return needlecare(*arguments, cwd=place, **env)
    return hindered(hinder, *arguments, cwd=place, **env)


def assert_told(done: Result, code: int, *words: str) -> None:
    """Prove that an error is one line with its exit code, and says these words."""
    assert (done.code, done.err.count("\n")) == (code, 1), done.err
    assert done.err.startswith("needlecare: ")
    for word in words:
        assert word in done.err


# What writes a file: (what is typed, the file that it would write)
WRITERS = {
    "calendar": (f"{OTHER} --ics plan.ics --force", "plan.ics"),
    "update": (f"{OTHER} --ics plan.ics --update", "plan.ics"),
    "result": (f"{WHEN} -o plan.txt --force", "plan.txt"),
    "cancel": ("cancel plan.ics --as-of 2026-11-22 --tz UTC", "plan.ics"),
    "cancel elsewhere": ("cancel plan.ics -o gone.ics --as-of 2026-11-22 --tz UTC", "gone.ics"),
    "series": (f"course {SERIES} --ics series.ics", "series.ics"),
    "rule file": ("schedule new clinic.toml --tz UTC", "clinic.toml"),
    "save": (f"{OTHER} --save", "treatments.json"),
    "forget": ("saved --forget 1", "treatments.json"),
}

# A full disk --------------------------------------------------------------------------------------


def hundred_bytes() -> None:
    """End every file of this process at 100 bytes, as a full disk does."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))


@pytest.mark.parametrize("name", WRITERS)
def test_a_file_that_does_not_fit_leaves_what_was_there_and_nothing_half_written(
    name: str, folder: Path
) -> None:
    typed, file = WRITERS[name]
    before = states(folder)
    assert_told(run(typed, folder, hundred_bytes), 5, file, "cannot be written: File too large")
    assert states(folder) == before


def namespace(*options: str) -> list[str]:
    """Return what runs a command where it may mount; skip where the machine lets nobody."""
    unshare = shutil.which("unshare")
    if unshare is None:
        pytest.skip("no unshare to mount with")
    command = [unshare, "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"]), *options]
    probe = subprocess.run(
        [*command, "mount", "-t", "tmpfs", "tmpfs", "/mnt"], check=False, capture_output=True
    )
    if probe.returncode:
        pytest.skip("this machine mounts nothing for a test")
    return command


def in_namespace(script: str, place: Path, *arguments: str, **env: str) -> Result:
    done = subprocess.run(
        [*namespace(), "/bin/bash", "-c", script, str(PROGRAM), *arguments],
        capture_output=True,
        check=False,
        cwd=place,
        env=environment(**env),
        timeout=60,
    )
    return Result(done.returncode, done.stdout.decode(), done.stderr.decode())


@pytest.mark.parametrize("name", ["update", "cancel", "save", "rule file"])
def test_a_disk_that_is_full_keeps_what_it_holds(name: str, folder: Path) -> None:
    typed, file = WRITERS[name]
    (folder / "disk").mkdir()
    script = f"""
    mount -t tmpfs -o size=96k tmpfs disk && cp -r data plan.ics plan.txt disk && cd disk || exit 99
    dd if=/dev/zero of=fill bs=4k status=none 2>/dev/null
    XDG_DATA_HOME=$PWD/data "$0" {typed}
    code=$?
    rm fill && cp -r . ../kept
    exit $code
    """
    before = states(folder)
    done = in_namespace(script, folder)
    assert_told(done, 5, file, "cannot be written: No space left on device")
    assert states(folder / "kept") == before


def test_a_folder_on_a_read_only_disk_is_told(folder: Path) -> None:
    (folder / "disk").mkdir()
    script = f"""
    mount -t tmpfs tmpfs disk && cp plan.ics disk && mount -o remount,ro disk && cd disk || exit 99
    XDG_DATA_HOME=$PWD/data "$0" {OTHER} --ics plan.ics --update
    """
    assert_told(in_namespace(script, folder), 5, "plan.ics", "cannot be written: Read-only file system")


PRINTERS = (
    WHEN,
    f"{WHEN} --json",
    f"{WHEN} --ics -",
    f"can swim {TREATED}",
    "cancel plan.ics -o - --as-of 2026-11-22 --tz UTC",
    "schedule show",
    "--help",
)


def test_a_result_that_standard_output_cannot_take_is_no_success(folder: Path) -> None:
    lines = "\n".join(f'needlecare {typed} >/dev/full; echo "code $?" >&2' for typed in PRINTERS)
    done = shell(lines, cwd=folder, XDG_DATA_HOME=str(folder / "data"))
    expected = "needlecare: standard output cannot be written: No space left on device\ncode 5\n"
    assert done.err == expected * len(PRINTERS)


def test_what_is_not_shown_is_not_saved_either(folder: Path) -> None:
    before = states(folder)
    done = shell(f"needlecare {OTHER} --save >/dev/full", cwd=folder, XDG_DATA_HOME=str(folder / "data"))
    assert_told(done, 5, "standard output cannot be written")
    assert states(folder) == before


# Standard error is full: what was done stays done, the result is whole, and the exit code is right.
def test_a_message_that_cannot_be_written_stops_no_work(folder: Path) -> None:
    for number, (typed, code, file) in enumerate(
        (
            (f"{WHEN} --ics a.ics", 0, "a.ics"),
            ("cancel plan.ics -o b.ics --as-of 2026-11-22 --tz UTC", 0, "b.ics"),
            ("schedule new new.toml --tz UTC", 0, "new.toml"),
            (f"{OTHER} --save", 0, "data/needlecare/treatments.json"),
            ("nonsense", 2, ""),
            ("saved --forget all", 0, ""),
        )
    ):
        done = shell(f"needlecare {typed} 2>/dev/full", cwd=folder, XDG_DATA_HOME=str(folder / "data"))
        assert (done.code, done.err) == (code, ""), typed
        assert bool(done.out) == (number in {0, 3}), typed
        assert (folder / file).exists()
    assert "2026-11-21" not in "".join(path.name for path in (folder / "data" / "needlecare").iterdir())
    assert list((folder / "data" / "needlecare").iterdir()) == []


# A read-only folder -------------------------------------------------------------------------------


def bound_by_modes() -> None:
    """Take from root what makes it stand above the modes of files; nobody else stands there."""
    if os.geteuid() == 0:
        libc = ctypes.CDLL(None, use_errno=True)
        for capability in (1, 2):  # CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH
            if libc.prctl(24, capability, 0, 0, 0):  # PR_CAPBSET_DROP
                raise OSError(ctypes.get_errno(), "prctl")


@pytest.fixture
def modes() -> Iterator[Callable[[Path, int], None]]:
    """Return what sets the mode of a file; it is set back at the end, so that the folder can be removed."""
    changed = []

    def change(path: Path, mode: int) -> None:
        changed.append((path, stat.S_IMODE(path.stat().st_mode)))
        path.chmod(mode)

    yield change
    for path, mode in reversed(changed):
        path.chmod(mode)


@pytest.mark.parametrize("name", ["update", "cancel elsewhere", "rule file"])
def test_a_folder_that_takes_no_file_is_told(
    name: str, folder: Path, modes: Callable[[Path, int], None]
) -> None:
    typed, file = WRITERS[name]
    before = states(folder)
    modes(folder, 0o500)
    assert_told(run(typed, folder, bound_by_modes), 5, file, "cannot be written: Permission denied")
    assert states(folder) == before


def test_a_folder_that_cannot_be_entered_is_told(folder: Path, modes: Callable[[Path, int], None]) -> None:
    inner = folder / "inner"
    inner.mkdir()
    shutil.copy(folder / "plan.ics", inner)
    modes(inner, 0o000)
    for typed, code in (
        (f"{OTHER} --ics inner/plan.ics --update", 5),
        (f"{OTHER} -o inner/new.txt", 5),
        ("cancel inner/plan.ics --tz UTC", 2),
        ("schedule check inner/clinic.toml", 2),
        ("batch inner/rows.csv --json", 2),
    ):
        assert_told(run(typed, folder, bound_by_modes), code, "inner/", "Permission denied")


def test_a_data_folder_that_takes_nothing_hinders_the_saving_and_not_the_plan(
    tmp_path: Path, modes: Callable[[Path, int], None]
) -> None:
    home = tmp_path / "data"
    home.mkdir()
    modes(home, 0o500)
    plan = run(WHEN, tmp_path, bound_by_modes)
    assert (plan.code, plan.err) == (0, "")
    saving = run(f"{WHEN} --save", tmp_path, bound_by_modes)
    assert_told(saving, 5, str(home), "cannot be made: Permission denied")
    assert saving.out == plan.out
    assert list(home.iterdir()) == []


READERS = ("", "status", "can swim", "saved", "saved --forget 1", f"{OTHER} --save")


@pytest.mark.parametrize("what", ["file", "folder"])
def test_saved_treatments_that_cannot_be_read_are_told_and_kept(
    what: str, folder: Path, modes: Callable[[Path, int], None]
) -> None:
    before = states(folder)
    own = folder / "data" / "needlecare"
    modes(own if what == "folder" else own / "treatments.json", 0o000)
    for typed in READERS if what == "file" else READERS[-1:]:
        done = run(typed, folder, bound_by_modes)
        assert_told(done, 2, "treatments.json", "cannot be read: Permission denied", "move it away")
        assert done.out == ""
    modes(own, 0o700)
    modes(own / "treatments.json", 0o600)
    assert states(folder) == before


@pytest.mark.parametrize("content", ["", '{"format": 1, "treatments": [{}]}', "é" * 600_000])
def test_saved_treatments_that_are_damaged_hinder_no_plan_of_another(content: str, folder: Path) -> None:
    file = folder / "data" / "needlecare" / "treatments.json"
    file.write_text(content)
    for typed, code in ((WHEN, 0), (f"can swim {TREATED}", 1)):
        done = run(typed, folder)
        assert (done.code, done.err) == (code, "")
    assert_told(run("can swim", folder), 2, "is damaged", "so it was left alone", "move it away")
    assert file.read_text() == content


# A killed process ---------------------------------------------------------------------------------

# Kills its process before or after the N-th thing that changes a disk, or when a part has been written.
KILL = """
import os, signal, sys
_left = int(os.environ["KILL_AT"])
def _step():
    global _left
    _left -= 1
    if _left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
def _hook(event, arguments):
    made = event == "open" and arguments[1] is None and arguments[2] & os.O_EXCL  # by os.open
    if made or event in ("os.rename", "os.remove"):
        _step()
def _then_a_step(function):
    def called(*arguments, **more):
        done = function(*arguments, **more)
        _step()
        return done
    return called
def _half(handle):
    os.ftruncate(handle, os.fstat(handle).st_size // 2)  # as far as the disk has it
    _step()
    raise OSError("the rest is not written either")
sys.addaudithook(_hook)
os.replace = _then_a_step(os.replace)
os.fsync = _half if os.environ.get("KILL_HALF_WRITTEN") else _then_a_step(os.fsync)
"""


@pytest.mark.parametrize("name", ["update", *rarely("cancel", "save", "forget")])
def test_a_killed_process_leaves_the_old_file_or_the_new_one(name: str, folder: Path, tmp_path: Path) -> None:
    """It is killed before and after each change of the disk in turn, until none is left to be killed at."""
    typed, file = WRITERS[name]
    hook = tmp_path / "hook"
    hook.mkdir()
    (hook / "sitecustomize.py").write_text(KILL)
    path = folder / ("data/needlecare" if file == "treatments.json" else "") / file
    old = path.read_bytes()
    copy = shutil.copytree(folder, tmp_path / "copy")
    assert run(typed, copy).code == 0
    new = (copy / path.relative_to(folder)).read_bytes()
    others = states(folder).keys()

    done = run(
        typed, folder, KILL_AT="2", KILL_HALF_WRITTEN="1", PYTHONPATH=str(hook)
    )  # it is made, and half of it is there
    assert done.code == -signal.SIGKILL
    (litter,) = states(folder).keys() - others
    assert 0 < (folder / litter).stat().st_size < len(new)
    found = []
    for step in range(1, 20):
        path.write_bytes(old)
        done = run(typed, folder, KILL_AT=str(step), PYTHONPATH=str(hook))
        if done.code == 0:
            break
        assert done.code == -signal.SIGKILL
        found.append({old: "old", new: "new"}[path.read_bytes()])
        for left in states(folder).keys() - others:  # what it had begun is its owner's alone
            assert Path(left).name.startswith(".needlecare-")
            assert stat.S_IMODE((folder / left).stat().st_mode) == 0o600
    # It removes what the kill before this one left; makes a file, writes and renames it. The last run finds
    # nothing to remove, since the one before had renamed its file.
    assert found == ["old", "old", "old", "old", "new"]
    assert path.read_bytes() == new
    # Nothing that tells of a person stays behind.
    assert states(folder).keys() == others


# Swaps the calendar, or its folder, for a link when its process does the N-th thing after it has locked the folder.
SWAP = """
import os, sys
_left, _locked = int(os.environ["SWAP_AT"]), False
def _hook(event, arguments):
    global _left, _locked
    _locked |= event == "fcntl.flock"
    if _left and _locked and ("plan.ics" in str(arguments) or ".needlecare-" in str(arguments)):
        _left -= 1
        if _left == 0:
            swapped, mine = os.environ["SWAPPED"].split()
            os.rename(swapped, "away")
            os.symlink(mine, swapped)
            print("swapped")
sys.addaudithook(_hook)
"""


@pytest.mark.parametrize("name", ["update", *rarely("cancel")])
def test_a_calendar_that_is_swapped_for_a_link_leads_to_no_other_file(
    name: str, folder: Path, tmp_path: Path
) -> None:
    """Whoever else may write to the folder swaps it at each moment in turn, until none is left."""
    typed, _ = WRITERS[name]
    (tmp_path / "hook").mkdir()
    (tmp_path / "hook" / "sitecustomize.py").write_text(SWAP)
    calendar, mine = (folder / "plan.ics").read_bytes(), folder / "mine.ics"
    mine.write_bytes(calendar.replace(b"\r\nSUMMARY:", b"\r\nSUMMARY:In my own words, "))
    of_mine = mine.read_bytes()
    codes = []
    for step in range(1, 20):
        (folder / "plan.ics").unlink()
        (folder / "plan.ics").write_bytes(calendar)
        done = run(
            typed, folder, SWAP_AT=str(step), SWAPPED="plan.ics mine.ics", PYTHONPATH=str(tmp_path / "hook")
        )
        assert mine.read_bytes() == of_mine
        if "swapped" not in done.out:
            break
        if done.code:
            assert_told(done, 5, "plan.ics", "another program changed it in the meantime", "try again")
        else:  # it was swapped when all that was left was to put the new calendar there, in the link's place
            assert not (folder / "plan.ics").is_symlink()
        codes.append(done.code)
    # Before it is read, before it is compared with what was read, and between that and the renaming.
    assert (set(codes[:-1]), codes[-1]) == ({5}, 0)


def test_a_folder_that_is_swapped_for_a_link_leads_to_no_other_file(folder: Path, tmp_path: Path) -> None:
    """Whoever else may write to the folder above swaps the calendar's folder at each moment in turn."""
    (tmp_path / "hook").mkdir()
    (tmp_path / "hook" / "sitecustomize.py").write_text(SWAP)
    calendar, mine = (folder / "plan.ics").read_bytes(), folder / "mine" / "plan.ics"
    of_mine = calendar.replace(b"\r\nSUMMARY:", b"\r\nSUMMARY:In my own words, ")
    mine.parent.mkdir()
    mine.write_bytes(of_mine)
    codes = []
    for step in range(1, 20):
        for left in ("shared", "away"):
            if (folder / left).is_symlink():
                (folder / left).unlink()
            else:
                shutil.rmtree(folder / left, ignore_errors=True)
        (folder / "shared").mkdir()
        (folder / "shared" / "plan.ics").write_bytes(calendar)
        done = run(
            f"{OTHER} --ics shared/plan.ics --update",
            folder,
            SWAP_AT=str(step),
            SWAPPED="shared mine",
            PYTHONPATH=str(tmp_path / "hook"),
        )
        assert states(folder / "mine") == {"plan.ics": of_mine}  # and nothing half-written beside it
        if "swapped" not in done.out:
            break
        assert_told(done, 5, "shared/plan.ics", "cannot be written")
        codes.append(done.code)
    assert len(codes) >= 5
    assert done.code == 0


def test_a_kill_from_outside_leaves_the_old_file_or_the_new_one(folder: Path) -> None:
    typed, _ = WRITERS["save"]
    path = folder / "data" / "needlecare" / "treatments.json"
    old = path.read_bytes()
    shutil.copytree(folder, folder.with_name("copy"))
    assert run(typed, folder.with_name("copy")).code == 0
    new = (folder.with_name("copy") / path.relative_to(folder)).read_bytes()
    assert new != old
    for delay in (0.02, 0.08, 0.14, 0.18, 0.22):
        with subprocess.Popen(
            [PROGRAM, *shlex.split(typed)],
            cwd=folder,
            env=environment(XDG_DATA_HOME=str(folder / "data")),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as child:
            time.sleep(delay)
            child.kill()
        assert path.read_bytes() in (old, new)
    assert run(typed, folder).code == 0
    assert path.read_bytes() == new


def test_saved_treatments_that_are_no_plain_file_are_told_at_once(folder: Path) -> None:
    path = folder / "data" / "needlecare" / "treatments.json"
    path.unlink()
    os.mkfifo(path)
    assert_told(run("status", folder), 2, "treatments.json", "cannot be read: it is not a plain file")


# A user whom the system does not know, as services and containers have them.
NOBODY = """
import pwd
def unknown(uid):
    raise KeyError(uid)
pwd.getpwuid = unknown
from needlecare.__main__ import main
main()
"""


@pytest.mark.parametrize("typed", ["status", f"{WHEN} --save", "saved"])
def test_where_nobody_has_a_home_that_is_told(typed: str) -> None:
    env = {name: value for name, value in environment().items() if name not in {"HOME", "XDG_DATA_HOME"}}
    done = subprocess.run(
        [sys.executable, "-c", NOBODY, *shlex.split(typed)], capture_output=True, check=False, env=env
    )
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr == (
        b"needlecare: cannot find a folder for saved treatments: there is no home folder; set HOME or XDG_DATA_HOME\n"
    )


def test_a_large_file_in_the_place_of_a_result_is_not_read(folder: Path) -> None:
    with (folder / "plan.ics").open("wb") as file:
        file.truncate(2**40)  # a terabyte of nothing
    assert_told(run(f"{WHEN} --ics plan.ics", folder), 5, "exists with other content")


def test_what_is_printed_without_a_buffer_is_printed_whole_or_told(folder: Path) -> None:
    """PYTHONUNBUFFERED, which containers like to set: a write may then take a part alone."""
    whole = run(f"{WHEN} --ics -", folder).out.encode()
    script = f'ulimit -f 8; exec "$0" {WHEN} --ics - > cut.ics'
    done = subprocess.run(
        ["/bin/bash", "-c", script, PROGRAM],
        capture_output=True,
        check=False,
        cwd=folder,
        env=environment(PYTHONUNBUFFERED="1", PYTHONDONTWRITEBYTECODE="1"),
    )
    assert (done.returncode, (folder / "cut.ics").stat().st_size) == (5, 8 * 1024)
    assert b"standard output cannot be written: File too large" in done.stderr
    assert run(f"{WHEN} --ics -", folder, PYTHONUNBUFFERED="1").out.encode() == whole


def test_what_a_killed_process_began_is_forgotten_with_the_treatments(folder: Path) -> None:
    own = folder / "data" / "needlecare"
    (own / ".needlecare-00112233aabbccdd").write_text("half of somebody's treatment")
    (own / "notes").write_text("of somebody")
    assert run("saved --forget all", folder).code == 0
    assert [path.name for path in own.iterdir()] == ["notes"]


def test_treatments_that_are_saved_at_once_are_all_kept(tmp_path: Path) -> None:
    days = [f"2026-11-{day}" for day in range(11, 15)]
    script = "\n".join(f"needlecare {day} --tz UTC --save >/dev/null 2>&1 &" for day in days) + "\nwait"
    shell(script, cwd=tmp_path, XDG_DATA_HOME=str(tmp_path))
    kept = json.loads(run("saved --json", tmp_path, XDG_DATA_HOME=str(tmp_path)).out)["saved"]
    assert [one["treatment"]["treated"] for one in kept] == days


# Streams that are closed --------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["update", "save", "forget"])
def test_with_standard_output_closed_nothing_is_done_and_that_is_told(name: str, folder: Path) -> None:
    typed, _ = WRITERS[name]
    before = states(folder)
    done = shell(f"needlecare {typed} >&-", cwd=folder, XDG_DATA_HOME=str(folder / "data"))
    assert (done.code, done.err) == (5, "needlecare: standard output is closed; nothing was done\n")
    assert states(folder) == before


ENDS = {f"{WHEN} --json": 0, f"can swim {TREATED}": 1, "nonsense": 2, f"{WHEN} --ics plan.ics": 5}


@pytest.mark.parametrize("closed", ["2>&-", "<&-"])
@pytest.mark.parametrize(("typed", "code"), ENDS.items(), ids=list(ENDS))
def test_closed_streams_that_are_not_needed_change_nothing(
    closed: str, typed: str, code: int, folder: Path
) -> None:
    before = states(folder)
    done = shell(f"needlecare {typed} {closed}", cwd=folder)
    assert done.code == code
    assert bool(done.out) == (code < 2)
    assert bool(done.err) == (code >= 2 and "2>" not in closed)
    assert states(folder) == before


def test_rows_from_a_closed_standard_input_are_refused(tmp_path: Path) -> None:
    done = shell("needlecare batch - --json <&-", cwd=tmp_path)
    assert_told(done, 2, "standard input is closed; give the name of a file")


# What is said to a reader who goes: (what is typed, the exit code, which stays what it is)
READ_IN_PART = {
    WHEN: 0,
    f"{WHEN} --format timeline": 0,
    f"{WHEN} --json": 0,
    f"{WHEN} --ics -": 0,
    f"can swim {TREATED}": 1,
    "why makeup": 0,
    f"course {SERIES}": 0,
    "schedule show": 0,
    "schedule check bad.toml --json": 3,
    "--help": 0,
}


@pytest.mark.parametrize("reader", ["head -n 1", *rarely("true")])
def test_a_reader_who_has_seen_enough_is_no_error_and_changes_no_answer(reader: str, tmp_path: Path) -> None:
    """Whoever reads as `true` does has gone before anything is said."""
    (tmp_path / "bad.toml").write_text("id = 1\n")
    lines = "\n".join(
        f"needlecare {typed} | {reader} >/dev/null; echo ${{PIPESTATUS[0]}}" for typed in READ_IN_PART
    )
    done = shell(lines, cwd=tmp_path)
    assert done.err == ""
    assert [int(code) for code in done.out.split()] == list(READ_IN_PART.values())


def test_what_was_to_be_written_and_saved_is_without_a_reader_too(folder: Path) -> None:
    done = shell(
        f"needlecare {OTHER} --ics new.ics --save | true; echo ${{PIPESTATUS[0]}}",
        cwd=folder,
        XDG_DATA_HOME=str(folder / "data"),
    )
    assert done.out == "0\n"
    assert (folder / "new.ics").exists()
    kept = json.loads(run("saved --json", folder).out)["saved"]
    assert [one["treatment"]["treated"][:10] for one in kept] == ["2026-11-21", "2026-11-22", "2026-12-19"]


# A clock set wrong --------------------------------------------------------------------------------

FIRST, LAST = "1900-01-01T00:00", "2199-12-31T23:59"


@pytest.mark.parametrize(("treated", "at"), [(FIRST, LAST), (LAST, FIRST)])
def test_a_clock_at_either_end_of_the_years_is_planned_by(treated: str, at: str, tmp_path: Path) -> None:
    for typed in (f"plan {treated} --ics -", f"status --treated {treated}"):
        done = run(f"{typed} --tz Pacific/Apia --as-of {at}", tmp_path)
        # All of the preparation lies ahead of the latest treatment, which is one event too many.
        full = (
            "Left out, to keep to 30 events: all-day bars.\n"
            if (treated, typed[:4]) == (LAST, "plan")
            else ""
        )
        assert (done.code, done.err) == (0, full), typed
    asked = run(f"can swim --treated {treated} --tz UTC --as-of {at}", tmp_path)
    # 299 years after it the wait is over, and 299 years before it nothing is against it yet.
    assert (asked.code, asked.err) == (0, "")


@pytest.mark.parametrize("at", ["1899-12-31", "2200-01-01", "9999-12-31T23:59"])
def test_a_clock_beyond_the_years_is_refused(at: str, tmp_path: Path) -> None:
    done = run(f"status --treated 2026-11-21 --tz UTC --as-of {at}", tmp_path)
    assert_told(done, 2, "the year must be between 1900 and 2199")


@pytest.mark.parametrize(
    ("saved", "says"),
    [("1900-01-01", "1 Jan 1900"), ("2199-12-31", "31 Dec 2199")],
)
def test_a_saved_treatment_of_another_century_is_told_by_its_date(
    saved: str, says: str, tmp_path: Path
) -> None:
    assert run(f"{saved} --tz UTC --save", tmp_path).code == 0
    for typed in ("status", "saved"):
        done = run(typed, tmp_path)
        assert (done.code, done.err) == (0, "")
        assert says in done.out


def test_a_clock_before_the_review_says_nothing_of_it_and_one_after_it_does(tmp_path: Path) -> None:
    rules = f'extends = "microneedling"\nid = "c"\nversion = "1"\n{"reviewed = 2026-01-01"}\n'
    (tmp_path / "c.toml").write_text(rules + "review_due = 2027-01-01\n")
    for at, told in (("2025-12-31", False), ("2027-01-01", False), ("2027-01-02", True)):
        done = run(f"status --treated 2026-12-30 --tz UTC --as-of {at} --schedule c.toml", tmp_path)
        assert (done.code, "review of these rules was due" in " ".join(done.out.split())) == (0, told), at


def test_a_revision_by_a_clock_that_was_set_back_is_still_the_newer_one(folder: Path) -> None:
    first = f"{OTHER.split(maxsplit=1)[0]} --tz UTC --as-of 2027-06-01 --ics plan.ics --update"
    again = "2026-11-23T09:00 --tz UTC --as-of 2025-01-01 --ics plan.ics --update"
    numbers = []
    for typed in (first, again):
        assert run(typed, folder).code == 0
        lines = (folder / "plan.ics").read_text().splitlines()
        numbers.append(max(int(line.split(":")[1]) for line in lines if line.startswith("SEQUENCE:")))
    assert numbers[0] >= 1
    assert numbers[1] == numbers[0] + 1


# A missing zone database --------------------------------------------------------------------------

# Hides the package tzdata, as where it was not installed.
NO_TZDATA = """
import sys
class _Hidden:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "tzdata":
            raise ModuleNotFoundError(name, name=name)
sys.meta_path.insert(0, _Hidden())
"""
NO_DATABASE = (
    "needlecare: no time zone database was found on this computer; "
    "install the package tzdata: python -m pip install tzdata\n"
)
NEEDS_ZONES = (
    "2026-11-21 --tz Europe/Berlin",
    "2026-11-21",
    "why makeup",
    "can swim",
    "status",
    "cancel plan.ics",
    f"{OTHER} --save",
    "schedule check microneedling",
    "schedule diff microneedling microneedling",
    "schedule new clinic.toml",
    "batch rows.csv --json",
    "batch rows.csv --out out --tz Europe/Berlin",
)


def test_without_any_zone_it_says_what_to_install(folder: Path, tmp_path: Path) -> None:
    (folder / "rows.csv").write_text("ref,treated,tz\nA1,2026-11-21T14:30,Europe/Berlin\n")
    hook = tmp_path / "hook"
    hook.mkdir()
    (hook / "sitecustomize.py").write_text(NO_TZDATA)
    before = states(folder)
    for typed in NEEDS_ZONES:
        done = run(typed, folder, PYTHONPATH=str(hook), PYTHONTZPATH=str(hook))
        assert (done.code, done.out, done.err) == (2, "", NO_DATABASE), typed
    assert run("schedule show", folder, PYTHONPATH=str(hook), PYTHONTZPATH=str(hook)).code == 0
    assert states(folder) == before
    # Either of the two is enough.
    assert run("2026-11-21 --tz Europe/Berlin", folder, PYTHONTZPATH=str(hook)).code == 0


@pytest.mark.parametrize(
    "zone",
    ["Nonsense/Zone", "CET-1CEST", "   ", ":", "../../etc/passwd", "/etc/passwd", "posix/Europe/Berlin"],
)
def test_a_zone_of_the_machine_that_has_no_name_is_told(zone: str, tmp_path: Path) -> None:
    done = run("2026-11-21 --save", tmp_path, TZ=zone)
    assert_told(done, 2, f'time zone (TZ is "{zone}"); give --tz, such as --tz Europe/Berlin')
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("zone", ["Europe/Berlin", ":Europe/Berlin"])
def test_a_zone_of_the_machine_is_saved_so_that_it_is_read_again(zone: str, tmp_path: Path) -> None:
    assert run("2026-11-21 --save", tmp_path, TZ=zone).code == 0
    status = json.loads(run("status --json", tmp_path, TZ=zone).out)
    assert status["treatment"]["zone"] == "Europe/Berlin"


# What /etc holds of the zone: (what makes it, a word of the error)
ETC = {
    "a zone without a name": ("cp /usr/share/zoneinfo/Europe/Berlin etc/localtime", "it has no name"),
    "no zone": ("echo nonsense >etc/localtime", "TZif"),
    "another name": ("echo Mars/Base >etc/timezone", "Mars/Base"),
    "a name that its clocks do not follow": ("echo Asia/Tokyo >etc/timezone", "does not match"),
}


ON_A_MACHINE = """
mkdir etc && {make} && mount --bind etc /etc || exit 99
unset TZ
"$0" 2026-11-21
"""


@pytest.mark.parametrize("name", ETC)
def test_a_machine_whose_zone_cannot_be_told_is_not_taken_to_be_in_utc(name: str, tmp_path: Path) -> None:
    make, word = ETC[name]
    done = in_namespace(ON_A_MACHINE.format(make=make), tmp_path)
    assert_told(done, 2, "cannot work out this computer's time zone", word, "give --tz")


# The link that a machine names its zone by; its clocks follow that (localtime(5)), whatever else it names.
NAMED = {
    "a link": "ln -s /usr/share/zoneinfo/Europe/Berlin etc/localtime",
    "a link from here": "ln -s ../usr/share/zoneinfo/Europe/Berlin etc/localtime",
    "a link and another name": "ln -s /usr/share/zoneinfo/Europe/Berlin etc/localtime; echo Asia/Tokyo >etc/timezone",
}


@pytest.mark.parametrize("name", NAMED)
def test_the_zone_of_a_machine_is_found_where_it_is_named(name: str, tmp_path: Path) -> None:
    done = in_namespace(ON_A_MACHINE.format(make=f"{{ {NAMED[name]}; }}"), tmp_path)
    assert (done.code, done.err) == (0, "")
    assert "Times are Europe/Berlin." in done.out


def test_a_machine_without_any_zone_shows_utc_and_says_so(tmp_path: Path) -> None:
    """As all its clocks do: a fresh container has none."""
    done = in_namespace(ON_A_MACHINE.format(make="true"), tmp_path)
    assert (done.code, done.err) == (
        0,
        "This computer has no time zone set, so times are in UTC; give --tz, such as --tz Europe/Berlin.\n",
    )
    assert "Times are UTC." in done.out


# A home that does not exist -----------------------------------------------------------------------

HOMES = {
    "unset": "unset HOME XDG_DATA_HOME",
    "nowhere": "export HOME=/proc/none; unset XDG_DATA_HOME",
    "no folder": "export HOME=/dev/null; unset XDG_DATA_HOME",
    "data in a file": "touch file; export XDG_DATA_HOME=$PWD/file",
    "data nowhere": "export XDG_DATA_HOME=/proc/none",
}


@pytest.mark.parametrize("name", ["unset", "nowhere"])
def test_a_plan_needs_no_home(name: str, tmp_path: Path) -> None:
    done = shell(f"{HOMES[name]}; needlecare {WHEN}; needlecare can swim {TREATED}", cwd=tmp_path)
    assert (done.code, done.err) == (1, "")
    assert "No makeup: until" in done.out
    assert "Not yet until" in done.out


@pytest.mark.parametrize("name", [name for name in HOMES if name != "unset"])
def test_without_a_home_nothing_is_saved_and_that_is_told(name: str, tmp_path: Path) -> None:
    done = shell(f"{HOMES[name]}; needlecare {WHEN} --save", cwd=tmp_path)
    assert_told(done, 5, "cannot be made")
    assert "No makeup: until" in done.out
    assert_told(shell(f"{HOMES[name]}; needlecare status", cwd=tmp_path), 2, "no treatment is saved")
    forgotten = shell(f"{HOMES[name]}; needlecare saved --forget all", cwd=tmp_path)
    assert (forgotten.code, forgotten.err[:8]) == (0, "Removed.")


# A poor terminal and a poor locale ----------------------------------------------------------------

POOR = {
    "no locale": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "ascii": {"PYTHONIOENCODING": "ascii"},
    "latin 1": {"PYTHONIOENCODING": "latin-1"},
    "one column": {"COLUMNS": "1"},
    "no columns": {"COLUMNS": "0"},
    "columns in words": {"COLUMNS": "many"},
    "too many columns": {"COLUMNS": "100000"},
    "no terminal": {"TERM": ""},
    "another terminal": {"TERM": "nonsense", "FORCE_COLOR": "1"},
}


@pytest.mark.parametrize("name", POOR)
def test_a_poor_terminal_still_shows_what_matters(name: str, tmp_path: Path) -> None:
    ascii_alone = name in {"no locale", "ascii"}
    answers = (f"can swim {TREATED}", "why makeup") if ascii_alone else ()
    for typed in (f"{WHEN} --format timeline", *answers):
        done = subprocess.run(
            [PROGRAM, *shlex.split(typed)],
            capture_output=True,
            check=False,
            cwd=tmp_path,
            env=environment(**POOR[name]),
        )
        assert (done.returncode, done.stderr) == (int(typed.startswith("can")), b"")
        shown = done.stdout.decode("ascii" if ascii_alone else "latin-1")
        assert ("swimming" if typed.startswith("can") else "makeup") in shown


def test_an_empty_environment_is_enough(tmp_path: Path) -> None:
    done = shell(
        f'program=$(type needlecare | grep -o "/[^ ]*needlecare"); env -i "$program" {WHEN}', cwd=tmp_path
    )
    assert (done.code, done.err) == (0, "")
    assert "No makeup: until" in done.out


# A damaged installation ---------------------------------------------------------------------------


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """Return a folder with a copy of the package, as a wheel lays it out."""
    site = tmp_path / "site"
    shutil.copytree(ROOT / "src" / "needlecare", site / "needlecare")
    shutil.copytree(ROOT / "schedules", site / "needlecare" / "schedules")
    return site


def run_copy(site: Path, typed: str) -> Result:
    done = subprocess.run(
        [sys.executable, "-m", "needlecare", *shlex.split(typed)],
        capture_output=True,
        check=False,
        cwd=site.parent,
        env=environment(PYTHONPATH=str(site)),
        timeout=60,
    )
    return Result(done.returncode, done.stdout.decode(), done.stderr.decode())


def damage(path: Path, how: str) -> None:
    """Damage a file: missing, a folder instead, empty, or cut off in the middle."""
    data = path.read_bytes()
    path.unlink()
    if how == "folder":
        path.mkdir()
    elif how != "missing":
        path.write_bytes(b"" if how == "empty" else data[: len(data) // 2])


@pytest.mark.parametrize("how", ["missing", "folder", "empty", "cut off"])
def test_without_its_prepared_form_the_rule_file_itself_is_read(how: str, installed: Path) -> None:
    damage(installed / "needlecare" / "schedules" / "microneedling.prepared", how)
    done = run_copy(installed, WHEN)
    assert (done.code, done.err) == (0, "")
    assert "No makeup: until" in done.out


@pytest.mark.parametrize("how", ["missing", "folder"])
def test_rules_that_are_not_there_are_told_with_what_to_do(how: str, installed: Path) -> None:
    damage(installed / "needlecare" / "schedules" / "microneedling.toml", how)
    for typed in (WHEN, "why makeup", "schedule check microneedling"):
        done = run_copy(installed, typed)
        assert done.out == ""
        assert_told(done, 2, '"microneedling.toml", which ships with needlecare', "install needlecare again")
    assert run_copy(installed, "--help").code == 0


@pytest.mark.parametrize("how", ["empty", "cut off"])
def test_rules_that_are_damaged_are_told_with_what_to_do(how: str, installed: Path) -> None:
    damage(installed / "needlecare" / "schedules" / "microneedling.toml", how)
    for typed in (WHEN, "schedule list"):
        done = run_copy(installed, typed)
        assert (done.code, done.out) == (3, "")
        assert all(line.startswith("microneedling.toml:") for line in done.err.splitlines())
        assert "unless you edited it, install needlecare again" in done.err.splitlines()[-1]


@pytest.mark.parametrize(
    "file", ["schedules/template/clinic.toml", "schedules/template/clinic.cases.csv", "rules.schema.json"]
)
def test_what_a_rule_file_begins_with_may_be_missing_and_is_told(file: str, installed: Path) -> None:
    damage(installed / "needlecare" / file, "missing")
    done = run_copy(installed, "schedule new mine.toml --tz UTC")
    assert_told(done, 2, f'"{Path(file).name}", which ships with needlecare', "install needlecare again")
    assert not (installed.parent / "mine.toml").exists()


@pytest.mark.parametrize("module", ["cli/__init__.py", "output/sentences/plan.py"])
def test_compiled_code_that_a_full_disk_cut_off_is_no_interruption(module: str, installed: Path) -> None:
    """Neither where the program starts, nor in a module that is imported when the work is done."""
    path = installed / "needlecare" / module
    compiled = Path(py_compile.compile(str(path), doraise=True) or "")
    compiled.write_bytes(compiled.read_bytes()[:100])
    done = run_copy(installed, f"{WHEN} --format plain")
    assert (done.code, done.out) == (2, "")
    assert done.err.strip() == (
        "needlecare: this installation is damaged (marshal data too short); install needlecare again"
    )


# Little room --------------------------------------------------------------------------------------


def test_eight_files_and_600_megabytes_of_addresses_are_enough(folder: Path) -> None:
    def little() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (8, 8))
        resource.setrlimit(resource.RLIMIT_AS, (600_000_000, 600_000_000))

    (folder / "rows.csv").write_text("ref,treated\n" + "".join(f"r{n},2026-11-21\n" for n in range(100)))
    for typed in (
        f"{WHEN} --ics new.ics --save",
        "schedule check microneedling",
        "batch rows.csv --tz UTC --out out",
    ):
        done = run(typed, folder, little)
        assert done.code == 0, done.err
    assert len(list((folder / "out").iterdir())) == 100
