"""needlecare can: may I? In everyday words, for the saved treatment or for another."""

from typing import Annotated

import typer

from needlecare.cli import options, terminal
from needlecare.cli.commands.saved import current_plan
from needlecare.cli.emergency import emergencies_first, tell_emergency
from needlecare.errors import UsageError
from needlecare.plan.answer import Verdict, answer
from needlecare.plan.search import NotUnderstood, Vocabulary
from needlecare.time.parsing import parse_moment

EXAMPLES = """
Examples:

  needlecare can swim
  needlecare can go to the gym --at friday@18:00
  needlecare can wash my face --treated yesterday@14:30 --prp
"""


def can(
    ctx: typer.Context,
    activity: Annotated[
        list[str],
        typer.Argument(
            metavar="ACTIVITY",
            help="In your own words: swim, go to the gym, ibuprofen.",
            show_default=False,
        ),
    ],
    at: Annotated[
        str | None,
        typer.Option(
            "--at",
            metavar="WHEN",
            help="Ask about another moment: friday@18:00 is the coming Friday.",
            rich_help_panel=options.LOOK_PANEL,
            show_default=False,
        ),
    ] = None,
    treated: options.Treated = None,
    prp: options.Prp = False,
    skin_type: options.FitzpatrickType = None,
    scars: options.Scars = False,
    tz: options.Zone = None,
    schedule: options.ScheduleName = options.DEFAULT_SCHEDULE,
    follow: options.Follow = None,
    override: options.Overrides = None,
    as_of: options.AsOf = None,
    dates: options.Dates = None,
    json: options.Json = False,
    no_color: options.NoColor = False,
) -> None:
    """May I? Answers yes, not yet and until when, or that the sources differ.

    Exit code 0: allowed; 1: not yet, sources differ, or no source says; 2: not understood.
    """
    words = " ".join(activity)
    with emergencies_first(words, schedule, json=json, colour=not no_color):
        made, now = current_plan(
            ctx,
            treated=treated,
            prp=prp,
            skin_type=skin_type,
            scars=scars,
            tz=tz,
            schedule=schedule,
            follow=follow,
            as_of=as_of,
            dates=dates,
            override=override,
        )
    tell_emergency(words, made.schedule, json=json, colour=not no_color)
    moment = now if at is None else parse_moment(at, now=now, zone=made.treatment.zone, order=dates)
    from needlecare.output.terminal import can as wording

    try:
        rules = Vocabulary(made.schedule).meant(words)
    except NotUnderstood as error:
        raise UsageError(wording.not_understood(error, made.schedule)) from None
    given = answer(rules, made, moment)
    if json:
        terminal.print_bytes(wording.can_json(given, words, at=at is not None).encode())
    else:
        screen = terminal.screen(colour=not no_color) if terminal.is_terminal() else None
        terminal.print_text(wording.can(given, at=at is not None, screen=screen))
    if given.verdict is not Verdict.YES:
        raise typer.Exit(1)
