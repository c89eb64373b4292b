"""needlecare schedule: list, show, check, compare and start rule files."""

import shlex
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from msgspec.structs import replace

from needlecare.cli import options, terminal
from needlecare.cli.outputs import Force
from needlecare.errors import Problem, ScheduleError, UsageError, quoted, shown, shown_path
from needlecare.model import Schedule
from needlecare.rules.load import read_schedule
from needlecare.storage.files import write_files
from needlecare.storage.rule_files import (
    BUILTIN,
    builtin_data,
    cases_data,
    load_schedule,
    rules_schema,
    schedule_data,
    schedule_names,
    template_text,
)
from needlecare.time.zones import local

if TYPE_CHECKING:
    from needlecare.output.rule_files.schedule import Checked

app = typer.Typer(
    help="List, show, check, compare and start rule files.",
    no_args_is_help=False,
    add_completion=False,  # needlecare has it
)

EXAMPLES = """
  needlecare schedule list
  needlecare schedule show microneedling
  needlecare schedule new clinic.toml --name "Larkspur Skin Clinic"
  needlecare schedule check clinic.toml
  needlecare schedule diff microneedling clinic.toml
"""

Name = Annotated[str, options.argument("NAME|FILE", "A built-in schedule, or a rule file.")]


@app.command("list")
def list_(json: options.Json = False) -> None:
    """List the schedules that ship with needlecare."""
    from needlecare.output.rule_files.schedule import schedules_json, schedules_text

    schedules = [load_schedule(name) for name in schedule_names()]
    for schedule in schedules:
        _warn_if_overdue(schedule)
    terminal.print_result(schedules_json(schedules) if json else schedules_text(schedules), json=json)


@app.command()
def show(name: Name = BUILTIN, json: options.Json = False) -> None:
    """Show every rule of a schedule with what each source says, and the sources."""
    from needlecare.output.rule_files.schedule import schedule_text, whole_schedule_json

    schedule = load_schedule(name)
    _warn_if_overdue(schedule)
    terminal.print_result(whole_schedule_json(schedule) if json else schedule_text(schedule), json=json)


@app.command()
def check(
    files: Annotated[list[str], options.argument("FILE...", "Rule files, or names of schedules.")],
    json: options.Json = False,
) -> None:
    """Check rule files and report every problem as file:line:column. Exit code 3 if there is one.

    Also works out the cases beside a file: clinic.cases.csv for clinic.toml.

    Points out, but allows, a wait shorter than every source of the schedule that the file extends,
    and a rule without a worked case.
    """
    from needlecare.output.rule_files.schedule import checked_json, checked_text, problems_text

    checked = []
    for name in files:
        result = _checked(name)
        checked.append(result)
        if not json and (found := problems_text(result)):
            terminal.say(found)
        if result.schedule is not None:
            _warn_if_overdue(result.schedule)
            if not json:
                terminal.print_text(checked_text(result, result.schedule))
    if json:
        terminal.print_bytes(checked_json(checked).encode())
    if not all(result.ok for result in checked):
        raise typer.Exit(ScheduleError.exit_code)


def _checked(name: str) -> "Checked":
    """Check a rule file and the worked cases beside it. Raises UsageError if it cannot be read."""
    from needlecare.output.rule_files.schedule import Checked
    from needlecare.output.sms.remarks import text_remarks
    from needlecare.review.cases import MAX_TABLE_BYTES, checked_cases
    from needlecare.review.weakened import weakened_rules
    from needlecare.review.words import shared_words

    data, file = schedule_data(name)
    try:
        schedule = read_schedule(data, file=file, base=builtin_data)
    except ScheduleError as error:
        return Checked(file=file, problems=error.problems)
    base = None if schedule.extends is None else load_schedule(schedule.extends)
    table, called = cases_data(name, MAX_TABLE_BYTES)
    return Checked(
        file=file,
        schedule=schedule,
        remarks=[
            *weakened_rules(data, schedule, base),
            *_placed(data, [*shared_words(schedule, base), *text_remarks(schedule)]),
        ],
        cases=checked_cases(table, schedule, base, file=called),
    )


