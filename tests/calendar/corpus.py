"""Run --update and cancel over foreign calendars: alone, and merged into an export of ours.

    python tests/calendar/corpus.py FOLDER...

The public test files of calendar libraries are good material; they are not ours to commit. Alone,
a foreign calendar must be refused with a reason. Merged, its components must come out as they went
in, and ours must be revised and cancelled. What goes wrong is printed, and the exit code is then 1.
"""

import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from needlecare.calendar.components import Component, parse
from needlecare.calendar.events import calendar
from needlecare.calendar.ics import Calendar, stream
from needlecare.calendar.update import Export, cancel, revise
from needlecare.errors import UsageError
from needlecare.model import Treatment
from needlecare.plan.combine import plan
from needlecare.storage.rule_files import load_schedule

TREATED = datetime(2026, 11, 21, 13, 30, tzinfo=UTC)
NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


@cache
def planned(days: int) -> Calendar:
    """Return the calendar of a treatment some days after the first one."""
    treatment = Treatment(treated=TREATED + timedelta(days=days), zone=ZoneInfo("Europe/Berlin"), prp=True)
    made = calendar(plan(treatment, load_schedule("microneedling")), NOW, ref="corpus")
    assert made.events
    return made


def problems(data: bytes) -> Iterator[str]:
    """Yield what goes wrong with a foreign calendar; nothing where all is well."""
    try:
        Export(data)
        yield "taken for an export of needlecare"
    except UsageError:
        pass
    try:
        _, foreign = parse(data)
    except UsageError:
        return  # damaged, and said to be
    yield from merged_problems(foreign)


def merged_problems(foreign: list[Component]) -> Iterator[str]:
    """Yield what goes wrong where the components of a foreign calendar stand in an export of ours."""
    ours = stream(planned(0))
    lines = "".join(f"{line}\r\n" for component in foreign for line in component.lines).encode()
    both = ours.replace(b"END:VCALENDAR", lines + b"END:VCALENDAR")
    events = [component for component in foreign if component.name == "VEVENT"]
    revised = revise(Export(both), planned(2), NOW)
    cancelled = cancel(Export(both), NOW)
    for what, done in (("--update", revised), ("cancel", cancelled)):
        if done.summary.foreign != len(events):
            yield f"{what}: {done.summary.foreign} of its {len(events)} events are known as foreign"
        kept = Counter(tuple(component.lines) for component in parse(done.data)[1])
        # A time zone that the newer file brings itself, or that nothing refers to, may go.
        wanted = Counter(tuple(component.lines) for component in foreign if component.name != "VTIMEZONE")
        for lines_of_one in wanted - kept:
            yield f"{what}: a {lines_of_one[0]} of {len(lines_of_one)} lines is not as it was"
    if cancelled.summary.cancelled != len(planned(0).events):
        yield f"cancel: {cancelled.summary.cancelled} of our {len(planned(0).events)} events were cancelled"


def main(folders: list[str]) -> int:
    """Print what goes wrong with the calendars in some folders, and return the exit code."""
    files = [file for folder in folders for file in sorted(Path(folder).rglob("*.ics"))]
    bad = 0
    for file in files:
        try:
            found = list(problems(file.read_bytes()))
        except Exception as error:  # noqa: BLE001  whatever it is, it is what we look for
            found = [f"{type(error).__name__}: {error}"]
        bad += bool(found)
        for problem in found:
            print(f"{file}: {problem}")  # noqa: T201  a script
    print(f"{len(files)} calendars, {bad} with problems")  # noqa: T201
    return 1 if bad or not files else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
