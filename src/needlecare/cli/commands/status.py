"""needlecare status: the plan in brief, as it is today."""

from typing import Annotated

import typer

from needlecare.cli import options, terminal
from needlecare.cli.saved_treatments import current_plan

EXAMPLES = """
  needlecare status
  needlecare status --as-of friday
  needlecare status --short
  needlecare status --treated "yesterday 2:30pm" --prp --skin-type IV
"""


def status(
    ctx: typer.Context,
    *,
    treated: options.Treated = None,
    chosen: options.PlanOptions,
    clock: options.ClockHours = None,
    short: Annotated[
        bool, options.output_option("--short", "One line, for a shell prompt or a status bar.")
    ] = False,
    style: options.PrintOptions,
) -> None:
    """Show today: which day it is, what comes next, what to avoid, what to do, when to call.

    It shows the treatment saved with needlecare plan WHEN --save, or the one that you give with --treated WHEN.
    """
    current = current_plan(ctx, treated, chosen)
    made, now = current.plan, current.now
    if short:
        from needlecare.output.terminal.status_line import status_line

        terminal.print_text(status_line(made, now))
        return
    if style.json:
        from needlecare.output.json.plan import status_json

        terminal.print_bytes(status_json(made, now).encode())
        return
    from needlecare.output.terminal.status import status

    options.use_clock(ctx, clock, made.schedule)
    terminal.print_text(status(made, now, style.screen, name=current.name))
