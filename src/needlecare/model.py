"""The nouns: frozen types of treatment, schedule and plan.

No I/O, no arithmetic, no clock. Moments are aware datetimes in UTC; they become
local only on the way out.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from enum import Enum, IntEnum, StrEnum
from typing import TypeVar
from zoneinfo import ZoneInfo

from msgspec import Struct


class Kind(StrEnum):
    """What a rule is about."""

    PREPARE = "prepare"
    CONTRAINDICATION = "contraindication"
    AVOID = "avoid"
    DO = "do"
    EXPECT = "expect"
    MILESTONE = "milestone"
    WARNING = "warning"


class Condition(StrEnum):
    """The treatments that a recommendation speaks of."""

    ALL = "all"
    PRP = "prp"
    DARKER_SKIN = "skin IV-VI"
    SCARS = "scars"


class Part(StrEnum):
    """A part of a recommendation that can be our reading instead of the source's own number."""

    START = "start"
    END = "end"
    EARLIEST = "earliest"
    CONDITION = "condition"


class SessionScope(StrEnum):
    """The sessions of a series that a rule is said in: one of them, or every one but the last."""

    FIRST = "first"
    LAST = "last"
    BETWEEN = "between"


class SkinType(IntEnum):
    """Fitzpatrick skin type."""

    I = 1  # noqa: E741  the field's own name for it
    II = 2
    III = 3
    IV = 4
    V = 5
    VI = 6

    @classmethod
    def of(cls, text: str) -> "SkinType":
        """Return the type that I-VI or 1-6 names. Raises ValueError."""
        written = text.strip().upper()
        for skin_type in cls:
            if written in {skin_type.name, str(skin_type.value)}:
                return skin_type
        raise ValueError("no Fitzpatrick skin type")


class Case(Enum):
    """Whether a recommendation speaks of this treatment."""

    HOLDS = "holds"
    UNKNOWN = "unknown"
    OTHER = "other"


class Status(StrEnum):
    """Where a window stands at a moment; only an avoid window ever differs."""

    UPCOMING = "upcoming"
    ACTIVE = "active"
    DIFFERS = "differs"
    PAST = "past"


class Offset(Struct, frozen=True, kw_only=True):
    """A stretch of time from the treatment.

    Months and days are calendar time and come first, seconds are elapsed time;
    all of them carry the sign. A clock time is set on the resulting local date.
    `text` is the offset as the rule file writes it.
    """

    text: str
    months: int = 0
    days: int = 0
    seconds: int = 0
    clock: time | None = None

    def __repr__(self) -> str:  # short, as those of the types below: a test that fails prints them
        return f"Offset({self.text!r})"


CLINIC_WORD = "your-clinic"  # the key of the source that an override is said by


class Override(Struct, frozen=True, kw_only=True):
    """The clinic's word on one rule for one treatment: when it ends, or when a preparation starts."""

    rule: str
    offset: Offset


class Treatment(Struct, frozen=True, kw_only=True):
    """One appointment. `treated` is a moment in UTC, or a date whose hours are unknown.

    `overrides` are the clinic's word on single rules, each rule once.
    """

    treated: datetime | date
    zone: ZoneInfo
    prp: bool = False
    skin_type: SkinType | None = None
    scars: bool = False
    overrides: tuple[Override, ...] = ()

    @property
    def date_only(self) -> bool:
        """Whether the hours of the treatment are unknown."""
        return not isinstance(self.treated, datetime)


class Source(Struct, frozen=True, kw_only=True):
    """Who says it. Tier 1: regulator, manufacturer, hospital, peer-reviewed; 2: dermatology or
    physician clinic; 3: other clinic or vendor; 4: consumer article. `own` is whether it is the
    word of the clinic whose rule file it is.
    """

    key: str
    tier: int
    title: str
    publisher: str = ""
    year: int | None = None
    address: str = ""
    own: bool = False


