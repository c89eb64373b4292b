"""needlecare plan: one treatment in; a timeline, JSON or a calendar out."""

import typer

from needlecare.calendar.identity import checked_reference
from needlecare.cli import calendar, options, outputs
from needlecare.cli.emergency import emergencies_first
from needlecare.cli.options import planned
from needlecare.model import Alarms, Detail

EXAMPLES = """
Examples:

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
    when: options.When = None,
    prp: options.Prp = False,
    skin_type: options.FitzpatrickType = None,
    scars: options.Scars = False,
    tz: options.Zone = None,
    schedule: options.ScheduleName = options.DEFAULT_SCHEDULE,
    follow: options.Follow = None,
    override: options.Overrides = None,
    as_of: options.AsOf = None,
    dates: options.Dates = None,
    clock: options.ClockHours = None,
    ics: calendar.Ics = None,
    update: calendar.Update = False,
    ref: calendar.Ref = None,
    detail: calendar.DetailOfTitles = Detail.DISCREET,
    alarms: calendar.AlarmsWanted = Alarms.GENTLE,
    quiet_hours: calendar.Quiet = calendar.QUIET_HOURS,
    daily: calendar.DailyAt = None,
    json: options.Json = False,
    format: outputs.FormatWanted = None,
    output: outputs.OutputFile = None,
    sources: outputs.Sources = None,
    force: outputs.Force = False,
    no_color: options.NoColor = False,
    save: options.Save = False,
) -> None:
    """Plan the days around a treatment: what to avoid and until when, what to do, what is normal.

    WHEN may be several words, and "plan" may be left out: needlecare sat 2:30pm --prp
    """
    wanted = outputs.asked_for(
        ctx,
        json=json,
        format=format,
        ics=ics,
        update=update,
        output=output,
        force=force,
        no_color=no_color,
    )
    form = wanted.form(outputs.PLAN_FORMATS)
    with calendar.opened(wanted.ics, update=update, force=force) as target:
        remembered = target.remembered if target is not None else None
        chosen = calendar.Choices(
            when=" ".join(when or ()),
            tz=tz,
            prp=prp,
            skin_type=skin_type,
            scars=scars,
            schedule=schedule,
            follow=follow or [],
            detail=detail,
            alarms=alarms,
            quiet_hours=quiet_hours,
            daily=daily,
            override=override or [],
        ).filled(ctx, target)
        with emergencies_first(chosen.when, chosen.schedule, json=json, colour=not no_color):
            made, now = planned(
                chosen.when,
                prp=chosen.prp,
                skin_type=chosen.skin_type,
                scars=chosen.scars,
                tz=chosen.tz,
                schedule=chosen.schedule,
                follow=chosen.follow,
                as_of=as_of,
                dates=dates,
                override=chosen.override,
            )
        options.use_clock(ctx, clock, made.schedule)
        if ref is not None:
            checked_reference(ref)
        reminders = chosen.reminders
        file = None
        if target is not None:
            from needlecare.calendar.events import calendar as plan_calendar

            newer = plan_calendar(
                made,
                now,
                ref=target.identity(ref),
                detail=chosen.detail,
                reminders=reminders,
                remembered=remembered,
            )
            file = target.file(newer, made.schedule, now, says_prp=options.typed(ctx, "prp"))

        text = None
        if form is not None:
            with wanted.clock():
                text = outputs.plan_text(
                    form,
                    made,
                    now,
                    screen=wanted.screen,
                    ref=ref,
                    detail=chosen.detail,
                    quiet=reminders.quiet,
                    sources=sources,
                )
        if save:
            from needlecare.cli.commands import saved

            saved.load_saved()  # a damaged file is reported before anything is written
        wanted.write(text, file)
        if save:
            saved.save(made.treatment, schedule=chosen.schedule, follow=chosen.follow)
