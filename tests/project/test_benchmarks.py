"""The benchmark reckons right, its loops make the events that batch makes, and its commands still exist.

How fast anything is, no test says: that depends on the machine.
"""

import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

import loops
import run
from figures import (
    Comparison,
    Cost,
    Result,
    Spread,
    markdown_table,
    ratios,
    result_text,
    slope,
    spread,
    text_table,
)
from program import environment, needlecare

BENCHMARKS = Path(run.__file__).parent

# Ratios and their spread --------------------------------------------------------------------------

SPREADS = {
    # what was measured: the middle one, and the quarters, which lie (n - 1) / 4 steps from each end
    (3.0,): (3.0, 3.0, 3.0),
    (1.0, 2.0): (1.5, 1.25, 1.75),
    (5.0, 1.0, 3.0): (3.0, 2.0, 4.0),
    (1.0, 2.0, 3.0, 4.0): (2.5, 1.75, 3.25),
    (1.0, 1.0, 1.0, 1.0, 90.0): (1.0, 1.0, 1.0),  # one slow round moves none of them
}


@pytest.mark.parametrize("numbers", SPREADS)
def test_a_spread_is_the_median_and_the_quartiles(numbers: tuple[float, ...]) -> None:
    median, lower, upper = SPREADS[numbers]
    assert spread(numbers) == Spread(median=median, lower=lower, upper=upper)


def test_nothing_measured_has_no_spread() -> None:
    with pytest.raises(ValueError, match="nothing was measured"):
        spread([])


def test_ratios_are_those_of_each_round() -> None:
    assert ratios([2.0, 9.0], [1.0, 3.0]) == [2.0, 3.0]
    with pytest.raises(ValueError, match="shorter"):
        ratios([2.0, 9.0], [1.0])


def test_what_is_slow_for_a_round_leaves_the_ratio_alone() -> None:
    """Ten times slower in the second round, both of them: 0.3 / 0.2 = 3 / 2."""
    compared = Comparison(
        own=Cost(name="a", took=[0.3, 3.0]), other=Cost(name="b", took=[0.2, 2.0]), unit=run.MILLISECOND
    )
    assert compared.ratio.lower == pytest.approx(1.5)
    assert compared.ratio.upper == pytest.approx(1.5)


def test_each_further_row_is_told_without_the_start() -> None:
    """A start of 0.5 s and 2 ms a row: 200 rows take 0.9 s, 1,200 take 2.9 s; (2.9 - 0.9) / 1,000 = 2 ms."""
    assert slope(0.9, 2.9, rows=1000) == pytest.approx(0.002)


def test_the_best_of_differences_is_not_the_smallest_of_them() -> None:
    """Batches of 0.9 and 2.9 s, then of 1.9, disturbed, and 2.9: the differences are 2 and 1, the best still 2."""
    rows = Cost(name="rows", took=[2.0, 1.0], least=slope(0.9, 2.9, rows=1))
    assert Comparison(own=rows, other=Cost(name="loop", took=[4.0, 4.0]), unit=1).fastest == pytest.approx(
        0.5
    )


# Tables -------------------------------------------------------------------------------------------

# 150 ms against 100 ms, 330 against 200, 240 against 150: ratios 1.5, 1.65 and 1.6. Of the processor
# 100 against 80, 100 against 80 and 90 against 75: 1.25, 1.25 and 1.2. The fastest: 150 / 100.
SLOW = Comparison(
    own=Cost(name="--json", took=[0.150, 0.330, 0.240], processor=[0.100, 0.100, 0.090]),
    other=Cost(name="empty-text", took=[0.100, 0.200, 0.150], processor=[0.080, 0.080, 0.075]),
    unit=1e-3,
    at_most=1.4,
)
ONCE = Comparison(
    own=Cost(name="batch", took=[38.0e6]), other=Cost(name="1,000 rows", took=[40.0e6]), unit=1e6, at_most=1.2
)
UNBOUND = Comparison(
    own=Cost(name="each row", took=[0.00512]), other=Cost(name="loop", took=[0.01024]), unit=1e-3
)

TEXT = """\
what      takes  against     takes  ratio  half lie in  fastest   CPU      at most
--json      240  empty-text    150   1.60    1.55-1.62     1.50  1.25  1.40 missed
batch      38.0  1,000 rows   40.0   0.95         once     0.95               1.20
each row   5.12  loop         10.2   0.50         once     0.50"""

MARKDOWN = """\
| what | takes | against | takes | ratio | half lie in | fastest | CPU | at most |
| --- | --: | --- | --: | --: | --: | --: | --: | --: |
| --json | 240 | empty-text | 150 | 1.60 | 1.55-1.62 | 1.50 | 1.25 | 1.40 missed |
| batch | 38.0 | 1,000 rows | 40.0 | 0.95 | once | 0.95 |  | 1.20 |
| each row | 5.12 | loop | 10.2 | 0.50 | once | 0.50 |  |  |"""