class Recommendation(Struct, frozen=True, kw_only=True):
    """What one source says about a rule.

    `earliest` is the end of the less strict reading where the source itself gives a
    range (for `prepare`, the later start). `set_aside` is the reason why it is
    shown and not counted.
    """

    claim: str
    source: str
    statement: str
    start: Offset | None = None
    end: Offset | None = None
    earliest: Offset | None = None
    condition: Condition = Condition.ALL
    ours: frozenset[Part] = frozenset()
    set_aside: str | None = None
    note: str | None = None

    def __repr__(self) -> str:
        edges = [edge.text if edge else "?" for edge in (self.start, self.earliest, self.end)]
        condition = f" {self.condition}" if self.condition is not Condition.ALL else ""
        aside = " (set aside)" if self.set_aside else ""
        return f"<{self.claim} of {self.source}: {' '.join(edges)}{condition}{aside}>"


UNRANKED = 99  # the priority of a rule that is named last


class RuleException(Struct, frozen=True, kw_only=True):
    """What a rule does not mean, although its words fit: a helmet, a medicine that a doctor ordered.

    A question that uses one of `covers` is first answered with `say`.
    """

    covers: tuple[str, ...]
    say: str


class Rule(Struct, frozen=True, kw_only=True):
    """One thing to avoid, do, expect or remember; `daily` care can be reminded of every day.

    `series` tells in which sessions of a series it is said; None: in every one. `news` is
    what a calendar's title says when an avoid window ends or another one begins, where
    `short` doesn't do; `tonight` completes "don't …" on the first evening. `priority` (1
    comes first) orders what is named where there is no room for all. `past` is the
    warning that follows when what an expect rule calls normal is over.
    """

    id: str
    kind: Kind
    title: str
    short: str
    advice: str
    why: str
    then: str | None = None
    news: str | None = None
    tonight: str | None = None
    priority: int = UNRANKED
    covers: tuple[str, ...] = ()
    after: str | None = None
    medicine: bool = False
    daily: bool = False
    series: SessionScope | None = None
    past: str | None = None
    exceptions: tuple[RuleException, ...] = ()
    recommendations: tuple[Recommendation, ...] = ()

    def __repr__(self) -> str:
        after = f", after {self.after}" if self.after else ""
        return f"Rule({self.id}, {self.kind}{after}, {[*self.recommendations]})"


class StandingText(Struct, frozen=True, kw_only=True):
    """A text that outputs carry, and its shortest form.

    `covers` are the phrases by which people describe what it is about, `but_not` the names of
    other things that sound alike ("lip balm").
    """

    text: str
    short: str
    covers: tuple[str, ...] = ()
    but_not: tuple[str, ...] = ()


ANSWERS_ONLY = ("urgent", "mistake")  # standing texts that a rule file may leave out
PLACEHOLDERS = ("{clinic}", "{emergency}")  # in standing texts: whom to call, as the clinic's file names them


class Standing(Struct, frozen=True, kw_only=True):
    """The texts that outputs carry whatever the plan says, and two that only answers carry.

    `urgent` is about what needs help the same day, `mistake` about what to do after something that
    was not allowed yet. Iterating gives the former, with their names.
    """

    general: StandingText
    medicine: StandingText
    open_skin: StandingText
    call: StandingText
    emergency: StandingText
    scope: StandingText
    urgent: StandingText | None = None
    mistake: StandingText | None = None

    def __iter__(self) -> Iterator[tuple[str, StandingText]]:
        for name in self.__struct_fields__:
            if name not in ANSWERS_ONLY:
                yield name, getattr(self, name)


class SeriesRange(Struct, frozen=True, kw_only=True):
    """How many sessions a source plans, and how far apart; a bound it does not give is None."""

    source: str
    statement: str
    condition: Condition = Condition.ALL
    sessions: tuple[int, int] | None = None
    every: tuple[Offset, Offset | None] | None = None
    set_aside: str | None = None


class Series(Struct, frozen=True, kw_only=True):
    """The defaults of a series of sessions, and the ranges that sources give."""

    sessions: int
    every: Offset
    scars_sessions: int
    scars_every: Offset
    ranges: tuple[SeriesRange, ...] = ()


class ReadyLine(Struct, frozen=True, kw_only=True):
    """What has to be over before a wedding or a holiday, and the rules that it depends on.

    `apart`: few people wait for it, so "nothing left to avoid" doesn't.
    """

    title: str
    rules: tuple[str, ...]
    apart: bool = False


