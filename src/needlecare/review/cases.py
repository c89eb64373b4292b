"""Worked cases: what a person calculated by hand, compared with what the rules give.

The table is beside a rule file (clinic.cases.csv beside clinic.toml); the caller passes its bytes, and no file is
opened here. A row is about one rule of one treatment: when it starts, when it ends, from when the sources differ, and
how a person calculated that.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from msgspec import Struct

from needlecare.batch.dates import ANY_NOW, OrderEvidence, parse_date_cell
from needlecare.batch.tables import read_csv
from needlecare.batch.words import yes_or_no
from needlecare.errors import Problem, UsageError, nearest, quoted, shown
from needlecare.model import Kind, Plan, Rule, Schedule, SkinType, Treatment
from needlecare.plan.answer import windows_by_rule
from needlecare.plan.combine import plan
from needlecare.rules.load import MAX_PROBLEMS, limit_problems
from needlecare.time.parsing import FORMS, DateOrder
from needlecare.time.zones import Edge, local, resolve, zone_named

MAX_TABLE_BYTES = 1024 * 1024  # bytes; the built-in table has 30 thousand
MAX_COLUMNS = 100  # of which ten are known
MAX_TREATMENTS = 500  # of a table, since each is planned; the built-in table has less than a hundred
MAX_SUM_LENGTH = 300  # characters of a row's sum that a problem repeats

_NEEDED = ("treated", "zone", "rule", "start", "end", "sum")
_COLUMNS = ("treated", "zone", "prp", "skin_type", "scars", "rule", "start", "end", "differs", "sum")
_COLUMNS_ARE = f"columns are {', '.join(_COLUMNS)}"
_NONE = frozenset({"-", "–", "—"})  # what spreadsheets make of a hyphen
_QUOTES = (
    "put a cell with a comma, a quote or a line break in double quotes, and write each quote in it twice"
)


class _Outside(StrEnum):
    """What a table says about a rule that has no window in the plan."""

    NOTE = "note"
    ABSENT = "absent"


_Cell = datetime | _Outside | None
_Cells = Mapping[str, _Cell]  # by column: start, end, differs


class CheckedCases(Struct, frozen=True, kw_only=True):
    """The result of checking the worked cases beside a rule file.

    `total` counts the rows that were read, `holding` those that the rules agree with. `uncovered` are the rules without
    a worked case (in a file that extends another, of the rules that it changes, adds or switches off); empty if the
    table could not be read to its end.
    """

    file: str
    exists: bool = True
    total: int = 0
    holding: int = 0
    problems: tuple[Problem, ...] = ()
    uncovered: tuple[str, ...] = ()


class _WorkedCase(Struct, frozen=True, kw_only=True):
    """One row; `expected` has no columns that the row leaves empty."""

    line: int
    treatment: Treatment
    rule: str
    expected: _Cells
    sum: str


def checked_cases(
    data: bytes | None, schedule: Schedule, base: Schedule | None = None, *, file: str
) -> CheckedCases:
    """Check a table of worked cases, and return the result with every problem in it.

    `data` is None if there is no table; `base` is the schedule that the checked one
    extends; `file` names the table in messages.
    """
    needed = _rules_to_work_out(schedule, base)
    if data is None:
        return CheckedCases(file=file, exists=False, uncovered=needed)
    reader = _CasesReader({**(base.rules if base else {}), **schedule.rules})
    cases = reader.cases(data)
    failing = list(_failing(cases, schedule))
    problems = sorted([*reader.problems, *failing], key=lambda problem: problem.line or 0)
    reported = [*limit_problems(problems)]
    if reader.unread_below is not None:
        what = "the rows below were not read; fix the ones above first"
        reported.append(Problem(where="", what=what, line=reader.unread_below))
    return CheckedCases(
        file=file,
        total=reader.total,
        holding=len(cases) - len(failing),
        problems=tuple(reported),
        uncovered=tuple(rule for rule in needed if reader.whole and rule not in reader.covered),
    )


def _rules_to_work_out(schedule: Schedule, base: Schedule | None) -> tuple[str, ...]:
    """Return the rules that need a worked case: all, or those that differ from the file's base."""
    if base is None:
        return tuple(schedule.rules)
    changed = [
        rule.id for rule in schedule.rules.values() if _numbers(rule) != _numbers(base.rules.get(rule.id))
    ]
    return (*changed, *(rule for rule in base.rules if rule not in schedule.rules))


