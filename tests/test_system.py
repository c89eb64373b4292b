"""The other systems, simulated: what they lack is taken away, and what is left must do."""

import ctypes
import importlib
import io
import os
import re
import signal
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
import tzlocal

from needlecare import system
from needlecare.cli import terminal
from needlecare.cli.options import zone_of
from needlecare.errors import UsageError, WriteError
from needlecare.storage import files


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away what Windows lacks: locks on folders, os.sync, signal masks, SIGHUP."""
    monkeypatch.setattr(system, "fcntl", None)
    monkeypatch.setattr(system, "RENAMES_OPEN_FILES", False)
    monkeypatch.delattr(os, "sync")
    monkeypatch.delattr(signal, "pthread_sigmask")
    monkeypatch.delattr(signal, "SIGHUP")


@pytest.mark.usefixtures("windows")
def test_windows_writes_and_revises_files_without_locks(tmp_path: Path) -> None:
    (tmp_path / ".needlecare-00112233aabbccdd").write_text("left by a killed process")
    with files.locked_folder(tmp_path / "folder"), files.locked_folder(tmp_path / "folder", patience=0):
        assert files.write_file(tmp_path / "plan", b"1")
    with files.locked_file(tmp_path / "plan", 10) as locked:
        assert locked.replace(b"2")
    with files.locked_file(tmp_path / "plan", 10) as locked:
        (tmp_path / "plan").write_bytes(b"by another program")
        with pytest.raises(WriteError, match="another program changed it"):
            locked.replace(b"3")
    system.flush_disks()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "plan"]


@pytest.mark.usefixtures("windows")
def test_windows_knows_one_signal_besides_ctrl_c_and_masks_none() -> None:
    assert system.stop_signals() == [signal.SIGTERM]
    with system.interrupts_delayed():
        pass
    before = signal.getsignal(signal.SIGINT)
    try:
        system.ignore_interrupts()
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_disk_without_locks_hinders_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As some network disks answer; what may still be written there is not removed."""

    class NoLocks:
        LOCK_EX = LOCK_NB = 0

        @staticmethod
        def flock(_handle: int, _how: int) -> None:
            raise OSError("No locks available")

    monkeypatch.setattr(system, "fcntl", NoLocks)
    litter = tmp_path / ".needlecare-00112233aabbccdd"
    litter.write_text("perhaps being written")
    with files.locked_folder(tmp_path), files.locked_folder(tmp_path, patience=0):
        assert files.write_file(tmp_path / "plan", b"1")
    assert litter.exists()


# The console --------------------------------------------------------------------------------------

# What Python takes for standard output there (PEP 528 for a console of Windows): (what it is, whether it has "─▒")
ENCODINGS = [
    ("utf-8", True),  # every console, macOS and Linux
    ("cp1252", False),  # a pipe or a file of Windows in Western Europe and America
    ("cp437", False),  # the OEM page of America: it has ─ and ▒, but not ● or ▸
    ("cp932", False),  # Japan
    ("mac-roman", False),
    ("unheard-of", False),
]


@pytest.mark.parametrize(("encoding", "boxes"), ENCODINGS)
def test_box_characters_go_to_consoles_that_have_them(
    encoding: str, boxes: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "")
    monkeypatch.setenv("LANG", "")
    monkeypatch.setattr(sys, "stdout", SimpleNamespace(encoding=encoding, isatty=lambda: False))
    assert terminal.shows_unicode() == boxes


def test_a_pipe_of_windows_gets_a_likeness_of_what_it_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(taken, encoding="cp1252"))
    terminal.print_text("▒ differ · 1½ days…\n")
    assert taken.getvalue() == b": differ | 1.5 days...\n"


class Console:
    """A console of Windows: kernel32's functions, as far as system.py calls them."""

    def __init__(self, *, is_console: bool = True, is_old: bool = False, locale: str = "") -> None:
        self.is_console = is_console
        self.is_old = is_old  # before Windows 10 no mode knows escape sequences
        self.locale = locale
        self.mode = 3  # ENABLE_PROCESSED_OUTPUT and ENABLE_WRAP_AT_EOL_OUTPUT, as a console begins

    def GetStdHandle(self, number: int) -> int:  # noqa: N802  as Windows calls it
        assert number == -11  # STD_OUTPUT_HANDLE
        return 7

    def GetConsoleMode(self, handle: int, mode: object) -> int:  # noqa: N802
        assert handle == 7
        ctypes.cast(mode, ctypes.POINTER(ctypes.c_ulong))[0] = self.mode  # type: ignore[arg-type]
        return int(self.is_console)

    def SetConsoleMode(self, handle: int, mode: int) -> int:  # noqa: N802
        assert handle == 7
        if not self.is_old:
            self.mode = mode
        return int(not self.is_old)

    def GetUserDefaultLocaleName(self, name: "ctypes.Array[ctypes.c_wchar]", size: int) -> int:  # noqa: N802
        assert len(name) == size == 85
        name.value = self.locale
        return len(self.locale) + 1


