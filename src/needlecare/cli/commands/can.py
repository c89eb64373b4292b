"""needlecare can: may I? In everyday words, for the saved treatment or for another."""

from typing import Annotated

import typer

from needlecare.cli import options
from needlecare.cli.ask import ask
from needlecare.cli.emergency import emergencies_first
from needlecare.cli.saved_treatments import current_plan

EXAMPLES = """
  needlecare can swim
  needlecare can go to the gym on friday
  needlecare can wash my face --treated "yesterday 2:30pm" --prp
  needlecare can "I washed my face by accident"
"""


def can(
    ctx: typer.Context,
    *,
    activity: Annotated[
        list[str], options.argument("ACTIVITY", "In your own words: swim, go to the gym, ibuprofen.")
    ],
    at: options.At = None,
    treated: options.Treated = None,
    chosen: options.PlanOptions,
    clock: options.ClockHours = None,
    style: options.PrintOptions,
) -> None:
    """May I? Says yes, or not yet and until when, and where the sources differ.

    Exit code 0: allowed; 1: not yet, or no source says; 2: not understood.
    """
    words = " ".join(activity)
    with emergencies_first(words, chosen.schedule, style):
        current = current_plan(ctx, treated, chosen)
    options.use_clock(ctx, clock, current.plan.schedule)
    ask(words, current, at=at, dates=chosen.dates, sign=False, style=style)
