"""The types: treatment, schedule, window, plan and what they consist of. All are frozen.

No input or output, no arithmetic, no clock. Moments are aware datetimes in UTC; they become local only
when they are shown.
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
    """The treatments that a recommendation applies to."""

    ALL = "all"
    PRP = "prp"
    DARKER_SKIN = "skin IV-VI"
    SCARS = "scars"


class ClaimPart(StrEnum):
    """A part of a recommendation that can be our interpretation instead of the source's own number."""

    START = "start"
    END = "end"
    EARLIEST = "earliest"
    CONDITION = "condition"


class SessionScope(StrEnum):
    """The sessions of a series in which a rule is shown: the first, the last, or all but the last."""

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


class Applicability(Enum):
    """Whether a recommendation applies to a treatment; unknown if that depends on a skin type that is not given.

    JSON contains the values, so they never change.
    """

    YES = "holds"
    UNKNOWN = "unknown"
    NO = "other"


class Status(StrEnum):
    """The state of a window at a moment. "Differs" (some sources have ended, others not) is for avoid windows only."""

    UPCOMING = "upcoming"
    ACTIVE = "active"
    DIFFERS = "differs"
    PAST = "past"


class Offset(Struct, frozen=True, kw_only=True, cache_hash=True):  # moments are kept by their offsets
    """The time from the treatment to an edge of a window.

    Months and days are calendar time and are added first; seconds are elapsed time. Each is negative before
    the treatment. A clock time is then set on the resulting local date. `text` is the offset as it is written
    in the rule file.
    """

    text: str
    months: int = 0
    days: int = 0
    seconds: int = 0
    clock: time | None = None

    def __repr__(self) -> str:  # short, like those of the types below: failing tests print them
        return f"Offset({self.text!r})"


CLINIC_WORD = "your-clinic"  # the key of the source of every override


class Override(Struct, frozen=True, kw_only=True):
    """What the clinic decided about one rule for one treatment: its end, or the start of a preparation."""

    rule: str
    offset: Offset


class Treatment(Struct, frozen=True, kw_only=True):
    """One appointment. `treated` is when the needling ended: a moment in UTC, or a date if the time is unknown.

    `overrides` name each rule once at most.
    """

    treated: datetime | date
    zone: ZoneInfo
    prp: bool = False
    skin_type: SkinType | None = None
    scars: bool = False
    overrides: tuple[Override, ...] = ()

    @property
    def date_only(self) -> bool:
        """Whether the time of the treatment is unknown."""
        return not isinstance(self.treated, datetime)


class Source(Struct, frozen=True, kw_only=True):
    """A publication, or the clinic itself, that makes recommendations.

    Tier 1: regulator, manufacturer, hospital, peer-reviewed; 2: dermatology or physician clinic; 3: other
    clinic or vendor; 4: consumer article. `own`: it is the clinic whose rule file names it.
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

    `earliest` is the less strict end if the source itself gives a range (for `prepare`: the later start).
    `ours` are the parts that we interpreted. `set_aside` is the reason why it is shown but not counted.
    """

    claim: str
    source: str
    statement: str
    start: Offset | None = None
    end: Offset | None = None
    earliest: Offset | None = None
    condition: Condition = Condition.ALL
    ours: frozenset[ClaimPart] = frozenset()
    set_aside: str | None = None
    note: str | None = None

    def __repr__(self) -> str:
        edges = [edge.text if edge else "?" for edge in (self.start, self.earliest, self.end)]
        condition = f" {self.condition}" if self.condition is not Condition.ALL else ""
        aside = " (set aside)" if self.set_aside else ""
        return f"<{self.claim} of {self.source}: {' '.join(edges)}{condition}{aside}>"


UNRANKED = 99  # the priority of rules that are named last


class RuleException(Struct, frozen=True, kw_only=True):
    """Something that a rule does not mean, although its words match: a helmet, a prescribed medicine.

    A question with one of the phrases in `covers` is answered with `say` first.
    """

    covers: tuple[str, ...]
    say: str


