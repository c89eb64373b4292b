"""needlecare plan: one treatment in; a timeline, JSON or a calendar out."""

from typing import Annotated

import typer

from needlecare.cli import calendar, options, outputs
from needlecare.cli.emergency import emergencies_first
from needlecare.cli.options import planned
from needlecare.output.formats import Format, plan_text

EXAMPLES = """
  needlecare 2026-11-21T14:30 --prp --skin-type IV
  needlecare yesterday 2:30pm --ics plan.ics
  needlecare 2026-11-22T09:00 --ics plan.ics --update
  needlecare plan --ics plan.ics --update --no-prp
  needlecare sat 2:30pm --as-of tomorrow
  needlecare yesterday 2:30pm -o handout.html
  needlecare today --json | jq -r '.windows[] | .title'
"""


def plan(
    ctx: typer.Context,
    *,
    when: options.When = None,
    plan_options: options.PlanOptions,
    clock: options.ClockHours = None,
    calendar_output: calendar.CalendarOutput,
    style: calendar.CalendarStyle,
    result: outputs.ResultOptions,
    sources: Annotated[
        bool | None,
        options.output_option(
            "--sources/--no-sources",
            "List the sources on a page to print. Default: yes, except on a clinic's own page.",
        ),
    ] = None,
    force: outputs.Force = False,
    no_color: options.NoColor = False,
    save: Annotated[
        bool,
        options.treatment_option(
            "--save", "Save the treatment on this computer, for status, can and the other commands."
        ),
    ] = False,
) -> None:
    """Plan the days around a treatment: what to avoid and until when, what to do, what is normal.

    WHEN may be several words, and "plan" may be left out: needlecare sat 2:30pm --prp
    """
    wanted = outputs.requested(ctx, calendar_output, result, list(Format), force=force, no_color=no_color)
    with calendar.open_calendar(wanted.ics, update=calendar_output.update, force=force) as target:
        date, chosen, name = calendar.choices(ctx, " ".join(when or ()), plan_options, target)
        printed = options.PrintOptions(json=result.json, no_color=no_color)
        with emergencies_first(date, chosen.schedule, printed):
            made, now = planned(date, chosen)
        options.use_clock(ctx, clock, made.schedule, as_terminal=False)
        detail, reminders = style.with_remembered(ctx, target.remembered)
        file = None
        if wanted.ics is not None:
            from needlecare.calendar.events import calendar as plan_calendar

            newer = plan_calendar(
                made,
                now,
                ref=target.identity(calendar_output.ref),
                detail=detail,
                reminders=reminders,
                remembered=target.remembered,
            )
            file = target.file(newer, made.schedule, now, says_prp=options.was_typed(ctx, "prp"))

        text = None
        if wanted.form is not None:
            with wanted.clock():
                text = plan_text(
                    wanted.form,
                    made,
                    now,
                    screen=wanted.screen,
                    ref=calendar_output.ref,
                    detail=detail,
                    quiet=reminders.quiet,
                    sources=sources,
                    name=name if wanted.output is None else "",
                )
        if save:
            from needlecare.cli.saved_treatments import load_saved, save_treatment

            load_saved()  # a damaged file is reported before anything is written
        wanted.write(text, file)
        if save:
            save_treatment(made.treatment, schedule=chosen.schedule, follow=chosen.follow)
