"""What every test file shares: the built-in schedule, an edition of it that never changes, and how long
hypothesis looks.

The quick profile tries the same few examples in every run. NEEDLECARE_FUZZ=ci tries more of the same, as
`.ci/run` does. NEEDLECARE_FUZZ=long tries many, and other ones each time: for a night, or after a change of
`time/parsing.py` or `plan.py`.
"""

import gc
import os
from collections.abc import Generator, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from _pytest.mark import ParameterSet
from hypothesis import HealthCheck, settings

import forks
from needlecare.errors import ScheduleError
from needlecare.model import Schedule
from needlecare.output.timing import choose_clock
from needlecare.rules import load
from needlecare.rules.prepared import SUFFIX, prepare, prepared_schedule
from needlecare.storage.files import replace_file
from program import NO_DATA, START

BUILTIN = Path(__file__).parents[1] / "schedules" / "microneedling.toml"
VERSION_1 = Path(__file__).parent / "data" / "microneedling-1.0.0.toml"

for name, examples in (("quick", 8), ("ci", 20)):
    settings.register_profile(
        name,
        deadline=None,
        derandomize=True,
        max_examples=examples,
        suppress_health_check=[HealthCheck.too_slow],  # a busy machine is no fault of a strategy
    )
settings.register_profile(
    "long",
    deadline=None,
    max_examples=5000,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile(os.environ.get("NEEDLECARE_FUZZ") or "quick")


def rarely(*rows: object) -> Iterator[ParameterSet]:
    """Yield rows of a parametrized test of which only `.ci/run` is to try each: they take many seconds."""
    for row in rows:
        yield pytest.param(*(row if isinstance(row, tuple) else (row,)), marks=pytest.mark.long)


def pytest_configure() -> None:
    """Prepare the rule files of this checkout again where one was edited, so that programs start as fast as installed.

    No test may read or change what the person who runs it has saved: not in this process either.
    """
    os.environ["XDG_DATA_HOME"] = NO_DATA
    for path in BUILTIN.parent.glob("*.toml"):
        data, prepared = path.read_bytes(), path.with_suffix(SUFFIX)
        with suppress(ScheduleError):  # whose problems the tests tell
            if not prepared.exists() or prepared_schedule(prepared.read_bytes(), data) is None:
                replace_file(prepared, prepare(data, path.name))
    if START == "fork":
        forks.remember_shipped_rule_files()


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Let Python look for garbage less often, and not at all while tests are collected. It took a tenth of the time.

    gc.freeze would spare it the tests themselves, but with it the oldest Hypothesis calls two of our laws flaky.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.set_threshold(20_000, 20, 20)


# How many tests are left out. With -n only the workers know, and each of them knows all.
_left_out: list[int] = []


def pytest_deselected(items: list[pytest.Item]) -> None:
    """Count what is left out because it takes long, not what nobody asked for."""
    _left_out.append(sum(item.get_closest_marker("long") is not None for item in items))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Let a worker hand its count over."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["left_out"] = sum(_left_out)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take the count of a worker over."""
    _left_out[:] = [getattr(node, "workeroutput", {}).get("left_out", 0)]


# The quotes are for pytest 8.1, in which there is no such name.
def pytest_terminal_summary(terminalreporter: "pytest.TerminalReporter") -> None:
    """Say how many tests are left out."""
    if sum(_left_out):
        terminalreporter.write_line(
            f"{sum(_left_out)} tests left out; pytest -m '' runs all, as .ci/run does"
        )


def pytest_runtest_setup() -> None:
    """Forget the clock of 12 or 24 hours that a command line within this process chose for all that follows."""
    choose_clock(0)


@pytest.fixture(scope="session")
def builtin() -> Schedule:
    """Return the schedule that ships with needlecare."""
    return load.read_schedule(BUILTIN.read_bytes(), file=BUILTIN.name)


@pytest.fixture(scope="session")
def schedule_v1() -> Schedule:
    """Return version 1.0.0 of the built-in schedule, kept as it was published.

    For tests of the machinery, whose expected values are worked out by hand: new
    evidence must not change them.
    """
    return load.read_schedule(VERSION_1.read_bytes(), file=VERSION_1.name)
