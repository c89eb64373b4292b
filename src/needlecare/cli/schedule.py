"""needlecare schedule: the rule files; which there are, what they say, what is wrong with one."""

from typing import Annotated

import typer

from needlecare.cli import options, terminal
from needlecare.cli.files import builtin_data, load_schedule, print_bytes, schedule_data, schedule_names
from needlecare.errors import Problem, ScheduleError
from needlecare.schedule import laxer, read_schedule

app = typer.Typer(
    help="The rule files: which there are, what they say, what is wrong with one.", no_args_is_help=False
)

EXAMPLES = """
Examples:

  needlecare schedule list
  needlecare schedule show microneedling
  needlecare schedule check clinic.toml
"""

Name = Annotated[
    str,
    typer.Argument(metavar="NAME|FILE", help="A built-in schedule, or a rule file.", show_default=False),
]


@app.command("list", epilog=EXAMPLES)
def list_(json: options.Json = False) -> None:
    """List the schedules that ship with needlecare."""
    from needlecare.render.schedule import schedules_json, schedules_text

    schedules = [load_schedule(name) for name in schedule_names()]
    if json:
        print_bytes(schedules_json(schedules).encode())
    else:
        terminal.print_text(schedules_text(schedules))


@app.command(epilog=EXAMPLES)
def show(name: Name = options.DEFAULT_SCHEDULE, json: options.Json = False) -> None:
    """Show every rule of a schedule with what each source says, and the sources."""
    from needlecare.render.schedule import schedule_text, whole_schedule_json

    schedule = load_schedule(name)
    if json:
        print_bytes(whole_schedule_json(schedule).encode())
    else:
        terminal.print_text(schedule_text(schedule))


@app.command(epilog=EXAMPLES)
def check(
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILE...", help="Rule files, or names of schedules.", show_default=False),
    ],
    json: options.Json = False,
) -> None:
    """Check rule files, and report every problem as file:line:column; exit code 3 if there is one.

    A time that is laxer than every source of the file it extends is pointed out, and allowed.
    """
    from needlecare.render.schedule import checked_json, checked_text

    failed = False
    checked = []
    for name in files:
        data, file = schedule_data(name)
        problems: tuple[Problem, ...] = ()
        remarks: list[Problem] = []
        schedule = None
        try:
            schedule = read_schedule(data, file=file, base=builtin_data)
            if schedule.extends is not None:
                remarks = laxer(data, schedule, load_schedule(schedule.extends))
        except ScheduleError as error:
            failed = True
            problems = error.problems
            if not json:
                terminal.say(str(error))
        if not json and remarks:
            terminal.say(str(ScheduleError(file, remarks)))
        if not json and schedule is not None:
            terminal.print_text(checked_text(file, schedule))
        checked.append((file, schedule, problems, remarks))
    if json:
        print_bytes(checked_json(checked).encode())
    if failed:
        raise typer.Exit(ScheduleError.exit_code)
