"""Matches the headings of an export with our columns, and reads the options and conditions about them.

They come from the command line, [export] in a clinic's rule file, and a preset; `combined` merges them.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from needlecare.batch.tables import heading_key
from needlecare.batch.words import compact, simplified
from needlecare.errors import UsageError, nearest, quoted
from needlecare.model import Column, ExportFormat, Services

# Headings that certainly mean one of our columns, apart from its own name.
_OTHER_NAMES = {
    Column.TZ: ("timezone", "time zone"),
    Column.SKIN_TYPE: ("skintype", "fitzpatrick", "fitzpatricktype", "fitzpatrickskintype"),
    Column.PRP: ("withprp", "prpyesno"),
    Column.SCARS: ("forscars", "scarsyesno"),
}
# A heading that contains this may mean one of our columns. It is pointed out, but not used.
_LIKE = {Column.PRP: "prp", Column.SKIN_TYPE: "skintype", Column.SCARS: "scar"}

# What headings (after `simplified`) contain above the start, the end and the duration of an appointment.
_START_WORDS = re.compile(
    r"start|begin|from|scheduled|appt|appointment|booking|date ?time|date & time|date of service|termin|debut|inicio"
)
_END_WORDS = re.compile(
    r"\b(?:end|ends|ended|finish|finished|until|checkout|check-out|completed at|ende|endzeit|bis|fin|fine)\b"
    r"|end[ _]|[ _]end"
)
_DURATION_WORDS = re.compile(r"\b(?:duration|length|minutes|mins|dauer|duree|duracion|durata)\b")
# Headings of columns with add-ons.
_ADDON_WORDS = re.compile(
    r"\badd[ _-]?ons?\b|\bextras?\b|\bmodifiers?\b|\bupgrades?\b|\benhancements?\b|\bzusatz"
)

# A status (after `compact`) that means that nobody was treated.
_NOT_TREATED = re.compile(
    r"cancel|noshow|did(?:not|nt)(?:arrive|attend|show|come)|notarrived|failedtoattend|missed|absent|dna$|fta$"
    r"|reschedul|declin|denied|deleted|rejected|void|blocked|waitlist|waitinglist|annul|anulad|cancelad"
    r"|abgesagt|storniert|verschoben|nicht(?:erschienen|gekommen)|non(?:present|venu)|no(?:asist|acud|presentad)"
    r"|assente|naocompareceu|nietverschenen"
)
# Headings (after `compact`) of columns that are filled in only if nobody was treated.
_ONLY_IF_NOT_TREATED = re.compile(
    r"(?:is)?(?:cancell?ed|noshow|deleted)(?:at|on|date|by)?|cancell?ation(?:date|time|at|reason)|didnot(?:arrive|attend|show)"
    r"|storniert(?:am)?|abgesagt(?:am)?"
)
# Headings (after `compact`) of columns in which "no" means that nobody was treated.
_CAME = re.compile(r"(?:patient|client)?(?:attended|arrived|showed|showedup|checkedin)")
_NOT_FILLED_IN = frozenset({"", "0", "no", "none", "null", "false", "n", "na"})  # cells that mean the same


class RowCondition(Struct, frozen=True, kw_only=True):
    """Keeps (`only`) or leaves out the rows that have one of these values under a heading.

    The value "*" means that anything is filled in. Case, spaces and punctuation don't matter.
    """

    heading: str
    values: tuple[str, ...]
    only: bool

    def reason(self, cell: str) -> str | None:
        """Return why a row with this cell is left out; None if it is kept."""
        written = compact(cell)
        for value in self.values:
            if written == compact(value) if value != "*" else written not in _NOT_FILLED_IN:
                if self.only:
                    return None
                return (
                    f"{self.heading} is filled in"
                    if value == "*"
                    else f"{self.heading} is {value or 'empty'}"
                )
        return f"{self.heading} is not {' or '.join(self.values)}" if self.only else None


def is_not_treated(cell: str) -> bool:
    """Whether a status means that nobody was treated: cancelled, no-show, did not arrive."""
    return _NOT_TREATED.search(compact(cell)) is not None


def says_who_came(heading: str) -> bool:
    """Whether the column below a heading says yes or no about whether the patient came."""
    return _CAME.fullmatch(compact(heading)) is not None


def parse_mapping(texts: Iterable[str]) -> dict[Column, str]:
    """Parse which heading each of our columns has, from texts such as treated=Appt. Raises UsageError.

    An empty heading, as in tz=, means that no column is used, even if a preset names one.
    """
    found: dict[Column, str] = {}
    for text in texts:
        name, equals, heading = text.partition("=")
        if not equals or (not heading.strip() and name.strip() == Column.TREATED):
            raise UsageError(f"--map {quoted(text)} is not a mapping; write --map treated=HEADING")
        if name.strip() not in set(Column):
            raise UsageError(
                f"--map {quoted(text)}: unknown column {quoted(name)}{nearest(name, Column)}; "
                f"write one of {', '.join(Column)}"
            )
        column = Column(name.strip())
        if column in found:
            raise UsageError(f"--map {quoted(text)}: {column} is mapped twice; give only one --map for it")
        found[column] = heading.strip()
    return found


def parse_condition(text: str, *, only: bool, option: str = "") -> RowCondition:
    """Parse a condition such as "Status=Completed,Arrived". `option` is its name in messages. Raises UsageError."""
    option = option or ("--only" if only else "--skip")
    heading, equals, values = text.partition("=")
    if not equals or not heading.strip():
        raise UsageError(
            f'{option} {quoted(text)} is not a condition; write {option} "Status=Cancelled,No Show" '
            "with the heading of a column and the values in it"
        )
    return RowCondition(
        heading=heading.strip(), values=tuple(value.strip() for value in values.split(",")), only=only
    )


def combined(base: ExportFormat, more: ExportFormat) -> ExportFormat:
    """Return a format in which `more` replaces what `base` says.

    Only `skip` is added to: if a condition in it were lost, cancelled appointments would be planned.
    """
    replaced = {parse_condition(text, only=True).heading.casefold() for text in more.only}
    kept = [text for text in base.only if parse_condition(text, only=True).heading.casefold() not in replaced]
    return replace(
        base,
        preset=more.preset or base.preset,
        map={**base.map, **more.map},
        dates=more.dates or base.dates,
        only=(*kept, *more.only),
        skip=tuple(dict.fromkeys((*base.skip, *more.skip))),
        service=more.service or base.service,
        ref_from=more.ref_from or base.ref_from,
    )


class Places(Struct, frozen=True, kw_only=True):
    """Where everything is in a row. All headings are as `heading_key` returns them.

    `columns` are the headings of our columns, `ref_from` those from which a reference is made, if no column has it.
    Each of `messages` is a line for standard error.
    """

    columns: Mapping[Column, str]
    ref_from: tuple[str, ...]
    conditions: tuple[tuple[str, RowCondition], ...]
    addons: tuple[str, ...] = ()  # columns that name further services of the row
    written: Mapping[str, str] = {}  # each heading as the file writes it
    messages: tuple[str, ...] = ()


def find_places(
    headings: Sequence[str],
    export: ExportFormat,
    services: Services,
    typed: frozenset[str] = frozenset(),
) -> Places:
    """Return where everything is among the headings of a file. Raises UsageError if something is missing.

    A heading that only a preset expects may be missing: vendors change their exports. Then a message names
    it. A heading (by `heading_key`) in `typed` was given for this file, so it must be there.
    """
    return _Finder(headings, export, services, typed).places()


class _Finder:
    """Finds our columns among the headings of a file, and collects what to say about them."""

    def __init__(
        self,
        headings: Sequence[str],
        export: ExportFormat,
        services: Services,
        typed: frozenset[str],
    ) -> None:
        self.typed = typed
        self.known = {heading_key(heading): heading for heading in headings if heading}
        counted = Counter(heading_key(heading) for heading in headings if heading)
        self.repeated = {name for name, count in counted.items() if count > 1}
        self.export = export
        self.services = services
        self.messages: list[str] = []
        self.missing: list[str] = []  # the headings that only a preset expects

    def places(self) -> Places:
        columns = self.columns()
        ref_from = tuple(self.needed(heading, "--ref-from names") for heading in self.export.ref_from)
        if Column.REF in columns:
            ref_from = ()
        elif not ref_from:
            raise UsageError(
                'the header has no column "ref"; add one, or give --map ref=HEADING; if the export has no '
                'reference, make one from columns: --ref-from "HEADING,HEADING"'
            )
        conditions = self.conditions(columns)
        if self.missing:
            named = ", ".join(quoted(heading) for heading in dict.fromkeys(self.missing))
            self.messages.insert(
                0,
                f"the preset {self.export.preset} expects {named}, which this file does not have; "
                "has the export changed?",
            )
        self.compare_times(columns)
        used = {*columns.values(), *ref_from, *(name for name, _ in conditions)}
        return Places(
            columns=columns,
            ref_from=ref_from,
            conditions=(*conditions, *self.plain_conditions(used)),
            addons=self.addons(used) if Column.SERVICE in columns else (),
            written=self.known,
            messages=tuple(self.messages),
        )

    def needed(self, heading: str, named_by: str) -> str:
        """Return the key of a heading. Raises UsageError if the file lacks it, or has it twice.

        `named_by` says where it comes from: "--skip names", after "which".
        """
        name = heading_key(heading)
        if name in self.repeated:
            raise UsageError(f"the header has {quoted(heading)} twice; give each column a different heading")
        if name not in self.known:
            raise UsageError(
                f"the header has no {quoted(heading)}, which {named_by}{nearest(heading, self.known.values())}"
            )
        return name

    def is_optional(self, heading: str) -> bool:
        """Whether a heading is missing in the file, and may be, since only a preset expects it."""
        name = heading_key(heading)
        return bool(self.export.preset) and name not in self.known and name not in self.typed

    def columns(self) -> dict[Column, str]:
        """Return the headings of our columns: as mapped, else by name. Points out others that look like one of ours."""
        found: dict[Column, str] = {}
        for column in Column:
            heading = self.export.map.get(column)
            if heading == "" and column is not Column.TREATED:
                continue  # "--map tz=": no column, whatever a preset says
            if heading and column is not Column.TREATED and self.is_optional(heading):
                self.missing.append(heading)
                heading = None
            if heading is None:
                if (name := self.by_name(column)) is not None:
                    found[column] = name
            else:
                from_preset = self.export.preset and heading_key(heading) not in self.typed
                source = (
                    f"the preset {self.export.preset} expects" if from_preset else f"--map gives for {column}"
                )
                found[column] = self.needed(heading, source)
        if Column.TREATED not in found:
            raise UsageError(
                'the header has no column "treated"; add one, or give --map treated=HEADING: '
                "the end of the appointment, or its start together with --map end= or --map duration="
            )
        taken = set(found.values())
        for column, part in _LIKE.items():
            alike = [h for name, h in self.known.items() if part in compact(h) and name not in taken]
            if column is Column.SKIN_TYPE and not alike:
                words = [compact(word) for word in self.services.skin_type]
                alike = [
                    h
                    for name, h in self.known.items()
                    if name not in taken and any(word in compact(h) for word in words)
                ]
            if column not in found and alike:
                self.messages.append(
                    f"{quoted(alike[0])} looks like {column} and is not used; give "
                    f"--map {column}={quoted(alike[0])} if it is"
                )
        return found

    def by_name(self, column: Column) -> str | None:
        """Return the heading that is the name of a column of ours, or so similar that it must mean the same."""
        if column in self.repeated:
            raise UsageError(f"the header has {quoted(column)} twice; give each column a different heading")
        if column in self.known:
            return column
        mapped = {heading_key(heading) for heading in self.export.map.values()}
        names = {compact(column), *(compact(name) for name in _OTHER_NAMES.get(column, ()))}
        near = [name for name in self.known if compact(name) in names and name not in mapped]
        if len(near) != 1:
            return None
        self.messages.append(f"{quoted(self.known[near[0]])} is read as {column}.")
        return near[0]

    def conditions(self, columns: dict[Column, str]) -> list[tuple[str, RowCondition]]:
        """Return the conditions of --only and --skip, each with the heading that it is about.

        The heading may be the name of a column of ours ("status"). Raises UsageError if the file lacks all that a
        preset needs to leave out cancelled appointments.
        """
        found: list[tuple[str, RowCondition]] = []
        for only in (True, False):
            for text in self.export.only if only else self.export.skip:
                condition = parse_condition(text, only=only)
                name = heading_key(condition.heading)
                if name not in self.known and name in set(Column) and Column(name) in columns:
                    name = columns[Column(name)]
                elif self.is_optional(condition.heading):
                    self.missing.append(condition.heading)
                    continue
                else:
                    name = self.needed(condition.heading, f"--{'only' if only else 'skip'} names")
                found.append((name, condition))
        if self.export.preset and (self.export.only or self.export.skip) and not found:
            named = ", ".join(quoted(heading) for heading in dict.fromkeys(self.missing))
            raise UsageError(
                f"the file lacks {named}, by which the preset {self.export.preset} leaves out cancelled "
                "appointments; add the column to the export, or copy the preset and change it"
            )
        return found

    def plain_conditions(self, used: Collection[str]) -> Iterator[tuple[str, RowCondition]]:
        """Yield the conditions for columns that are filled in only if nobody was treated: "Cancelled at", "No-show"."""
        for name, heading in self.known.items():
            if (
                name not in used
                and name not in self.repeated
                and _ONLY_IF_NOT_TREATED.fullmatch(compact(name))
            ):
                yield name, RowCondition(heading=heading, values=("*",), only=False)

    def addons(self, used: Collection[str]) -> tuple[str, ...]:
        """Return the headings of add-ons, whose cells are read like services: one of them may be PRP."""
        found = tuple(
            name
            for name in self.known
            if name not in used and name not in self.repeated and _ADDON_WORDS.search(simplified(name))
        )
        for name in found:
            self.messages.append(f"{quoted(self.known[name])} is read as part of the service.")
        return found

    def compare_times(self, columns: Mapping[Column, str]) -> None:
        """Point out a mapped column that seems to be the start of the appointment: every wait then ends too soon."""
        if Column.END in columns or Column.DURATION in columns:
            return
        treated = columns[Column.TREATED]
        if treated == Column.TREATED or _END_WORDS.search(simplified(treated)):
            return
        others = [name for name in self.known if name != treated and name not in columns.values()]
        for column, words in ((Column.END, _END_WORDS), (Column.DURATION, _DURATION_WORDS)):
            better = [self.known[name] for name in others if words.search(simplified(name))]
            if better:
                self.messages.append(
                    f"{quoted(self.known[treated])} is taken as the end of the appointment; if it is the start, every wait "
                    f"ends too soon: add --map {column}={quoted(better[0])}."
                )
                return
        if self.export.preset or _START_WORDS.search(simplified(treated)):
            self.messages.append(
                f"{quoted(self.known[treated])} seems to be the start of the appointment: every wait then ends too soon, by "
                "as long as the appointment takes; add --map end=HEADING or --map duration=HEADING."
            )


def cell_of(cells: Mapping[str, str], places: Places, column: Column) -> str:
    """Return a row's cell of one of our columns; empty if it has none."""
    heading = places.columns.get(column)
    return "" if heading is None else cells.get(heading, "")