class Rule(Struct, frozen=True, kw_only=True, cache_hash=True):  # titles of calendars are kept by their rules
    """One thing to avoid, do, expect or remember.

    `then` is what to say when it ends. `news` is the text of a calendar's title when an avoid window ends or
    another one begins, if `short` doesn't fit there; `tonight` completes "don't …" on the first evening.
    `priority` (1 comes first) decides what is named if there is no room for everything. `after` is the rule
    that has to end first. `daily`: a calendar may remind of it every day. `series`: the sessions of a series
    in which it is shown; None means all. `past` is the warning that applies once an expect rule is over.
    `on_skin`: it is about what is put on the skin, and not about the same thing in a tablet. `never_forbids`: it
    says when to do or ask something, and forbids nothing at other times.
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
    on_skin: bool = False
    never_forbids: bool = False
    daily: bool = False
    series: SessionScope | None = None
    past: str | None = None
    exceptions: tuple[RuleException, ...] = ()
    recommendations: tuple[Recommendation, ...] = ()

    def __repr__(self) -> str:
        after = f", after {self.after}" if self.after else ""
        return f"Rule({self.id}, {self.kind}{after}, {[*self.recommendations]})"


class StandingText(Struct, frozen=True, kw_only=True):
    """A text that every output contains, and its shortest form.

    `covers` are phrases with which people describe what it is about; `but_not` are names of other things
    that sound similar ("lip balm").
    """

    text: str
    short: str
    covers: tuple[str, ...] = ()
    but_not: tuple[str, ...] = ()


ANSWERS_ONLY = ("urgent", "mistake")  # standing texts that a rule file may leave out
PLACEHOLDERS = ("{clinic}", "{emergency}")  # in standing texts: replaced by the clinic's names and numbers


class Standing(Struct, frozen=True, kw_only=True):
    """The texts that every output contains, and two that only answers contain.

    `urgent` says what needs help the same day; `mistake` says what to do after doing something too early.
    Iteration yields the texts of every output, with their names.
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
    """How many sessions a source recommends, and how far apart; None where it doesn't say."""

    source: str
    statement: str
    condition: Condition = Condition.ALL
    sessions: tuple[int, int] | None = None
    every: tuple[Offset, Offset | None] | None = None
    set_aside: str | None = None


class Series(Struct, frozen=True, kw_only=True):
    """The default number and interval of sessions, and what sources recommend."""

    sessions: int
    every: Offset
    scars_sessions: int
    scars_every: Offset
    ranges: tuple[SeriesRange, ...] = ()


class ReadyLine(Struct, frozen=True, kw_only=True):
    """A goal for a wedding or a holiday, such as "no redness", and the rules that have to be over for it.

    `apart`: few people wait for this one, so "nothing left to avoid" does not include it.
    """

    title: str
    rules: tuple[str, ...]
    apart: bool = False


class Clinic(Struct, frozen=True, kw_only=True):
    """The clinic whose rule file it is."""

    name: str
    telephone: str = ""
    emergency: str = ""
    footer: str = ""


class Services(Struct, frozen=True, kw_only=True):
    """The words that identify the services of a booking system ([services] in a rule file).

    A service is this treatment if it contains one of `names` and none of `other_treatments`, and if it
    contains one of `other_areas`, then also one of `areas`. One of `no_treatment` makes it an appointment
    without a treatment. `skin_type` are headings of a column of skin types.
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
    """How to read a booking system's export: from a preset, or from [export] in a clinic's rule file.

    `map` maps our columns to headings. `only` and `skip` are conditions such as "Status=Cancelled,No Show".
    `service` replaces Services.names. `ref_from` are the headings from which a reference is made.
    """

    preset: str = ""
    map: Mapping[str, str] = {}
    dates: str = ""
    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    service: tuple[str, ...] = ()
    ref_from: tuple[str, ...] = ()


class Preset(Struct, frozen=True, kw_only=True):
    """How to read the export of one booking system; `read` is the day on which its format was checked."""

    name: str
    system: str
    read: date
    where: str
    export: ExportFormat


class SmsWording(Struct, frozen=True, kw_only=True):
    """The clinic's own words in text messages; `opening` and `closing` are sent unchanged."""

    opening: str = ""
    closing: str = ""
    messages: str = "few"


