"""The other systems, simulated: what they lack is taken away, and what is left must do."""

import os
import signal
from pathlib import Path

import pytest

from needlecare import system
from needlecare.errors import WriteError
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
    with files.held_file(tmp_path / "plan", 10) as held:
        assert held.replace(b"2")
    with files.held_file(tmp_path / "plan", 10) as held:
        (tmp_path / "plan").write_bytes(b"by another program")
        with pytest.raises(WriteError, match="another program changed it"):
            held.replace(b"3")
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
