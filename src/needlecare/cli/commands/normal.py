"""needlecare normal: is this usual at this stage, and what would be a reason to call?"""

from typing import Annotated

import typer

from needlecare.cli import options, terminal
from needlecare.cli.ask import ask
from needlecare.cli.emergency import emergencies_first
from needlecare.cli.saved_treatments import current_plan

EXAMPLES = """
  needlecare normal
  needlecare normal my face is still red
  needlecare normal flaking --at friday
"""


def normal(
    ctx: typer.Context,
    *,
    symptom: Annotated[
        list[str] | None,
        options.argument(
            "[SYMPTOM]",
            "In your own words: still red, peeling, itchy. Leave it out to see what is usual today.",
        ),
    ] = None,
    at: options.At = None,
    treated: options.Treated = None,
    chosen: options.PlanOptions,
    clock: options.ClockHours = None,
    style: options.PrintOptions,
) -> None:
    """Is this normal? Says what is usual and until when, and when to call. It does not diagnose.

    Exit code 0: usual at this stage; 1: past its usual time, or a warning sign; 2: not understood.
    """
    words = " ".join(symptom or ())
    with emergencies_first(words, chosen.schedule, style):
        current = current_plan(ctx, treated, chosen)
    options.use_clock(ctx, clock, current.plan.schedule)
    if words:
        ask(words, current, at=at, dates=chosen.dates, sign=True, style=style)
        return
    from needlecare.output.answers.normal import today as today_text
    from needlecare.plan.overview import overview

    made, now, zone = current.plan, current.now, current.plan.treatment.zone
    view = overview(
        made, now if at is None else options.moment_at(at, now=now, zone=zone, dates=chosen.dates)
    )
    if style.json:
        from needlecare.output.json.answers import today_json

        terminal.print_bytes(today_json(view).encode())
    else:
        screen = style.screen if terminal.is_terminal() else None
        terminal.print_text(today_text(view, at=at is not None, name=current.name, screen=screen))
