"""needlecare status: what holds now, what became fine, what comes next, what to do today."""

import typer

from needlecare.cli import options, terminal
from needlecare.cli.commands.saved import current_plan

EXAMPLES = """
Examples:

  needlecare status
  needlecare status --as-of friday
  needlecare status --treated yesterday@14:30 --prp --skin-type IV
"""


def status(
    ctx: typer.Context,
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
    """Tell what holds now for the saved treatment: what is new, what comes next, what to do today.

    needlecare plan WHEN --save keeps a treatment; --treated WHEN looks at another one.
    """
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
    if json:
        from needlecare.output.json.plan import status_json

        terminal.print_bytes(status_json(made, now).encode())
        return
    from needlecare.output.terminal.status import status

    terminal.print_text(status(made, now, terminal.screen(colour=not no_color)))
