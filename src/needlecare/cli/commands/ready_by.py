"""needlecare ready-by: the latest treatment dates before a wedding or a holiday."""

from datetime import datetime
from typing import Annotated

import typer

from needlecare.cli import options, terminal
from needlecare.cli.commands.course import Every, Sessions
from needlecare.cli.emergency import emergencies_first
from needlecare.cli.saved_treatments import options_as_saved
from needlecare.errors import UsageError
from needlecare.plan.ready_by import ready_by as latest_dates
from needlecare.storage.rule_files import load_schedule
from needlecare.time.offsets import parse_interval
from needlecare.time.parsing import Purpose, parse_when
from needlecare.time.zones import local

EXAMPLES = """
  needlecare ready-by 2027-06-12
  needlecare ready-by 12 June --prp --skin-type IV
  needlecare ready-by in 4 months --sessions 3 --every 4w
"""


def ready_by(
    ctx: typer.Context,
    *,
    when: Annotated[
        list[str],
        options.argument("DATE", "The day to be ready for: 2027-06-12, 12 June, saturday, in 6 weeks."),
    ],
    sessions: Sessions = None,
    every: Every = None,
    chosen: options.PlanOptions,
    clock: options.ClockHours = None,
    style: options.PrintOptions,
) -> None:
    """Find the latest date for a treatment so that every wait is over by a wedding or a holiday.

    Plans one treatment, or a course with --sessions. "Over" means before that day begins. The options of your
    saved treatment count, if you have saved one.
    """
    if every is not None and sessions is None:
        raise UsageError("--every needs --sessions; add how many sessions, such as --sessions 3")
    interval = None if every is None else parse_interval(every)
    words = " ".join(when)
    with emergencies_first(words, chosen.schedule, style):
        chosen, saved = options_as_saved(ctx, chosen)
        zone = options.zone_of(chosen.tz)
        now = options.moment_of(chosen.as_of, zone, chosen.dates)
        value = parse_when(words, now=now, zone=zone, purpose=Purpose.DEADLINE, order=chosen.dates).value
    day = local(value, zone).date() if isinstance(value, datetime) else value
    rules = load_schedule(chosen.schedule)
    treatment = chosen.treatment(day, zone, rules)
    found = latest_dates(day, treatment, rules, sessions=sessions, every=interval, follow=chosen.follow or ())
    if style.json:
        from needlecare.output.json.ready_by import ready_by_json

        terminal.print_bytes(ready_by_json(found, now).encode())
        return
    from needlecare.output.terminal.ready_by import ready_by_text

    options.use_clock(ctx, clock, rules)
    name = saved.name if saved else None
    screen = style.screen
    terminal.print_text(ready_by_text(found, local(now, zone).date(), screen, name=name))
