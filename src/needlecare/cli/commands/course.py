"""needlecare course: a series of sessions in; the months at a glance, JSON or one calendar out."""

import re
from collections.abc import Iterable
from datetime import date, datetime
from functools import partial
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from needlecare.cli import calendar, options, outputs
from needlecare.cli.options import option
from needlecare.errors import UsageError, quoted
from needlecare.output.formats import Format, course_text
from needlecare.plan.course import course as course_of
from needlecare.storage.rule_files import load_schedule
from needlecare.time.offsets import parse_interval
from needlecare.time.parsing import DateOrder, Purpose, parse_when

series_option = partial(option, panel="The series")

EXAMPLES = """
  needlecare course 2026-11-21T14:30 --prp --skin-type IV
  needlecare course 2026-11-21T14:30 --scars --sessions 5 --every 6w
  needlecare course 2026-11-21T14:30 --session 2
  needlecare course 2026-11-21T14:30 --ics course.ics
  needlecare course 2026-11-21 --move 2=2026-12-23 --ics course.ics --update
"""

Sessions = Annotated[
    int | None,
    series_option("--sessions N", "How many sessions, 1 to 24. Default: as many as the rule file plans."),
]
Every = Annotated[
    str | None,
    series_option(
        "--every INTERVAL",
        "How far apart: 4w, 28d or P1M. Default: as the rule file plans; longer for scars.",
    ),
]


def course(
    ctx: typer.Context,
    *,
    when: options.When = None,
    sessions: Sessions = None,
    every: Every = None,
    move: Annotated[
        list[str] | None,
        series_option(
            "--move N=WHEN",
            "Move session N and the later ones with it. A weekday means the coming one. Repeatable.",
        ),
    ] = None,
    session: Annotated[int | None, series_option("--session N", "Show this session in full.", min=1)] = None,
    plan_options: options.PlanOptions,
    clock: options.ClockHours = None,
    calendar_output: calendar.CalendarOutput,
    style: calendar.CalendarStyle,
    result: outputs.ResultOptions,
    force: outputs.Force = False,
    no_color: options.NoColor = False,
) -> None:
    """Plan a series of sessions, each with its preparation, its aftercare and the date of the next.

    WHEN is the first session. An interval shorter than every source allows is refused.
    """
    forms = (Format.TIMELINE, Format.PLAIN, Format.JSON)
    wanted = outputs.requested(ctx, calendar_output, result, forms, force=force, no_color=no_color)
    with calendar.open_calendar(wanted.ics, update=calendar_output.update, force=force) as target:
        remembered = target.remembered
        first, chosen, name = calendar.choices(ctx, " ".join(when or ()), plan_options, target)
        dates, zone = chosen.dates, options.zone_of(chosen.tz)
        now = options.moment_of(chosen.as_of, zone, dates)
        rules = load_schedule(chosen.schedule)
        treated = options.date_of(first, now=now, zone=zone, dates=dates)
        moves = _moved(move or (), now, zone, dates)
        if remembered is not None:
            sessions = sessions or remembered.sessions
            every = every or remembered.every
            moves = {**dict(remembered.moves), **moves}
        made = course_of(
            chosen.treatment(treated, zone, rules),
            rules,
            sessions=sessions,
            every=None if every is None else parse_interval(every),
            moved=moves,
            follow=chosen.follow or (),
        )
        if session is not None and session > len(made.sessions):
            raise UsageError(f"there is no session {session}; write a number from 1 to {len(made.sessions)}")
        options.use_clock(ctx, clock, made.schedule, as_terminal=False)
        file = None
        if wanted.ics is not None:
            from needlecare.calendar.course_events import course_calendar

            detail, reminders = style.with_remembered(ctx, remembered)
            newer = course_calendar(
                made,
                now,
                moves=moves,
                ref=target.identity(calendar_output.ref),
                detail=detail,
                reminders=reminders,
                remembered=remembered,
            )
            file = target.file(newer, made.schedule, now, says_prp=options.was_typed(ctx, "prp"))

        text = None
        if wanted.form is not None:
            with wanted.clock():
                name = name if wanted.output is None else ""
                text = course_text(wanted.form, made, now, screen=wanted.screen, session=session, name=name)
        wanted.write(text, file)


def _moved(
    moves: Iterable[str], now: datetime, zone: ZoneInfo, dates: DateOrder | None
) -> dict[int, datetime | date]:
    """Return the new dates of moved sessions, by session number. Raises UsageError."""
    found: dict[int, datetime | date] = {}
    for text in moves:
        match = re.fullmatch(r" *([0-9]{1,3}) *=(.*)", text)
        if match is None:
            raise UsageError(
                f"{quoted(text)} is not a move; write the session's number and its new date, such as 2=2026-12-23T09:00"
            )
        number = int(match[1])
        if number in found:
            raise UsageError(f"{quoted(text)}: session {number} is moved twice; give only one --move for it")
        when = parse_when(match[2], now=now, zone=zone, purpose=Purpose.MOMENT, order=dates)
        found[number] = when.value
    return found
