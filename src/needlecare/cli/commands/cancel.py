"""needlecare cancel: a calendar that needlecare wrote becomes its own cancellation."""

from pathlib import Path
from typing import Annotated

import typer

from needlecare.cli import options, terminal
from needlecare.cli.calendar import calendar_data
from needlecare.errors import UsageError, quoted, shown
from needlecare.storage.files import MAX_PATH_LENGTH, reason, write_file

EXAMPLES = """
Examples:

  needlecare cancel plan.ics
"""


def cancel(
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE.ics",
            help="A calendar that needlecare wrote.",
            show_default=False,
        ),
    ],
    output: Annotated[
        str | None,
        typer.Option(
            "--output", "-o", metavar="FILE|-", help="Leave FILE.ics, and write here.", show_default=False
        ),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace a file that exists with other content.")
    ] = False,
    as_of: options.AsOf = None,
    tz: options.Zone = None,
) -> None:
    """Turn a calendar into its cancellation: import it again, and every event of it is cancelled.

    Events in the file that are not needlecare's stay as they are.
    """
    from needlecare.calendar.update import Export, cancelled

    path = Path(file)
    try:
        export = Export(calendar_data(path))
    except (OSError, ValueError, UsageError) as error:
        raise UsageError(f"{quoted(file, MAX_PATH_LENGTH)} cannot be cancelled: {reason(error)}") from None
    data, account = cancelled(export, options.moment_of(as_of, options.zone_of(tz)))
    if output == "-":
        terminal.print_bytes(data)
        return
    target = Path(output) if output is not None else path
    changed = write_file(target, data, force=force or output is None)
    done = "cancelled in" if changed else "unchanged in"
    terminal.say(f"Calendar {done} {shown(str(target), MAX_PATH_LENGTH)}: {account}.")
