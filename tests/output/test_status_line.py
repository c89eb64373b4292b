"""One line for a prompt: the most important things that still wait, and today's care."""

import pytest

from examples import at, treatment
from needlecare.model import Schedule
from needlecare.output.terminal.status_line import MAX_WIDTH, status_line
from needlecare.plan.combine import plan

# Treated on Saturday 21 November 2026 at 14:30, without PRP. Direct sun waits 14 days (5 December, 14:30),
# the gym through Friday the 27th, everything until Monday 21 December at the latest.
LINES = [
    # the reader's moment, the line
    ("2026-11-15T09:00+01:00", "Skin, 6½ days to go: no sun or fake tan · no retinol or acids"),
    (
        "2026-11-24T09:00+01:00",
        "Skin day 3: no direct sun, retinol until 5 Dec · SPF 50 every day",
    ),
    ("2026-12-01T09:00+01:00", "Skin day 10: no direct sun, retinol until Sat · SPF 50 every day"),
    ("2027-03-01T09:00+01:00", "Skin day 100: all waits over"),
]


@pytest.mark.parametrize(("moment", "line"), LINES)
def test_the_line_says_the_day_and_what_matters_most(builtin: Schedule, moment: str, line: str) -> None:
    made = plan(treatment("2026-11-21T14:30+01:00"), builtin)
    assert status_line(made, at(moment)) == f"{line}\n"


def test_the_line_is_short_and_tells_nobody_what_was_done(builtin: Schedule) -> None:
    for prp in (False, True):
        made = plan(treatment("2026-11-21T14:30+01:00", prp=prp), builtin)
        for day in range(1, 28):
            line = status_line(made, at(f"2026-12-{day:02}T09:00+01:00")).rstrip("\n")
            assert len(line) <= MAX_WIDTH
            assert "needling" not in line
            assert "PRP" not in line
