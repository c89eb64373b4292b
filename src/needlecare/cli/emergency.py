"""Questions that describe an emergency are answered first, even if nothing else works."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import typer
from msgspec.structs import replace

from needlecare.cli import terminal
from needlecare.cli.options import PrintOptions
from needlecare.errors import NeedlecareError
from needlecare.model import Schedule
from needlecare.plan.emergency import urgency
from needlecare.storage.rule_files import BUILTIN, load_schedule


@contextmanager
def emergencies_first(words: str, schedule: str, style: PrintOptions) -> Iterator[None]:
    """If the block fails (no treatment is saved, a rule file is broken), still answer an emergency.

    `schedule` is the name of the rule file whose words for emergencies count, if it can be read. Raises
    typer.Exit for an emergency, otherwise the error of the block.
    """
    try:
        yield
    except NeedlecareError:
        for name in (schedule, BUILTIN):
            with suppress(NeedlecareError):
                answer_emergency(words, load_schedule(name), style)
                break
        raise


def answer_emergency(words: str, schedule: Schedule, style: PrintOptions) -> None:
    """Answer words that describe an emergency, or something that needs help the same day; exit with code 1.

    Does nothing for other words. A rule file without words for emergencies uses the built-in ones.
    """
    standing = schedule.standing
    if not standing.emergency.covers or standing.urgent is None:
        builtin = load_schedule(BUILTIN).standing
        emergency = standing.emergency if standing.emergency.covers else builtin.emergency
        standing = replace(standing, emergency=emergency, urgent=standing.urgent or builtin.urgent)
        schedule = replace(schedule, standing=standing)
    level = urgency(words, standing)
    if level is None:
        return
    if style.json:
        from needlecare.output.json.answers import alarm_json

        terminal.print_bytes(alarm_json(level, schedule, words).encode())
    else:
        from needlecare.output.answers.alarm import alarm_text

        terminal.print_text(alarm_text(level, schedule, style.screen))
    raise typer.Exit(1)
