"""Turns the rows of one reference into an appointment to plan, or finds the reason why there is none.

Rows of one day are one appointment, since booking systems may write an add-on as a row of its own.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from needlecare.batch import words, zones
from needlecare.batch.dates import day_of, end_after, end_of_range, is_time_alone, parse_date_cell, plain_time
from needlecare.batch.report import Outcome, RowNote, RowResult
from needlecare.batch.rows import NOT_AN_APPOINTMENT, Row, RowPlace, RowProblem
from needlecare.calendar.identity import MAX_REFERENCE_LENGTH, checked_reference
from needlecare.errors import UsageError
from needlecare.model import Column, Override, Schedule, Services, SkinType, Treatment
from needlecare.plan.overrides import parse_overrides
from needlecare.time.parsing import DateOrder
from needlecare.time.zones import local, zone_named

# What to write instead of a time that is refused, by the code of the error.
_EXPECTED = {
    "not-a-time": "2026-11-21T14:30, or 2026-11-21 if the time is unknown",
    "no-such-time": "a day and a time that exist",
    "two-readings": "2026-11-21, or say with --dates dmy or --dates mdy which comes first, day or month",
    "two-digit-year": "the year with four digits",
    "wrong-weekday": "a weekday that fits its date",
    "wrong-order": "the date in the order that --dates gives",
    "skipped": "a time that the clocks did not skip on that day",
    "repeated": "the time with its offset, such as 2026-10-25T02:30+02:00",
}
_ZONE = "an IANA name such as Europe/Berlin"
FAR = timedelta(days=2 * 365)  # further from today than this, the year may be a typing mistake
FIRST_HOUR, LAST_HOUR = 6, 23  # local; an appointment that ends outside them is pointed out


class Defaults(Struct, frozen=True, kw_only=True):
    """What the command line says, for rows without a column or with an empty cell."""

    zone: ZoneInfo | None = None
    prp: bool = False
    skin_type: SkinType | None = None
    scars: bool = False
    overrides: tuple[Override, ...] = ()


class CellOptions(Struct, frozen=True, kw_only=True):
    """How the cells of a file are read. It is sent to each worker process."""

    defaults: Defaults = Defaults()
    schedule: Schedule | None = None  # a column of overrides names its rules
    services: Services = Services()
    order: DateOrder | None = None
    service_heading: str | None = None  # None: there is no column of services
    expects_service: bool = False  # most rows name a service, so one without is a blocked time
    vendors_zone: bool = False  # the booking system gives the zone: the clinic's, or the patient's
    rounded_refs: bool = False
    expects_end: bool = False  # whether a column has the end or the duration


class Appointment(RowPlace, frozen=True, kw_only=True):
    """A treatment, with the place of its first row.

    `unsaid` are the columns about which neither the rows nor an option say anything; for them, an existing calendar
    counts.
    """

    treatment: Treatment
    unsaid: frozenset[Column] = frozenset()
    notes: tuple[RowNote, ...] = ()

    @property
    def day(self) -> date:
        """The local day of the appointment."""
        return day_of(self.treatment.treated, self.treatment.zone)


Found = Appointment | RowResult | list[RowProblem]  # what a row becomes


def appointments(rows: Sequence[Row], options: CellOptions, now: datetime) -> list[Found]:
    """Return what each row of a reference becomes: an appointment, a result without one (left out, or merged with
    another row), or what is wrong with it.

    `now` (UTC) decides what "today" means in a cell. The time zone is the row's or the default, never the machine's. If
    the rows are about several days, the first is planned; the others need references of their own.
    """
    found: list[Found] = []
    days: dict[date, list[tuple[Row, Appointment]]] = {}
    for row in rows:
        cells = _CellReader(row, options, now)
        if row.left_out is not None:
            day = None if row.left_out == NOT_AN_APPOINTMENT else cells.day_if_readable()
            found.append(_result(row, Outcome.LEFT_OUT, reason=row.left_out, day=day))
        elif (appointment := cells.appointment()) is None:
            found.append(cells.problems)
        else:
            days.setdefault(appointment.day, []).append((row, appointment))
    if any(isinstance(result, list) for result in found):
        # The row that failed may be part of the same appointment, with PRP or a later end.
        expected = "a correct other row for this reference first: it may belong to this appointment"
        understood = [row for parts in days.values() for row, _ in parts]
        return [*found, *([row.problem(Column.REF, "other-row", expected)] for row in understood)]
    planned = False
    for day, parts in days.items():
        same_day = [row for row, _ in parts]
        services = [name for row in same_day for name in (row.cells.get(Column.SERVICE), *row.addons) if name]
        if (reason := _reason_to_leave_out(services, options)) is not None:
            found += [_result(row, Outcome.LEFT_OUT, reason=reason, day=day) for row in same_day]
        elif planned:
            expected = "a different ref: an earlier row, on another day, has this one"
            found += [[row.problem(Column.REF, "duplicate", expected)] for row in same_day]
        else:
            planned = True
            found.append(_merged([appointment for _, appointment in parts], services, options.services))
            found += [_result(row, Outcome.MERGED) for row in same_day[1:]]
    return found


def _result(row: Row, outcome: Outcome, *, reason: str = "", day: date | None = None) -> RowResult:
    """Return the result of a row that has no appointment. Its file is not known yet."""
    return RowResult(number=row.number, line=row.line, ref=row.ref, outcome=outcome, reason=reason, day=day)


def _reason_to_leave_out(named: Sequence[str], options: CellOptions) -> str | None:
    """Return why the rows of a day are left out, if none of the services that they name is this treatment."""
    if options.service_heading is None or not options.services.names:
        return None
    if any(words.is_this_treatment(name, options.services) for name in named):
        return None
    if not named:
        return f"{options.service_heading} is empty" if options.expects_service else None
    without = next(filter(None, (words.without_treatment(name, options.services) for name in named)), None)
    if without and any(words.names_any(name, options.services.names) for name in named):
        return f"{options.service_heading} is an appointment without a treatment ({without})"
    return f"{options.service_heading} is another treatment"


def _merged(parts: Sequence[Appointment], named: Sequence[str], services: Services) -> Appointment:
    """Combine the rows of a day into one appointment: the latest end, and the stricter value of each option.

    The services that they name may add PRP or scars.
    """
    treatments = [part.treatment for part in parts]
    times = [treatment.treated for treatment in treatments if isinstance(treatment.treated, datetime)]
    types = [treatment.skin_type for treatment in treatments if treatment.skin_type is not None]
    treatment = replace(
        treatments[0],
        treated=max(times) if times else treatments[0].treated,
        prp=any(treatment.prp for treatment in treatments)
        or any(words.names_positively(name, services.prp) for name in named),
        scars=any(treatment.scars for treatment in treatments)
        or any(words.names_positively(name, services.scars) for name in named),
        skin_type=max(types, default=None),
        overrides=next((treatment.overrides for treatment in treatments if treatment.overrides), ()),
    )
    return replace(
        parts[0],
        treatment=treatment,
        unsaid=frozenset.intersection(*(part.unsaid for part in parts)),
        notes=tuple(dict.fromkeys(note for part in parts for note in part.notes)),
    )


class _CellReader:
    """Reads the cells of one row, and collects what is wrong with them."""

    def __init__(self, row: Row, options: CellOptions, now: datetime) -> None:
        self.row = row
        self.options = options
        self.now = now
        self.problems: list[RowProblem] = []
        self.unsaid: set[Column] = set()
        self.notes: list[RowNote] = []
        self.is_range = False  # whether a cell has a range of hours, of which the end counts

    def appointment(self) -> Appointment | None:
        """Return the appointment that the row describes; None if something is wrong: `problems` then says what."""
        defaults = self.options.defaults
        self.check_ref()
        zone = self.zone()
        treated = self.treated(zone or zone_named("UTC"))
        if zone is not None and isinstance(treated, datetime):
            self.check_summer_time(zone, treated)
        if treated is not None:
            self.note_odd_hours(treated, zone)
        prp = self.flag(Column.PRP, self.options.services.prp, default=defaults.prp)
        skin_type = self.skin_type()
        scars = self.flag(Column.SCARS, self.options.services.scars, default=defaults.scars)
        overrides = self.overrides()
        if self.problems or zone is None or treated is None:
            return None
        return Appointment(
            number=self.row.number,
            line=self.row.line,
            ref=self.row.ref,
            treatment=Treatment(
                treated=treated, zone=zone, prp=prp, skin_type=skin_type, scars=scars, overrides=overrides
            ),
            unsaid=frozenset(self.unsaid),
            notes=tuple(self.notes),
        )

    def day_if_readable(self) -> date | None:
        """Return the local day of the appointment, even if other cells are wrong: for rows that are left out."""
        zone = self.zone() or zone_named("UTC")
        treated = self.treated(zone) if self.cell(Column.TREATED) else None
        return None if treated is None else day_of(treated, zone)

    def wrong(self, column: Column, code: str, expected: str) -> None:
        """Remember what is wrong with a cell, and what to write instead."""
        self.problems.append(self.row.problem(column, code, expected))

    def cell(self, column: Column) -> str:
        return self.row.cells.get(column, "")

    def check_ref(self) -> None:
        """Refuse a reference that is missing, damaged by a spreadsheet, or no valid reference."""
        ref = self.row.ref
        if not ref:
            self.wrong(Column.REF, "missing", "an opaque reference of your own, one for each appointment")
        elif self.options.rounded_refs or words.is_damaged_number(ref):
            self.wrong(
                Column.REF,
                "damaged-number",
                "the whole number: a spreadsheet has shortened it, so export again and don't open the file in a spreadsheet, "
                "or format the column as text",
            )
        else:
            try:
                checked_reference(ref)
            except UsageError:
                self.wrong(
                    Column.REF, "invalid", f"1 to {MAX_REFERENCE_LENGTH} printable characters, in UTF-8"
                )

    def zone(self) -> ZoneInfo | None:
        """Return the time zone of the row, or the default; None if it is wrong or there is none."""
        name = self.cell(Column.TZ)
        if not name:
            if self.options.defaults.zone is None:
                self.wrong(Column.TZ, "missing", f"{_ZONE}, or give --tz")
            return self.options.defaults.zone
        zone = zones.zone_of_name(name)
        if zone is None:
            probable = zones.probable_zone(name)
            self.wrong(Column.TZ, "invalid", f"an IANA name, perhaps {probable}" if probable else _ZONE)
        return zone

    def check_summer_time(self, zone: ZoneInfo, moment: datetime) -> None:
        """Refuse EST and GMT in summer, when the clinic's clocks probably show daylight saving time."""
        if zones.misses_summer_time(zone.key, moment):
            self.wrong(
                Column.TZ,
                "summer-time",
                f"{zones.probable_zone(zone.key)} if its clocks change in summer; {zone.key} never changes. "
                f"If it is meant, write {zones.fixed_name(zone.key)}",
            )

    def note_odd_hours(self, treated: datetime | date, zone: ZoneInfo | None) -> None:
        """Note an appointment that is years away, that ends at night, or that isn't at that time in the clinic's zone."""
        if zone is None:
            return
        if abs(day_of(treated, zone) - day_of(self.now, zone)) > FAR:
            self.notes.append(RowNote.FAR_AWAY)
        if not isinstance(treated, datetime):
            return
        if not FIRST_HOUR <= local(treated, zone).hour < LAST_HOUR:
            self.notes.append(RowNote.AT_NIGHT)
        clinic_zone = self.options.defaults.zone
        if not self.options.vendors_zone or clinic_zone is None or clinic_zone.key == zone.key:
            return
        again = _CellReader(self.row, self.options, self.now)  # its problems and notes don't count
        if again.treated(clinic_zone) != treated:
            self.notes.append(RowNote.OTHER_ZONE)

    def treated(self, zone: ZoneInfo) -> datetime | date | None:
        """Return when the appointment ended: its end, else its start and duration, else its start.

        A moment is in UTC; None if a cell is wrong.
        """
        start = self.moment(Column.TREATED, zone, time_of_day=self.cell(Column.TIME))
        if start is None:
            return None
        written = plain_time(self.cell(Column.END))
        if written:
            if is_time_alone(written):
                end = self.moment(Column.END, zone, day=day_of(start, zone))
            else:
                end = self.moment(Column.END, zone)
            if isinstance(end, datetime) and isinstance(start, datetime) and end < start:
                self.wrong(Column.END, "before-start", "an end that is not before the start")
                return None
            return start if isinstance(start, datetime) and not isinstance(end, datetime) and end else end
        try:
            minutes = None if self.is_range else words.minutes(self.cell(Column.DURATION))
        except ValueError:
            self.wrong(Column.DURATION, "invalid", "minutes, such as 60, or 1:30, 90 min, 1h 30m")
            return None
        if minutes is not None:
            return end_after(start, minutes)
        if self.options.expects_end and not self.is_range:
            self.notes.append(RowNote.NO_END)
        return start

    def moment(
        self, column: Column, zone: ZoneInfo, *, time_of_day: str = "", day: date | None = None
    ) -> datetime | date | None:
        """Return the moment (UTC) or the date in a cell; None if it is wrong.

        `time_of_day` is the cell of a second column; `day` is the date of a cell that has only a time.
        """
        written = plain_time(self.cell(column))
        if not written:
            self.wrong(column, "missing", _EXPECTED["not-a-time"])
            return None
        text, clock = (written, plain_time(time_of_day)) if day is None else (day.isoformat(), written)
        if (end := end_of_range(clock or text)) is not None:
            self.is_range = True
            text, clock = (text, end) if clock else (end, "")
        try:
            return parse_date_cell(text, time_of_day=clock, now=self.now, zone=zone, order=self.options.order)
        except UsageError as error:
            self.wrong(column, error.code, _EXPECTED.get(error.code, _EXPECTED["not-a-time"]))
        except (ValueError, OverflowError):
            self.wrong(column, "no-such-time", _EXPECTED["no-such-time"])
        return None

    def flag(self, column: Column, known: Sequence[str], *, default: bool) -> bool:
        """Return whether a cell says yes, in so many words or by naming one of the `known` words ("with PRP")."""
        written = self.cell(column)
        try:
            answer = words.yes_or_no(written)
        except ValueError:
            if words.names_positively(written, known):
                return True
            if words.names_any(written, known):  # "no PRP"
                return False
            about = "yes or no" if column is Column.PRP else "yes or no: are there scars to treat?"
            self.wrong(column, "invalid", about)
            return default
        if answer is None and not default and not self.cell(Column.SERVICE):
            self.unsaid.add(column)
        return default if answer is None else answer

    def skin_type(self) -> SkinType | None:
        """Return the skin type in the row, or the default; of two in one cell, the higher."""
        written = self.cell(Column.SKIN_TYPE)
        try:
            found = words.skin_type(written)
        except ValueError:
            self.wrong(Column.SKIN_TYPE, "invalid", "I to VI or 1 to 6, or leave it empty if it is unknown")
            return None
        if found is not None and words.is_a_range(written):
            self.notes.append(RowNote.SKIN_TYPE_RANGE)
        if found is None and self.options.defaults.skin_type is None:
            self.unsaid.add(Column.SKIN_TYPE)
        return self.options.defaults.skin_type if found is None else found

    def overrides(self) -> tuple[Override, ...]:
        """Return the overrides in the row, then those typed for rules that the row doesn't name."""
        written, typed = self.cell(Column.OVERRIDE), self.options.defaults.overrides
        if not written and not typed:
            self.unsaid.add(Column.OVERRIDE)
        if not written or self.options.schedule is None:
            return typed
        try:
            found = parse_overrides(written, self.options.schedule)
        except UsageError:
            expected = "rules that wait and how long, such as makeup=PT72H; heat=P5D"
            self.wrong(Column.OVERRIDE, "invalid", expected)
            return typed
        named = {override.rule for override in found}
        return (*found, *(override for override in typed if override.rule not in named))