def _placed(data: bytes, remarks: list[Problem]) -> Iterator[Problem]:
    """Add to each remark the line of the rule or the key that it is about."""
    if not remarks:
        return
    from needlecare.rules.positions import read_document

    document = read_document(data.decode("utf-8-sig").replace("\r\n", "\n"))
    for remark in remarks:
        path: tuple[str, ...] = tuple(remark.where.split("."))
        path = path if path[0] in document.data else ("rules", *path)
        line, column = document.keys.get((*path, "covers")) or document.keys.get(path) or document.place(path)
        yield replace(remark, line=line, column=column)


@app.command()
def new(
    file: Annotated[
        str, options.argument("FILE.toml|-", "The rule file to write; - writes it to standard output only.")
    ],
    name: Annotated[
        str, options.option("--name TEXT", "The clinic's name, as patients know it.", show_default=True)
    ] = "Your clinic",
    telephone: Annotated[
        str | None, options.option("--telephone TEXT", "The number that patients call.")
    ] = None,
    tz: options.Zone = None,
    as_of: Annotated[
        str | None,
        options.look_option("--as-of WHEN", "Date of the review to write into the file, instead of today."),
    ] = None,
    force: Force = False,
) -> None:
    """Start a clinic's rule file: complete, valid and explained, ready for you to edit.

    It extends the built-in schedule. A table of worked cases and a JSON Schema are written beside it;
    with the schema, editors check and explain each key.
    """
    from needlecare.review.starter import (
        RULES_SCHEMA,
        StarterOptions,
        identity,
        starting_cases,
        starting_file,
        with_schema,
    )

    path = Path("clinic.toml" if file == "-" else file)
    if path.suffix != ".toml":
        raise UsageError(f"{quoted(path.name)} does not end in .toml, as a rule file must; write clinic.toml")
    cases = path.with_suffix(".cases.csv")
    beginning = StarterOptions(
        id=identity(path.stem, but=BUILTIN),
        file=shlex.quote(shown(path.name)),
        cases=shown(cases.name),
        reviewed=local(options.moment_of(as_of, zone := options.zone_of(tz)), zone).date(),
        name=_on_one_line("--name", name),
        telephone=_on_one_line("--telephone", telephone) if telephone is not None else "",
    )
    toml = starting_file(template_text("clinic.toml"), beginning)
    if file == "-":
        terminal.print_bytes(toml.encode())
        return
    written = {
        path: with_schema(toml).encode(),
        cases: starting_cases(template_text("clinic.cases.csv"), zone).encode(),
        path.with_name(RULES_SCHEMA): rules_schema(),
    }
    write_files(written, force=force)
    terminal.say(
        f"Written: {', '.join(map(shown_path, written))}.",
        f"Edit it, then: needlecare schedule check {shlex.quote(shown_path(path))}",
    )


def _warn_if_overdue(schedule: Schedule) -> None:
    """Warn on standard error if a schedule is past its review; with a wrong clock, say nothing."""
    with suppress(options.WrongClock):
        if options.current_time().date() <= schedule.review_due:
            return
        due = schedule.review_due.isoformat()
        terminal.say(
            f"{schedule.id} {schedule.version}: its review was due by {due}; "
            "review it, then set reviewed and review_due"
        )


def _on_one_line(option: str, text: str) -> str:
    """Return the text of an option on one line, as a rule file can contain it. Raises UsageError."""
    line = " ".join(text.split())
    if not line or not line.isprintable():
        what = f"{quoted(text)} contains an invisible character" if line else "is empty"
        raise UsageError(f"{option} {what}; write plain text")
    return line


@app.command()
def diff(
    before: Annotated[str, options.argument("NAME|FILE", "The old rules.")],
    after: Annotated[str, options.argument("NAME|FILE", "The new rules.")],
    json: options.Json = False,
) -> None:
    """Show what changes for a patient between two rule files: longer, shorter, new or gone.

    Exit code 0: nothing changes; 1: something does. Compares the plans that the two files make: with
    and without PRP, with and without scars, and for each skin type.
    """
    from needlecare.output.rule_files.comparison import difference_json, difference_text
    from needlecare.review.compare import differences, unseen

    old, new = load_schedule(before), load_schedule(after)
    _warn_if_overdue(new)
    found, beside = differences(old, new), unseen(old, new)
    width = terminal.screen().width
    text = (
        difference_json(old, new, found, beside) if json else difference_text(old, new, found, beside, width)
    )
    terminal.print_result(text, json=json)
    if found:
        raise typer.Exit(1)
