"""That the program does the same in a fork as in an interpreter of its own: a test may use either."""

from pathlib import Path

import pytest

import forks
from program import Result, environment, needlecare, started

WHEN = "2026-11-21T14:30", "--as-of", "2026-11-22T09:00"
RUNS = {
    # how the program is run
    "the zone of the machine": ((*WHEN, "--json"), {"TZ": "Asia/Tokyo"}),
    "the width of the terminal": ((*WHEN, "--format", "plain"), {"COLUMNS": "40"}),
    "a file in this folder": (("can", "swim", "--schedule", "none.toml"), {}),
    "no text": ((*WHEN, "--tz", "UTC", "--override", "\udcff=P1D"), {}),
    "colours": (("status", *WHEN, "--tz", "UTC", "--schedule", "microneedling"), {"FORCE_COLOR": "1"}),
    "help": (("batch", "--help"), {"COLUMNS": "70"}),
    "wrong usage": (("--tz",), {}),
    "several processes": (("batch", "-", "--json", "--jobs", "2"), {"input": "ref,treated\na1,2026-11-21\n"}),
}


@pytest.mark.parametrize(("arguments", "given"), RUNS.values(), ids=RUNS)
def test_a_fork_does_what_a_start_does(
    arguments: tuple[str, ...], given: dict[str, str], tmp_path: Path
) -> None:
    env = {"NEEDLECARE_TZ": "", **given}
    assert needlecare(*arguments, cwd=tmp_path, **env) == started(*arguments, cwd=tmp_path, **env)


def test_a_run_finds_nothing_of_another(tmp_path: Path) -> None:
    """Neither its folder, nor its variables, nor what it kept of a file."""
    (tmp_path / "a.toml").write_text("id = [\n")
    first = needlecare("schedule", "check", "a.toml", cwd=tmp_path, TZ="Asia/Tokyo")
    assert first.code == 3
    second = needlecare("schedule", "check", "a.toml", TZ="UTC")
    assert (second.code, second.err.count("\n")) == (2, 1)


def test_a_fork_of_this_process_runs_what_it_has_changed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("needlecare.cli.app.__version__", "changed")
    code = forks.fork(["--version"], str(tmp_path), environment(), [0, 1, 2])
    assert Result(code, *capfd.readouterr()) == Result(0, "needlecare changed\n", "")


def test_what_fails_in_a_fork_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    def fail() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("needlecare.__main__.main", fail)
    assert forks.fork([], str(tmp_path), environment(), [0, 1, 2]) == 1
    assert capfd.readouterr().err.endswith("ZeroDivisionError\n")