class Clinic(Struct, frozen=True, kw_only=True):
    """Whose rule file it is, as its patients know it."""

    name: str
    telephone: str = ""
    emergency: str = ""
    footer: str = ""


class Services(Struct, frozen=True, kw_only=True):
    """The words by which the services of a booking system are understood ([services] in a rule file).

    A service is this treatment where it names one of `names` and none of
    `other_treatments`, nor one of `other_areas` without one of `areas`. One of `no_treatment`
    makes it an appointment without a treatment. `skin_type` are headings that a column of skin
    types may have.
    """

    names: tuple[str, ...] = ()
    other_treatments: tuple[str, ...] = ()
    no_treatment: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    other_areas: tuple[str, ...] = ()
    prp: tuple[str, ...] = ()
    scars: tuple[str, ...] = ()
    skin_type: tuple[str, ...] = ()


class Column(StrEnum):
    """What a row of an export says about an appointment."""

    REF = "ref"
    TREATED = "treated"
    TIME = "time"
    END = "end"
    DURATION = "duration"
    TZ = "tz"
    PRP = "prp"
    SKIN_TYPE = "skin_type"
    SCARS = "scars"
    SERVICE = "service"
    STATUS = "status"
    OVERRIDE = "override"


class ExportFormat(Struct, frozen=True, kw_only=True):
    """How a booking system's export is read: a preset, or [export] in a clinic's rule file.

    `map` maps our columns to headings; `only` and `skip` are conditions such as
    "Status=Cancelled,No Show"; `service` are words that take the place of Services.names.
    """

    preset: str = ""
    map: Mapping[str, str] = {}
    dates: str = ""
    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    service: tuple[str, ...] = ()
    ref_from: tuple[str, ...] = ()


class Preset(Struct, frozen=True, kw_only=True):
    """How the export of one booking system is read; `read` is the day on which its format was looked at."""

    name: str
    system: str
    read: date
    where: str
    export: ExportFormat


class SmsWording(Struct, frozen=True, kw_only=True):
    """The clinic's part of its text messages; `opening` and `closing` pass through untouched."""

    opening: str = ""
    closing: str = ""
    messages: str = "few"


class Schedule(Struct, frozen=True, kw_only=True):
    """A checked rule file. `sha256` covers the bytes of the file, then those of its base.

    `clock` is the clock, of 12 or 24 hours, that its outputs show times on; None where it doesn't say.
    `areas` are the names of what may be treated: in a question they change nothing.
    """

    id: str
    version: str
    reviewed: date
    review_due: date
    treatment: str
    sources: Mapping[str, Source]
    rules: Mapping[str, Rule]
    standing: Standing
    series: Series
    sha256: str
    ready: tuple[ReadyLine, ...] = ()
    extends: str | None = None
    clinic: Clinic | None = None
    clock: int | None = None
    areas: tuple[str, ...] = ()
    services: Services = Services()
    export: ExportFormat = ExportFormat()
    sms: SmsWording = SmsWording()
    only_ours: bool = False
    own_rules: frozenset[str] = frozenset()  # of a file that extends another: those that it writes itself

    def __repr__(self) -> str:
        few = [*self.rules.values()] if len(self.rules) <= 4 else f"{len(self.rules)} rules"
        return f"Schedule({self.id} {self.version}, {few})"


class AssessedRecommendation(Struct, frozen=True, kw_only=True):
    """A recommendation in one case of treatment: whether it speaks of it, and whether it counts."""

    recommendation: Recommendation
    case: Case
    counted: bool


class PlacedRecommendation(AssessedRecommendation, frozen=True, kw_only=True):
    """A recommendation on the calendar of one treatment, with its moments where it counts."""

    start: datetime | None = None
    end: datetime | None = None
    earliest: datetime | None = None