class Schedule(Struct, frozen=True, kw_only=True):
    """A rule file that was read and checked.

    `sha256` is of the bytes of the file followed by those of the file that it extends. `clock` is 12 or 24,
    how its outputs show times; None if it doesn't say. `areas` are names of treated areas, which are ignored
    in questions. `not_on_skin` are words for what is swallowed or injected: "vitamin C tablets" are not a serum.
    `not_misspelt` are ordinary words that only look like typing mistakes for words of the rules.
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
    not_on_skin: tuple[str, ...] = ()
    not_misspelt: tuple[str, ...] = ()
    services: Services = Services()
    export: ExportFormat = ExportFormat()
    sms: SmsWording = SmsWording()
    only_ours: bool = False
    own_rules: frozenset[str] = frozenset()  # if it extends another file: the rules that it defines itself

    def __repr__(self) -> str:
        few = [*self.rules.values()] if len(self.rules) <= 4 else f"{len(self.rules)} rules"
        return f"Schedule({self.id} {self.version}, {few})"


class AssessedRecommendation(Struct, frozen=True, kw_only=True):
    """A recommendation for one kind of treatment: whether it applies, and whether it counts."""

    recommendation: Recommendation
    applies: Applicability
    counted: bool


class PlacedRecommendation(AssessedRecommendation, frozen=True, kw_only=True):
    """A recommendation on the calendar of one treatment; it has moments only if it counts."""

    start: datetime | None = None
    end: datetime | None = None
    earliest: datetime | None = None


class Window(Struct, frozen=True, kw_only=True):
    """A rule on the calendar of one treatment. At `end` it is over (the interval is half-open).

    Between `earliest_end` and `end` of an avoid window, and between `start` and `latest_start` of a
    preparation, the sources differ. `governed_by` is the source with the strictest edge; `delayed_by` is the
    rule that this one had to wait for, if that changed the window.
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
        """Whether the clinic decided it for this treatment."""
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


AnyWindow = TypeVar("AnyWindow", bound=Window)


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
    """Something that a reader should know; `rule` is the rule that it is about.

    `sooner` is when the rule's window would end if the note didn't apply.
    """

    code: NoteCode
    text: str
    rule: str | None = None
    sooner: datetime | None = None


class Plan(Struct, frozen=True, kw_only=True):
    """All windows for one treatment, with the checklist, warning signs and notes.

    Windows are in the order of the schedule. The checklist and the warning signs are windows too, and may
    have no start, no end or neither. `followed` are the sources of --follow.
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
    """Whether titles name the clinic and the procedure; other people may see a calendar."""

    DISCREET = "discreet"
    FULL = "full"


class Alarms(StrEnum):
    """Which events ring: none, or each change of phase and each milestone."""

    NONE = "none"
    GENTLE = "gentle"


class QuietHours(Struct, frozen=True, kw_only=True):
    """The local hours in which nothing rings; at `end` they are over, and they may include midnight."""

    start: time
    end: time

    def holds(self, clock: time) -> bool:
        """Whether a local clock time is within them."""
        if self.start <= self.end:
            return self.start <= clock < self.end
        return clock >= self.start or clock < self.end


class DailyCare(StrEnum):
    """Whether there is a reminder of daily care if no time was given for it."""

    DEFAULT = "default"
    NONE = "none"


class Reminders(Struct, frozen=True, kw_only=True):
    """When a calendar rings. `daily` is the local time of the reminder of daily care, or whether there is one."""

    alarms: Alarms = Alarms.GENTLE
    quiet: QuietHours = QuietHours(start=time(22), end=time(8))
    daily: time | DailyCare = DailyCare.DEFAULT