def test_a_table_tells_both_sides_the_ratio_its_spread_and_a_bound_that_is_missed() -> None:
    assert text_table([SLOW, ONCE, UNBOUND]) == TEXT


def test_the_same_as_markdown() -> None:
    assert markdown_table([SLOW, ONCE, UNBOUND]) == MARKDOWN


@pytest.mark.parametrize(("at_most", "missed"), [(None, False), (1.59, True), (1.6, False), (1.61, False)])
def test_a_bound_is_missed_by_the_median_alone(at_most: float | None, missed: bool) -> None:
    compared = Comparison(
        own=Cost(name="", took=[8.0, 8.0, 80.0]), other=Cost(name="", took=[5.0] * 3), unit=1, at_most=at_most
    )
    assert compared.missed is missed


def test_a_part_that_could_not_be_measured_says_so_without_a_table() -> None:
    result = Result(heading="Memory", remarks=["no room"])
    assert result_text(result, markdown=False) == "MEMORY\nno room"
    assert result_text(result, markdown=True) == "**Memory**\n\n- no room"


# What is measured ---------------------------------------------------------------------------------


def test_in_turns_the_one_and_the_other_go_first() -> None:
    called: list[str] = []
    for number in range(3):
        run.in_turns(number, lambda: called.append("a"), lambda: called.append("b"))
    assert "".join(called) == "abbaab"


@pytest.mark.parametrize("start", run.STARTS, ids=lambda start: start.name)
def test_each_command_that_is_measured_exists(start: run.Start) -> None:
    done = needlecare(*start.own)
    assert done.code == (1 if start.name == "can" else 0), done.err  # not yet, an hour after
    assert done.out
    assert done.err == ""


@pytest.mark.parametrize("name", ["text", "table", "calendar"])
def test_each_empty_command_prints_what_it_was_given(name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", f"from empty_commands.{name} import app; app()", run.TREATED],
        capture_output=True,
        check=True,
        text=True,
        env=environment(PYTHONPATH=str(BENCHMARKS / "empty")),
    )
    assert run.TREATED in done.stdout


def test_the_rows_are_of_every_kind_and_none_is_refused(tmp_path: Path) -> None:
    rows = run.rows_file(tmp_path / "rows.csv", 60)
    lines = rows.read_text().splitlines()
    # The first is treated at 08:00; the tenth has no time; the twelfth, five minutes a row on, at 08:55.
    assert lines[1] == "r000000,2026-11-01T08:00,yes,1,yes"
    assert lines[10] == "r000009,2026-11-10,no,4,yes"
    assert lines[12] == "r000011,2026-11-12T08:55,no,6,no"
    done = needlecare("batch", str(rows), *run.BATCH, "--out", str(tmp_path / "out"), "--dry-run")
    assert done.code == 0, done.err


def test_a_process_is_told_with_its_time_its_memory_and_what_it_printed() -> None:
    """It holds 50 MB for a tenth of a second, in which its processor rests."""
    code = "import time; held = bytes(50_000_000); time.sleep(0.1); print(len(held))"
    used = run.run([sys.executable, "-c", code], dict(os.environ))
    assert used.out == "50000000\n"
    assert used.clock >= 0.1
    assert 0 < used.processor < used.clock


def test_a_process_that_fails_ends_the_benchmark_with_what_it_said() -> None:
    with pytest.raises(run.Failed, match="exit code 3: no room"):
        run.run([sys.executable, "-c", "import sys; print('no room', file=sys.stderr); sys.exit(3)"], {})


# The loops ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("treated", ["2026-11-21T14:30", "2026-11-21"])
@pytest.mark.parametrize("library", loops.LIBRARIES)
@pytest.mark.filterwarnings("ignore:Behaviour of str:FutureWarning")  # what ics says of its own alarms
def test_the_loops_make_the_events_that_needlecare_makes(library: str, treated: str) -> None:
    ours = needlecare(treated, "--prp", *run.BATCH, "--ics", "-").out.encode()
    events = loops.events_of(loops.events_json(ours))
    assert loops.contents(loops.LIBRARIES[library](events)) == loops.contents(ours)
    assert any(event.alarm for event in events)


def test_the_loops_get_moments_as_utc_and_whole_days_as_dates() -> None:
    """The treatment at 14:30 in Berlin is 13:30 in UTC; the photo after a month rings at 09:00, 08:00 in UTC.

    From 28 November 14:30 until 5 December 14:30 nothing changes: 29 November to 4 December are whole days.
    """
    ours = needlecare("2026-11-21T14:30", *run.BATCH, "--ics", "-").out.encode()
    events = loops.events_of(loops.events_json(ours))
    assert datetime(2026, 11, 21, 13, 30, tzinfo=UTC) in {event.start for event in events}
    whole_days = next(event for event in events if event.start == date(2026, 11, 29))
    assert (whole_days.end, whole_days.alarm) == (date(2026, 12, 5), None)
    photo = next(event for event in events if event.start == datetime(2026, 12, 21, 8, tzinfo=UTC))
    assert photo.alarm is not None
    assert photo.alarm.trigger == timedelta()