class Window(Struct, frozen=True, kw_only=True):
    """A rule placed on the calendar for one treatment; half-open: at `end` it is over.

    Between `earliest_end` and `end` of an avoid window, and between `start` and
    `latest_start` of a preparation, the sources differ. `governed_by` is the
    source whose word sets the strictest edge; `delayed_by` the rule that pushed
    the window back, if one did.
    """

    rule: Rule
    start: datetime | None = None
    latest_start: datetime | None = None
    earliest_end: datetime | None = None
    end: datetime | None = None
    governed_by: str | None = None
    delayed_by: str | None = None
    recommendations: tuple[AssessedRecommendation, ...] = ()

    @property
    def kind(self) -> Kind:
        """The kind of its rule."""
        return self.rule.kind

    @property
    def overridden(self) -> bool:
        """Whether it is the clinic's word for this treatment."""
        return self.governed_by == CLINIC_WORD


class TimedWindow(Window, frozen=True, kw_only=True):
    """A window that always begins and ends: of everything to avoid, to do or to prepare."""

    start: datetime
    end: datetime


class AvoidWindow(TimedWindow, frozen=True, kw_only=True):
    """What to avoid, from when until when. From `earliest_end` on, the sources differ."""

    earliest_end: datetime


class PrepareWindow(TimedWindow, frozen=True, kw_only=True):
    """What to prepare, from when until the appointment. Until `latest_start`, the sources differ."""

    latest_start: datetime


AnyWindow = TypeVar("AnyWindow", bound=Window, covariant=True)  # noqa: PLC0105  a type of functions too


class NoteCode(StrEnum):
    """What a note is about. JSON contains the values, so they never change."""

    DATE_ONLY = "date-only"
    FOLLOW = "follow"
    NO_TIME_LEFT = "no-time-left"
    NO_WINDOW = "no-window"
    OVERRIDE = "override"
    OVERRIDE_SHORTER = "override-shorter"
    REVIEW_DUE = "review-due"
    SESSIONS_UNUSUAL = "sessions-unusual"
    SKIN_TYPE = "skin-type"
    SKIN_TYPE_UNKNOWN = "skin-type-unknown"


class Note(Struct, frozen=True, kw_only=True):
    """Something a reader should know; `rule` is the rule that it is about.

    `sooner` is the moment at which the rule's window would end without what the
    note tells of.
    """

    code: NoteCode
    text: str
    rule: str | None = None
    sooner: datetime | None = None


class Plan(Struct, frozen=True, kw_only=True):
    """All windows for one treatment, with the checklist, warning signs and notes.

    Windows stand in the order of the schedule. The checklist and the warning
    signs are windows too; they may lack a start, an end or both.
    """

    treatment: Treatment
    schedule: Schedule
    windows: tuple[Window, ...]
    checklist: tuple[Window, ...]
    warnings: tuple[Window, ...]
    notes: tuple[Note, ...]
    followed: tuple[str, ...] = ()

    def of(self, type_: "type[AnyWindow]") -> "list[AnyWindow]":
        """Return the windows of a type, such as AvoidWindow, in the order of the schedule."""
        return [window for window in self.windows if isinstance(window, type_)]

    @property
    def to_do(self) -> list[TimedWindow]:
        """The windows of what to do."""
        return [window for window in self.of(TimedWindow) if window.kind is Kind.DO]


class Detail(StrEnum):
    """How much titles tell to whoever looks over a shoulder."""

    DISCREET = "discreet"
    FULL = "full"


class Alarms(StrEnum):
    """What rings: nothing, or each change of phase and each milestone."""

    NONE = "none"
    GENTLE = "gentle"


class QuietHours(Struct, frozen=True, kw_only=True):
    """The local hours in which nothing rings; half-open, and they may run over midnight."""

    start: time
    end: time

    def holds(self, clock: time) -> bool:
        """Whether a local clock time is quiet."""
        if self.start <= self.end:
            return self.start <= clock < self.end
        return clock >= self.start or clock < self.end


class DailyCare(StrEnum):
    """Whether daily care is reminded of where nobody gave a time for it."""

    DEFAULT = "default"
    NONE = "none"


class Reminders(Struct, frozen=True, kw_only=True):
    """How a calendar reminds; `daily` is the local time of the reminder of daily care, or whether there is one."""

    alarms: Alarms = Alarms.GENTLE
    quiet: QuietHours = QuietHours(start=time(22), end=time(8))
    daily: time | DailyCare = DailyCare.DEFAULT
