"""needlecare cancel: turn a calendar that needlecare wrote into its cancellation."""

import os
from errno import ENOENT
from pathlib import Path
from typing import Annotated

from needlecare.cli import options, terminal
from needlecare.errors import UsageError, quoted_path, shown_path
from needlecare.storage.files import locked_file, reason, write_file
from needlecare.storage.rule_files import builtin_rule_ids

EXAMPLES = """
  needlecare cancel plan.ics
"""


def cancel(
    file: Annotated[str, options.argument("FILE.ics", "A calendar that needlecare wrote.")],
    output: Annotated[
        str | None, options.option("--output -o FILE|-", "Write here instead, and leave FILE.ics as it is.")
    ] = None,
    force: Annotated[
        bool, options.option("--force", "Replace a file that exists with other content.")
    ] = False,
    as_of: options.AsOf = None,
    tz: options.Zone = None,
) -> None:
    """Turn a calendar file into its cancellation. Import the file again to cancel all its events.

    Events in the file that are not needlecare's stay as they are.
    """
    from needlecare.calendar.components import MAX_CALENDAR_BYTES
    from needlecare.calendar.update import Export
    from needlecare.calendar.update import cancel as cancelled

    now = options.moment_of(as_of, options.zone_of(tz))
    try:
        with locked_file(Path(file), MAX_CALENDAR_BYTES) as locked:
            if locked.data is None:
                raise FileNotFoundError(ENOENT, os.strerror(ENOENT))
            export = Export(locked.data, builtin_rule_ids)
            made = cancelled(export, now)
            if output is None:
                changed = locked.replace(made.data)
    except (OSError, ValueError, UsageError) as error:
        raise UsageError(
            f"{quoted_path(file)} cannot be cancelled: {reason(error)}; "
            "give a calendar file that needlecare wrote"
        ) from None
    if output == "-":
        terminal.print_bytes(made.data)
        return
    if output is not None:
        changed = write_file(Path(output), made.data, force=force)
    done = "cancelled in" if changed else "unchanged in"
    terminal.say(f"Calendar {done} {shown_path(output or file)}: {made.summary}.")