def _numbers(rule: Rule | None) -> object:
    """Return the parts of a rule that decide its times."""
    return rule and (rule.kind, rule.after, rule.recommendations)


def _failing(cases: Iterable[_WorkedCase], schedule: Schedule) -> Iterator[Problem]:
    """Yield a problem for each case that the rules do not agree with; each treatment is planned once."""
    plans: dict[Treatment, Plan] = {}
    for case in cases:
        if case.treatment not in plans:
            plans[case.treatment] = plan(case.treatment, schedule)
        found = _found(plans[case.treatment], case.rule)
        wrong = [column for column, cell in case.expected.items() if found[column] != cell]
        if isinstance(found["start"], _Outside):
            wrong = wrong[:1]
        if wrong:
            zone = case.treatment.zone
            differences = "; ".join(
                f"{column} is {_written(found[column], zone)}, "
                f"expected {_written(case.expected[column], zone)}"
                for column in wrong
            )
            what = f"{differences} ({shown(case.sum, MAX_SUM_LENGTH)})"
            yield Problem(where=case.rule, what=what, line=case.line)


def _found(plan: Plan, rule: str) -> _Cells:
    """Return what a plan says about a rule, in the columns of a table."""
    window = windows_by_rule(plan).get(rule)
    if window is None:
        noted = any(note.rule == rule for note in plan.notes)
        return {"start": _Outside.NOTE if noted else _Outside.ABSENT, "end": None, "differs": None}
    before = window.kind is Kind.PREPARE
    differs = window.latest_start if before else window.earliest_end
    agreed = window.start if before else window.end
    return {"start": window.start, "end": window.end, "differs": None if differs == agreed else differs}


def _written(cell: _Cell, zone: ZoneInfo) -> str:
    """Write a cell as in a table: a local time, with its offset if the clock shows it twice."""
    if cell is None:
        return "-"
    if isinstance(cell, _Outside):
        return cell.value
    shown_there = local(cell, zone)
    wall = shown_there.replace(tzinfo=None)
    twice = resolve(wall, zone, Edge.START) != resolve(wall, zone, Edge.END)
    return (shown_there if twice else wall).isoformat(timespec="seconds" if wall.second else "minutes")