def on_windows(monkeypatch: pytest.MonkeyPatch, console: Console) -> None:
    monkeypatch.setattr(system, "WINDOWS", True)
    monkeypatch.setattr(ctypes, "windll", SimpleNamespace(kernel32=console), raising=False)
    for name in ("LC_ALL", "LC_TIME", "LC_CTYPE", "LANG", "TERM", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("console", "term", "colour"),
    [
        (Console(), "", True),
        (Console(is_old=True), "", False),  # it would print the escape sequences
        (Console(is_console=False), "xterm", True),  # Git Bash
        (Console(is_console=False), "", False),
    ],
)
def test_a_console_of_windows_is_asked_for_colours(
    console: Console, term: str, colour: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_windows(monkeypatch, console)
    if term:
        monkeypatch.setenv("TERM", term)
    monkeypatch.setattr(sys, "stdout", SimpleNamespace(encoding="utf-8", isatty=lambda: True))
    assert terminal.screen().colour == colour
    # 4: ENABLE_VIRTUAL_TERMINAL_PROCESSING, beside what was set before
    assert console.mode == (7 if console.is_console and not console.is_old else 3)


def test_other_systems_are_asked_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stdout", SimpleNamespace(encoding="utf-8", isatty=lambda: True))
    assert terminal.screen().colour


@pytest.mark.parametrize(
    ("locale", "hours"),
    [("en-US", 12), ("en-GB", 24), ("de-DE", 24), ("fr-CA", 24), ("zh-Hans-CN", 24), ("", 24)],
)
def test_windows_names_the_locale_by_which_times_are_written(
    locale: str, hours: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_windows(monkeypatch, Console(locale=locale))
    assert terminal.locale_clock() == hours
    monkeypatch.setenv("LANG", "en_US.UTF-8")  # as in Git Bash: what the environment says comes first
    assert terminal.locale_clock() == 12


# The time zone ------------------------------------------------------------------------------------


def link_to(place: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let /etc/localtime lead to a place; None: there is none, as on Windows."""

    def readlink(path: Path) -> Path:
        assert path == Path("/etc/localtime")
        if place is None:
            raise FileNotFoundError(path)
        return Path(place)

    monkeypatch.delenv("TZ", raising=False)
    monkeypatch.setattr(Path, "readlink", readlink)


@pytest.mark.parametrize(
    "place",
    [
        "/var/db/timezone/zoneinfo/Europe/Berlin",  # macOS
        "/usr/share/zoneinfo/Europe/Berlin",  # Linux, and macOS before 10.13
        "../usr/share/zoneinfo/Europe/Berlin",
        "/etc/zoneinfo/Europe/Berlin",  # NixOS
    ],
)
def test_the_link_of_each_system_names_the_zone(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    link_to(place, monkeypatch)
    assert zone_of(None).key == "Europe/Berlin"


class Key(dict[str, object]):
    """A key of the registry."""

    def Close(self) -> None:  # noqa: N802  as Windows calls it
        pass


def registry(values: Key, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let tzlocal read the zone as it does on Windows, from a registry with these values."""
    winreg = ModuleType("winreg")
    for name, stand_in in {
        "HKEY_LOCAL_MACHINE": 0,
        "ConnectRegistry": lambda _computer, _key: None,
        "OpenKey": lambda _handle, name: values if name.endswith("TimeZoneInformation") else None,
        "QueryInfoKey": lambda key: (0, len(key)),
        "EnumValue": lambda key, number: list(key.items())[number],
    }.items():
        setattr(winreg, name, stand_in)
    monkeypatch.setitem(sys.modules, "winreg", winreg)
    monkeypatch.delitem(sys.modules, "tzlocal.win32", raising=False)
    windows = importlib.import_module("tzlocal.win32")
    monkeypatch.setattr(tzlocal, "get_localzone", windows.get_localzone)
    monkeypatch.setattr(
        windows.utils, "assert_tz_offset", lambda *_arguments, **_more: None
    )  # of this machine
    link_to(None, monkeypatch)


@pytest.mark.parametrize(
    ("values", "zone"),
    [
        (Key(TimeZoneKeyName="W. Europe Standard Time"), "Europe/Berlin"),
        (Key(TimeZoneKeyName="W. Europe Standard Time\0\0rest"), "Europe/Berlin"),
        (Key(TimeZoneKeyName="US Mountain Standard Time"), "America/Phoenix"),
        (Key(TimeZoneKeyName="UTC"), "Etc/UTC"),
        # No daylight saving time, as the owner chose: it is an hour ahead of Greenwich all year.
        (Key(TimeZoneKeyName="W. Europe Standard Time", DynamicDaylightTimeDisabled=1), "Etc/GMT-1"),
    ],
)
def test_the_registry_of_windows_names_the_zone(
    values: Key, zone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry(values, monkeypatch)
    assert zone_of(None).key == zone


@pytest.mark.parametrize(
    ("values", "told"),
    [
        (Key(TimeZoneKeyName="Mars Standard Time"), "Mars Standard Time"),
        (Key(), "Can not find Windows timezone configuration"),
    ],
)
def test_a_registry_without_a_zone_is_told(values: Key, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    registry(values, monkeypatch)
    with pytest.raises(
        UsageError, match=re.escape(f"cannot work out this computer's time zone ({told}); give --tz")
    ):
        zone_of(None)
