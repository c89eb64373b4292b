"""Everything that reads foreign text: the readers, each with files to begin from, and the bounds that hold for them."""

import io
from collections.abc import Callable
from datetime import UTC, datetime, time
from pathlib import Path
from time import process_time
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from needlecare.batch.appointment import CellOptions, appointments
from needlecare.batch.rows import Row, rows_of, survey
from needlecare.batch.tables import read_table
from needlecare.calendar.events import calendar
from needlecare.calendar.ics import stream
from needlecare.calendar.update import Export, cancel, revise
from needlecare.errors import NeedlecareError
from needlecare.model import Column, ExportFormat, Reminders, Treatment
from needlecare.output.answers.alarm import alarm_text
from needlecare.output.answers.can import can, not_understood_text
from needlecare.output.answers.normal import normal
from needlecare.output.terminal.screen import Screen
from needlecare.plan.combine import plan
from needlecare.plan.emergency import urgency
from needlecare.plan.question import read
from needlecare.plan.reply import moment_asked_about, reply
from needlecare.plan.search import NotUnderstood, Vocabulary
from needlecare.plan.signs import SignAnswer
from needlecare.review.cases import checked_cases
from needlecare.rules.load import read_schedule
from needlecare.rules.prepared import prepare, prepared_schedule
from needlecare.storage.saved import read_saved
from needlecare.time.offsets import InvalidOffset, parse_interval, parse_offset
from needlecare.time.parsing import Purpose, parse_clock, parse_quiet_hours, parse_when
from needlecare.time.zones import beginning, zone_named
from small_rules import HEAD

SCHEDULES = Path(__file__).parents[1] / "schedules"
BUILTIN = (SCHEDULES / "microneedling.toml").read_bytes()
SCHEDULE = read_schedule(BUILTIN, file="microneedling.toml")
VOCABULARY = Vocabulary(SCHEDULE)
CASES = (SCHEDULES / "microneedling.cases.csv").read_bytes()
PREPARED = prepare(BUILTIN, "microneedling.toml")
EXAMPLE = (SCHEDULES / "examples" / "larkspur.toml").read_bytes()
STARTING = (SCHEDULES / "template" / "clinic.toml").read_bytes()
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
PLAN = plan(Treatment(treated=NOW, zone=BERLIN, prp=True), SCHEDULE)
PLANNED = calendar(PLAN, NOW, reminders=Reminders(daily=time(9)))
EXPORT = stream(PLANNED)
SECONDS = 2.0  # of a processor to itself; where it is shared, the same work is told as up to thrice that
SHARED = 3
MEMORY = 200 * 1024 * 1024

# Small files to begin from where the real ones are large: a fuzzer tries a hundred of these in the time of one of those.
_COVERS = 'emergency = { text = "a", short = "b", covers = ["faint", "lip/tongue swollen"], but_not = ["lip balm"] }'
SMALL_RULES = (
    HEAD.replace('emergency = { text = "a", short = "b" }', _COVERS).encode()
    + b"""\
[sources.clinic]
tier = 3
title = "Sheet"
publisher = "Clinic"
year = 2026
address = "example.org/sheet"

[rules.makeup]
kind = "avoid"
title = "No makeup"
short = "makeup"
advice = "Wear none."
why = "Germs."
then = "fine again"
covers = ["lipstick", "foundation"]
recommendations = [
  { source = "clinic", statement = "A day", start = "P0D", end = "PT24H", earliest = "PT12H" },
  { source = "clinic", statement = "Two days", start = "P0D", end = "P2D@08:00", applies = "prp", ours = ["end"] },
]

[rules.redness]
kind = "expect"
title = "Redness"
short = "redness"
advice = "It fades."
why = "Blood."
past = "infection"
recommendations = [{ source = "clinic", statement = "A day", start = "P0D", end = "P1D" }]

[rules.infection]
kind = "warning"
title = "Redness that grows"
short = "infection"
advice = "Call."
why = "Germs."
covers = ["pus"]
recommendations = [{ source = "clinic", statement = "Call", start = "P1D" }]
"""
)
SMALL_CLINIC = b"""\
extends = "small"
id = "clinic"
version = "2"
reviewed = 2026-01-01
review_due = 2027-01-01
clock = 12

[clinic]
name = "Clinic"
telephone = "020 7946 0123"
emergency = "999"

[sources.sheet]
tier = 2
title = "Sheet"

[rules.makeup]
recommendations = [{ source = "sheet", statement = "Three days", start = "P0D", end = "PT72H" }]

[rules.redness]
off = true

[rules.heat]
kind = "avoid"
title = "No heat"
short = "heat"
advice = "None."
why = "It hurts."
then = "fine again"
after = "makeup"
recommendations = [{ source = "sheet", statement = "A week", start = "P0D", end = "P7D", applies = "skin IV-VI" }]

[sms]
opening = "Hello"
messages = "all"

[export]
map = { treated = "Date", time = "Start" }
skip = ["Status=Cancelled"]
"""
# Four events of ours, alone and with the parts of one calendar of tests/calendar/constructs each.
SMALL_EXPORT = stream(replace(PLANNED, events=PLANNED.events[:4]))
MIXED_EXPORTS = tuple(
    SMALL_EXPORT.replace(b"END:VCALENDAR", b"\r\n".join([*foreign.splitlines()[1:-1], b"END:VCALENDAR"]))
    for foreign in (
        path.read_bytes() for path in sorted((Path(__file__).parent / "calendar/constructs").glob("*.ics"))
    )
)


# What reads foreign text ----------------------------------------------------------------------------


def base(name: str) -> bytes | None:
    return {"microneedling": BUILTIN, "small": SMALL_RULES}.get(name)


