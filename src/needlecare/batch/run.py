"""Runs a batch, from its rows to their results: each reference by itself, in one process or several."""

from collections.abc import Iterable, Iterator
from itertools import islice

from msgspec import Struct
from msgspec.structs import replace

from needlecare import interruption
from needlecare.batch import files
from needlecare.batch.appointment import Appointment, CellOptions, Found, appointments
from needlecare.batch.report import Outcome, RowResult
from needlecare.batch.rows import Row, RowProblem, Survey, file_stem, rows_of
from needlecare.batch.tables import Table
from needlecare.batch.workers import results
from needlecare.calendar import glance
from needlecare.calendar.components import MAX_CALENDAR_BYTES
from needlecare.model import Column, Treatment
from needlecare.output.timing import choose_clock
from needlecare.plan.combine import Planner
from needlecare.storage.files import file_data

PIECE = 32  # references that a process is given at a time
MANY_ROWS = 300  # from which more than one process is worth its start

Result = RowResult | list[RowProblem]
Group = tuple[Row, ...] | RowProblem  # the rows of one reference


class Instructions(Struct, frozen=True, kw_only=True):
    """What to do with every row. It is sent to each process, so that all rows are planned in the same way."""

    follow: tuple[str, ...]
    cells: CellOptions
    clock: int  # of 12 or 24 hours, on which times are shown
    files: files.FileOptions


def run(instructions: Instructions, table: Table, survey: Survey, *, jobs: int) -> Iterator[list[Result]]:
    """Yield the results of the rows, a few at a time; rows of one reference come together.

    Raises UsageError for a source that is unknown, and WriteError.
    """
    size = PIECE if jobs > 1 else 1  # so that an interruption knows of each file that was written
    pieces = _pieces(_groups(table, survey), size)
    yield from results(_work, pieces, jobs=jobs, prepare=_prepare, instructions=instructions)


def _groups(table: Table, survey: Survey) -> Iterator[Group]:
    """Yield the rows of each reference together, as soon as the last of them is read."""
    waiting: dict[str, list[Row]] = {}
    for row in rows_of(table, survey.places):
        count = survey.repeated_refs.get(row.ref, 1) if isinstance(row, Row) else 1
        if isinstance(row, RowProblem):
            yield row
        elif count == 1 or not row.ref:
            yield (row,)
        else:
            together = waiting.setdefault(row.ref, [])
            together.append(row)
            if len(together) == count:
                yield tuple(waiting.pop(row.ref))
    for together in waiting.values():  # a file that changed while it was read
        yield tuple(together)


def _pieces(groups: Iterator[Group], size: int) -> Iterator[list[Group]]:
    """Yield the groups, as many at a time as a process is given."""
    while piece := list(islice(groups, size)):
        interruption.check()
        yield piece


class Worker:
    """Plans one reference after another. Raises UsageError for a source that is unknown."""

    def __init__(self, instructions: Instructions) -> None:
        self.instructions = instructions
        self.planner = Planner(instructions.files.schedule, follow=instructions.follow)
        self.writer = files.FileWriter(instructions.files)

    def results(self, group: Group) -> list[Result]:
        """Return what became of each row of a reference. Raises WriteError."""
        if isinstance(group, RowProblem):
            return [[group]]
        found = appointments(group, self.instructions.cells, self.instructions.files.now)
        is_planned = any(isinstance(row_found, Appointment) for row_found in found)
        return [self.result(row_found, is_planned=is_planned) for row_found in found]

    def result(self, found: Found, *, is_planned: bool) -> Result:
        """Return what became of a row. `is_planned`: some row of its reference is planned. Raises WriteError."""
        match found:
            case Appointment():
                return self.planned(found)
            case RowResult(outcome=Outcome.MERGED):
                return replace(found, file=self.file_name(found.ref))
            case RowResult():
                return replace(found, stale_file=None if is_planned else self.stale_file(found.ref))
            case problems:
                return problems

    def file_name(self, ref: str) -> str | None:
        """Return the name of a reference's file; None if standard output takes all."""
        options = self.instructions.files
        return None if options.folder is None else f"{file_stem(ref)}.{options.format.ending}"

    def planned(self, found: Appointment) -> Result:
        """Plan an appointment and write its file. Raises WriteError."""
        treatment = self.with_remembered(found)
        plan = self.planner.plan(treatment)
        name, data, made = self.file_name(found.ref), b"", files.FileResult(Outcome.PLANNED)
        if name is None:
            data = b"" if self.instructions.files.dry_run else self.writer.line(plan, found)
        else:
            try:
                made = self.writer.write(plan, found, name)
            except files.InTheWay as error:
                code = str(error)
                return [found.problem(Column.REF, code, files.EXPECTED[code])]
        return RowResult(
            number=found.number,
            line=found.line,
            ref=found.ref,
            outcome=made.outcome,
            file=name,
            data=data,
            treatment=treatment,
            day=found.day,
            notes=found.notes,
            moved=made.moved,
            sooner=made.sooner,
        )

    def with_remembered(self, found: Appointment) -> Treatment:
        """Fill in what neither rows nor options say from the options that the calendar remembers."""
        name = self.file_name(found.ref)
        remembered = self.writer.remembered(name) if name and found.unsaid else None
        if remembered is None:
            return found.treatment
        options = ["overrides" if column is Column.OVERRIDE else column.value for column in found.unsaid]
        return replace(
            found.treatment, **{option: getattr(remembered.treatment, option) for option in options}
        )

    def stale_file(self, ref: str) -> str | None:
        """Return the file that an earlier run made for a reference that has no plan any more."""
        options, name = self.instructions.files, self.file_name(ref)
        if not ref or name is None or options.folder is None or not (options.folder / name).is_file():
            return None
        if options.format is not files.BatchFormat.ICS:
            return name
        return name if glance.is_live(file_data(options.folder / name, MAX_CALENDAR_BYTES)) else None


_worker: Worker  # of this process


def _prepare(instructions: Instructions) -> None:
    global _worker  # noqa: PLW0603  a pool hands its processes nothing but pieces of work
    choose_clock(instructions.clock)
    _worker = Worker(instructions)


def _work(groups: Iterable[Group]) -> list[Result]:
    return [result for group in groups for result in _worker.results(group)]