class _CasesReader:
    """Reads a table once, and collects its problems and the rules in it."""

    def __init__(self, rules: Mapping[str, Rule]) -> None:
        self.rules = rules
        self.problems: list[Problem] = []
        self.covered: set[str] = set()
        self.total = 0
        self.order: DateOrder | None = None  # of day and month, if some date in the table proves it
        self.whole = False  # whether every row was looked at
        self.unread_below: int | None = None  # the line at which there were too many problems
        self.first: dict[tuple[Treatment, str], int] = {}
        self.treatments: set[Treatment] = set()

    def wrong(self, what: str, *, where: str = "", line: int | None = None) -> None:
        self.problems.append(Problem(where=where, what=what, line=line))

    def cases(self, data: bytes) -> list[_WorkedCase]:
        """Read all rows; those that cannot be read become problems."""
        found: list[_WorkedCase] = []
        if len(data) > MAX_TABLE_BYTES:
            self.wrong("larger than 1 MiB; split the table")
            return found
        reader = read_csv(data)
        rows = []
        while reader.more():
            line, cells = reader.record()
            if cells is None or any(cell.strip() for cell in cells):
                rows.append((line, cells))
            if cells is None:
                break
        self.order = _order_of_dates(rows)
        columns: Sequence[str] | None = None
        for line, cells in rows:
            if cells is None:
                self.wrong(f"cannot be read from here on ({reader.error}); {_QUOTES}", line=line)
                return found
            if columns is None:
                columns = self.columns(cells, line)
                if not columns:
                    return found
            elif case := self.case(columns, _with_whole_sum(cells, columns, reader.delimiter), line):
                found.append(case)
            if len(self.problems) >= MAX_PROBLEMS:
                self.unread_below = line
                return found
        self.whole = True
        if columns is None:
            self.wrong(f"empty; the first line names the columns: {','.join(_COLUMNS)}")
        return found

    def columns(self, cells: Sequence[str], line: int) -> Sequence[str]:
        """Return the columns that the first row names; nothing if it is wrong."""
        before = len(self.problems)
        if len(cells) > MAX_COLUMNS:
            self.wrong(f"{len(cells)} columns; {_COLUMNS_ARE}", line=line)
            return ()
        names = [cell.strip().lower() for cell in cells]
        for number, name in enumerate(names):
            if not name:
                self.wrong(f"a column has no name; {_COLUMNS_ARE}", line=line)
            elif name not in _COLUMNS:
                near = nearest(name, [column for column in _COLUMNS if column not in names])
                self.wrong(f"unknown column {quoted(name)}{near}; {_COLUMNS_ARE}", line=line)
            elif name in names[:number]:
                self.wrong(f"the column {quoted(name)} appears twice; keep one", line=line)
        if missing := [name for name in _NEEDED if name not in names]:
            self.wrong(f"missing column {', '.join(missing)}; {_COLUMNS_ARE}", line=line)
        return names if len(self.problems) == before else ()

    def case(self, columns: Sequence[str], cells: Sequence[str], line: int) -> _WorkedCase | None:
        """Return the worked case of a row; None, and add problems, if it is wrong."""
        self.total += 1
        before = len(self.problems)
        row = _CaseRow(self, columns, cells, line)
        rule = row.rule()
        treatment = row.treatment()
        expected = row.expected(treatment.zone if treatment else None)
        worked_out = row.text("sum", "how the times were worked out, and from which source")
        if rule is not None:
            self.covered.add(rule)
        if rule is None or treatment is None or len(self.problems) > before:
            return None
        if treatment not in self.treatments and len(self.treatments) >= MAX_TREATMENTS:
            what = f"more than {MAX_TREATMENTS} treatments in a table; let several rules share one"
            self.wrong(what, line=line)
            return None
        self.treatments.add(treatment)
        first = self.first.setdefault((treatment, rule), line)
        if first != line:
            self.wrong(f"the same case is on line {first}; keep one", where=rule, line=line)
            return None
        return _WorkedCase(line=line, treatment=treatment, rule=rule, expected=expected, sum=worked_out)