def schedule(data: bytes) -> None:
    read_schedule(data, file="clinic.toml", base=base)


def cases(data: bytes) -> None:
    checked_cases(data, SCHEDULE, file="clinic.cases.csv")


def rows(data: bytes) -> None:
    table = read_table(io.BytesIO(data), None, frozenset(Column))
    found = survey(table, ExportFormat(), SCHEDULE.services, zone=zone_named("UTC"))
    reading = CellOptions(order=found.order, services=SCHEDULE.services, schedule=SCHEDULE)
    for row in rows_of(table, found.places):
        if isinstance(row, Row):
            appointments([row], reading, NOW)


def calendar_update(data: bytes) -> None:
    export = Export(data)
    revised = revise(export, replace(PLANNED, reference=export.reference, events=PLANNED.events[:5]), NOW)
    Export(revised.data)  # what comes out can be read again


def calendar_cancel(data: bytes) -> None:
    Export(cancel(Export(data), NOW).data)


def saved(data: bytes) -> None:
    read_saved(data, "treatments.json")


def prepared_form(data: bytes) -> None:
    prepared_schedule(data, BUILTIN)


def question(text: str) -> None:
    """Answer a question as can and normal do."""
    if (level := urgency(text, SCHEDULE.standing)) is not None:
        alarm_text(level, SCHEDULE, Screen(width=80, colour=False, unicode=True))
        return
    asked = read(text)
    moment = moment_asked_about(asked, PLAN) or NOW
    if asked.when is not None:
        moment = beginning(parse_when(asked.when, now=NOW, zone=BERLIN, purpose=Purpose.MOMENT).value, BERLIN)
    for sign in (False, True):
        try:
            found = reply(asked, VOCABULARY, PLAN, moment, sign=sign)
        except NotUnderstood as error:
            not_understood_text(error, SCHEDULE)
            continue
        answered = found.answer
        assert normal(answered) if isinstance(answered, SignAnswer) else can(found)


def typed(reader: Callable[[str], object]) -> Callable[[bytes], None]:
    """Return a reader of what is typed: a byte that is no character comes as a surrogate."""

    def read(data: bytes) -> None:
        reader(data.decode(errors="surrogateescape"))

    return read


TYPED: dict[str, Callable[[bytes], None]] = {
    "a time": typed(lambda text: parse_when(text, now=NOW, zone=BERLIN)),
    "a moment": typed(lambda text: parse_when(text, now=NOW, zone=BERLIN, purpose=Purpose.MOMENT)),
    "a clock time": typed(parse_clock),
    "quiet hours": typed(parse_quiet_hours),
    "an interval": typed(parse_interval),
    "an offset": typed(parse_offset),
    "a zone": typed(zone_named),
    "a question": typed(question),
    "an activity": typed(VOCABULARY.meant),
    "a rule": typed(VOCABULARY.named),
}
SAVED = (
    b'{"format": 1, "treatments": [{"treated": "2026-11-21T13:30:00+00:00", "zone": "Europe/Berlin", '
    b'"prp": true, "skin_type": "IV", "scars": false, "schedule": "microneedling", "follow": ["a"]}]}'
)
ROWS = b'ref,treated,tz,prp\na1,2026-11-21T14:30,Europe/Berlin,yes\n"b\n2",sat 2:30pm,,no\n'
NDJSON = b'{"ref": "a1", "treated": "2026-11-21", "tz": "Asia/Tokyo"}\n{"ref": 2, "treated": "today"}\n'
# Each reader of a file, and the files that are mutated for it.
FILES: dict[str, tuple[Callable[[bytes], None], tuple[bytes, ...]]] = {
    "rules": (schedule, (BUILTIN, EXAMPLE, STARTING)),
    "worked cases": (cases, (CASES,)),
    "rows": (rows, (ROWS, NDJSON)),
    "a calendar to update": (calendar_update, (EXPORT,)),
    "a calendar to cancel": (calendar_cancel, (EXPORT,)),
    "saved treatments": (saved, (SAVED,)),
    "a prepared schedule": (prepared_form, (PREPARED,)),
}
# What Atheris begins from: with nothing, it would hardly make a word; and the large files are slow.
SMALL: dict[str, tuple[bytes, ...]] = {
    "rules": (SMALL_RULES, SMALL_CLINIC),
    "worked cases": (b"\n".join(CASES.split(b"\n")[:4]),),
    "a calendar to update": MIXED_EXPORTS,
    "a calendar to cancel": MIXED_EXPORTS,
    "a question": (
        b"can I go to the gym tomorrow 6pm",
        b"is it normal that my skin peels on day 3",
        b"I wore makeup yesterday, is that bad?",
        b"my lips are swollen and I can't breathe",
        b"retinol and vitamin c serum 10%",
        b"how long until I may swim or use a sauna",
        b"itchy bumps with pus since friday",
        b"took ibuprofen for a headache, stop?",
    ),
}


class TookTooLongError(AssertionError):
    """A reader took longer than it may."""


def ends(reader: Callable[[bytes], None], data: bytes, seconds: float = SHARED * SECONDS) -> None:
    """Let a reader read: to its end, or to an error that says on few lines what is wrong, and soon."""
    begun = process_time()
    try:
        reader(data)
    except (NeedlecareError, InvalidOffset) as error:
        said = str(error)
        assert said
        assert len(said) < 100_000
        assert all(char.isprintable() or char == "\n" for char in said)
        assert said.count("\n") <= 201  # 200 problems of a rule file, and how many more there are
    if (taken := process_time() - begun) > seconds:
        raise TookTooLongError(f"{taken:.1f} s")
