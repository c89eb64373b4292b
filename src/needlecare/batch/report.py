"""Reports on the rows: a line of NDJSON for each, a table before the run, and a summary in words."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from enum import StrEnum
from shlex import quote
from unicodedata import east_asian_width

from needlecare.batch.rows import MAX_NAMED_ROWS, RowPlace, RowProblem, named_rows
from needlecare.errors import shown
from needlecare.model import Treatment
from needlecare.time.zones import local

FAILED = "error"
MAX_NAMED_WAITS = 3  # in the report on one row
MAX_NAMED_CALENDARS = 20  # each on its own line; the rest are counted
_REF_WIDTH = 20  # columns of the table


class Outcome(StrEnum):
    """What happened to a row."""

    WRITTEN = "written"
    REVISED = "revised"
    UNCHANGED = "unchanged"
    PLANNED = "planned"
    MERGED = "merged"
    LEFT_OUT = "left-out"


class RowNote(StrEnum):
    """What to point out about a row that is planned."""

    NO_END = "no-end"
    FAR_AWAY = "far-away"
    AT_NIGHT = "at-night"
    OTHER_ZONE = "other-zone"
    SKIN_TYPE_RANGE = "skin-type-range"


class RowResult(RowPlace, frozen=True, kw_only=True):
    """What became of a row that was understood, with its file if it has one. `data` is what to print instead of a file.

    `reason` is why it was left out, and `day` the local day of the appointment. `sooner` are the waits (by rule) that
    end sooner than the calendar of an earlier run said. `stale_file` is the file from an earlier run of a row that is
    left out now.
    """

    outcome: Outcome
    file: str | None = None
    data: bytes = b""
    reason: str = ""
    treatment: Treatment | None = None
    day: date | None = None
    notes: tuple[RowNote, ...] = ()
    moved: bool = False
    sooner: tuple[str, ...] = ()
    stale_file: str | None = None


# What a note says. Up to its first comma, it is also what the table of --dry-run says.
NOTES = {
    RowNote.NO_END: "no end and no duration, so the start was taken: every wait ends too soon by the length of the "
    "appointment",
    RowNote.FAR_AWAY: "a date more than two years from today: check the year",
    RowNote.AT_NIGHT: "an end at night, between 23:00 and 06:00: check whether am or pm is missing, or the time zone is wrong",
    RowNote.OTHER_ZONE: "another time zone than that of --tz, in which the time is read; if your system writes all times in "
    "the clinic's zone, give --map tz=",
    RowNote.SKIN_TYPE_RANGE: "two skin types, so the higher was taken, which has the stricter plan",
}


def record_json(result: RowResult | RowProblem) -> bytes:
    """Write the record of a row as a line of NDJSON. Of a row that failed, it repeats no cell."""
    record: dict[str, object] = {"row": result.number, "line": result.line}
    if isinstance(result, RowProblem):
        record |= {
            "outcome": FAILED,
            "column": result.column,
            "code": result.code,
            "expected": result.expected,
        }
    elif result.outcome is Outcome.LEFT_OUT:
        record |= {"outcome": result.outcome, "ref": result.ref, "reason": result.reason}
        record |= {"file": result.stale_file} if result.stale_file else {}
    else:
        record |= {"outcome": result.outcome, "ref": result.ref, "file": result.file}
        record |= {"sooner": result.sooner} if result.sooner else {}
    return json.dumps(record, ensure_ascii=False).encode(errors="replace") + b"\n"


# Before the run -----------------------------------------------------------------------------------

TABLE_HEAD = f"{'row':>5}  {'ref':{_REF_WIDTH}}  {'appointment ended':22}  PRP  skin  scars  what happens\n"


def table_row(result: RowResult | list[RowProblem]) -> str:
    """Write a row of the table that --dry-run prints: what was understood, and what would happen."""
    if isinstance(result, list):
        first = result[0]
        wrong = "; ".join(problem.what for problem in result)
        return f"{first.number:>5}  {'':{_REF_WIDTH}}  {'':22}  {'':16}  fails: {wrong}\n"
    when, options = _moment(result), f"{'':16}"
    if (treatment := result.treatment) is not None:
        skin = treatment.skin_type.name if treatment.skin_type else "?"
        options = f"{_yes(treatment.prp):3}  {skin:4}  {_yes(treatment.scars):5}"
    happens = _WOULD.get(result.outcome, result.outcome)
    if result.outcome is Outcome.LEFT_OUT:
        happens = f"left out: {shown(result.reason, 80)}"
    elif result.outcome is Outcome.MERGED:
        happens = "merged with the other row of this appointment"
    happens += " (moved)" if result.moved else ""
    happens += f" (sooner: {_waits(result)})" if result.sooner else ""
    notes = [NOTES[note].split(",")[0] for note in result.notes if note is not RowNote.OTHER_ZONE]
    happens += f" ({', '.join(notes)})" if notes else ""
    ref = shown(result.ref, _REF_WIDTH)
    ref += " " * (_REF_WIDTH - sum(2 if east_asian_width(c) in "WF" else 1 for c in ref))
    return f"{result.number:>5}  {ref}  {when:22}  {options}  {happens}\n"


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _moment(result: RowResult) -> str:
    if result.treatment is None:
        return f"{result.day:%a %d %b %Y}" if result.day else ""
    treated, zone = result.treatment.treated, result.treatment.zone
    if isinstance(treated, datetime):
        return f"{local(treated, zone):%a %d %b %Y %H:%M}"
    return f"{treated:%a %d %b %Y}"


# After the run -------------------------------------------------------------------------------------

# What an outcome is called before it has happened; the others are called the same.
_WOULD = {Outcome.WRITTEN: "to write", Outcome.REVISED: "to revise", Outcome.PLANNED: "to plan"}


class Tally:
    """What happened to the rows so far. The same message about many rows is counted, not repeated."""

    def __init__(self) -> None:
        self.outcomes: Counter[Outcome] = Counter()
        self.rows = 0
        self.failed = 0
        self.problems: dict[str, list[RowProblem]] = {}  # by what is wrong, the first few
        self.problem_counts: Counter[str] = Counter()
        self.reasons: Counter[str] = Counter()
        self.notes: dict[RowNote, list[int]] = {}  # the rows that have each note
        self.moved: list[str] = []
        self.sooner: list[str] = []  # references, each with the waits that end sooner
        self.first_day: date | None = None
        self.last_day: date | None = None
        self.stale_files: dict[str, str] = {}  # of rows left out, each with its reference

    def add(self, result: RowResult | list[RowProblem]) -> None:
        """Count a row."""
        self.rows += 1
        if isinstance(result, list):
            self.failed += 1
            for problem in result:
                self.problem_counts[problem.what] += 1
                named = self.problems.setdefault(problem.what, [])
                if len(named) < MAX_NAMED_ROWS:
                    named.append(problem)
            return
        self.outcomes[result.outcome] += 1
        for note in result.notes:
            self.notes.setdefault(note, []).append(result.number)
        if result.outcome is Outcome.LEFT_OUT:
            self.reasons[result.reason] += 1
        if result.moved:
            self.moved.append(result.ref)
        if result.sooner:
            self.sooner.append(f"{shown(result.ref)} ({_waits(result)})")
        if result.stale_file:
            self.stale_files[result.stale_file] = result.ref
        if result.day is not None:
            self.first_day = min(self.first_day or result.day, result.day)
            self.last_day = max(self.last_day or result.day, result.day)

    def changes(self, *, dry_run: bool) -> Iterator[str]:
        """Yield what to say about revised calendars that patients already have.

        An interrupted run says it too: the next run would find these calendars unchanged, and say nothing.
        """
        if self.moved:
            revised = "to revise" if dry_run else "revised"
            yield f"Moved, calendars {revised}: {first_few(list(map(shown, self.moved)))}."
        if self.sooner:
            end = "would end" if dry_run else "end"
            yield f"Waits {end} sooner than the patient's calendar said: {first_few(self.sooner)}."

    def lines(self, *, dry_run: bool) -> Iterator[str]:
        """Yield what to say on standard error once all rows are done; the last line sums up."""
        for what, count in self.problem_counts.items():
            yield f"needlecare: {_places(self.problems[what], count)}: {what}"
        for note, rows in self.notes.items():
            yield f"{_rows(len(rows))} with {NOTES[note]} ({named_rows(rows)})."
        for reason, count in self.reasons.most_common():
            yield f"{_rows(count)} left out: {shown(reason, 100)}."
        yield from self.changes(dry_run=dry_run)
        yield summary_text(self.outcomes, rows=self.rows, failed=self.failed, dry_run=dry_run)


def _waits(result: RowResult) -> str:
    """Write the waits that end sooner: "makeup, sauna", or "makeup, sauna, pool and 9 more"."""
    return first_few(list(result.sooner), MAX_NAMED_WAITS)


def first_few(named: list[str], most: int = MAX_NAMED_ROWS) -> str:
    """Write the first few of some names, and how many more there are."""
    more = f" and {len(named) - most} more" if len(named) > most else ""
    return ", ".join(named[:most]) + more


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"


def _places(named: list[RowProblem], count: int) -> str:
    """Write "row 2 (line 3)", or "rows 2, 3, 5, 6, 7 and 2,995 more (from line 3)"."""
    rows = named_rows([problem.number for problem in named], count)
    return f"{rows} ({'from ' if count > 1 else ''}line {named[0].line})"


def summary_text(outcomes: Mapping[Outcome, int], *, rows: int, failed: int, dry_run: bool) -> str:
    """Write "3 rows: 2 written, 1 failed.", or what there is to do: "3 rows: 2 to write, 1 failed."."""
    parts = [
        f"{outcomes[outcome]} {_WOULD.get(outcome, outcome) if dry_run else outcome}".replace(
            "left-out", "left out"
        )
        for outcome in Outcome
        if outcomes.get(outcome)
    ]
    parts += [f"{failed} failed"] if failed else []
    named = "1 row" if rows == 1 else f"{rows} rows"
    return f"{': '.join(filter(None, [named, ', '.join(parts)]))}."


def cancel_command(folder: str, file: str) -> str:
    """Return the command that cancels a calendar."""
    return f"needlecare cancel {quote(f'{folder}/{file}')}"