class _CaseRow:
    """A row that is being read: gives checked cells, and reports what is wrong in them to the reader."""

    def __init__(self, reader: _CasesReader, columns: Sequence[str], cells: Sequence[str], line: int) -> None:
        self.reader = reader
        self.line = line
        self.cells = {name: cell.strip() for name, cell in zip(columns, cells, strict=False)}
        if any(cell.strip() for cell in cells[len(columns) :]):
            self.wrong(f"{len(cells)} cells for {len(columns)} columns; {_QUOTES}")

    def wrong(self, what: str, column: str = "") -> None:
        self.reader.wrong(what, where=column, line=self.line)

    def text(self, column: str, what: str) -> str:
        """Return a cell that must not be empty; `what` says what to write in it."""
        cell = self.cells.get(column, "")
        if not cell:
            self.wrong(f"empty; write {what}", column)
        return cell

    def rule(self) -> str | None:
        cell = self.text("rule", "the id of a rule, such as makeup")
        if cell in self.reader.rules:
            return cell
        if cell:
            near = nearest(cell, self.reader.rules) or "; needlecare schedule show lists them"
            self.wrong(f"unknown rule {quoted(cell)}{near}", "rule")
        return None

    def treatment(self) -> Treatment | None:
        zone = self.zone()
        treated = self.when("treated", "a time such as 2026-11-21T14:30, or a date", zone)
        prp, scars = self.flag("prp"), self.flag("scars")
        skin_type = self.skin_type()
        if zone is None or treated is None:
            return None
        return Treatment(treated=treated, zone=zone, prp=prp, skin_type=skin_type, scars=scars)

    def zone(self) -> ZoneInfo | None:
        cell = self.text("zone", "an IANA name such as Europe/Berlin")
        try:
            return zone_named(cell) if cell else None
        except UsageError as error:
            self.wrong(str(error), "zone")
            return None

    def flag(self, column: str) -> bool:
        cell = self.cells.get(column, "").lower()
        answer = None
        with suppress(ValueError):
            answer = yes_or_no(cell)  # a spreadsheet may have turned it into TRUE
        if cell and answer is None:
            self.wrong(f"{quoted(cell)} is neither yes nor no; write one, or leave it empty for no", column)
        return bool(answer)

    def skin_type(self) -> SkinType | None:
        cell = self.cells.get("skin_type", "")
        try:
            return SkinType.of(cell) if cell else None
        except ValueError:
            what = f"{quoted(cell)} is not a Fitzpatrick skin type"
            self.wrong(f"{what}; write I to VI, or leave it empty for unknown", "skin_type")
            return None

    def expected(self, zone: ZoneInfo | None) -> _Cells:
        """Return the times that the row expects, by column."""
        start = self.cells.get("start", "").lower()
        if start in set(_Outside):
            for column in ("end", "differs"):
                if self.cells.get(column, "") not in {"", *_NONE}:
                    self.wrong(f"with {start} there is no time here; leave it empty", column)
            return {"start": _Outside(start)}
        found: dict[str, _Cell] = {
            "start": self.moment("start", "a time such as 2026-11-21T14:30, -, note or absent", zone),
            "end": self.moment("end", "a time such as 2026-11-23T14:30, or -", zone),
        }
        if self.cells.get("differs"):
            found["differs"] = self.moment("differs", "a time such as 2026-11-22T14:30, or -", zone)
        return found

    def moment(self, column: str, what: str, zone: ZoneInfo | None) -> datetime | None:
        """Return the moment (UTC) in a cell; None for a hyphen, or if the cell is wrong."""
        if self.cells.get(column) in _NONE:
            return None
        when = self.when(column, what, zone)
        if when is None or isinstance(when, datetime):
            return when
        day = when.isoformat()
        self.wrong(f"{quoted(day)} has no time; write it too, as {day}T00:00", column)
        return None

    def when(self, column: str, what: str, zone: ZoneInfo | None) -> datetime | date | None:
        """Return the moment (UTC) or the date in a cell. Words such as "today" are refused, since a table is kept."""
        cell = self.text(column, what)
        if not cell or zone is None:
            return None
        if not cell[0].isdigit():
            self.wrong(f"{quoted(cell)} is not a date; write {what}", column)
            return None
        try:
            return parse_date_cell(cell, time_of_day="", now=ANY_NOW, zone=zone, order=self.reader.order)
        except UsageError as error:
            written, *_ = str(error).split(", or give --dates")  # a table is checked without options
            self.wrong(written.replace(FORMS, f"write {what}"), column)
            return None


def _with_whole_sum(cells: Sequence[str], columns: Sequence[str], delimiter: str) -> Sequence[str]:
    """Return the cells of a row; a sum in the last column may contain the semicolon that separates cells."""
    extra = len(cells) - len(columns)
    if extra <= 0 or delimiter == "," or columns[-1] != "sum":
        return cells
    return [*cells[: len(columns) - 1], delimiter.join(cells[len(columns) - 1 :])]


def _order_of_dates(rows: Iterable[tuple[int, Sequence[str] | None]]) -> DateOrder | None:
    """Return the order of day and month that some date in a table proves; None if none does, or both are proved."""
    evidence = OrderEvidence()
    for line, cells in rows:
        for cell in cells or ():
            evidence.add(line, cell.strip())
    return evidence.settle(None)[0]
