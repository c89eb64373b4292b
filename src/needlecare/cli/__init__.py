"""The command line: the only code that reads the clock, the environment or a file, or writes anything."""

import os
import sys
from contextlib import suppress
from typing import Annotated

import typer
from typer._click.core import Context  # Typer below 0.29 offers no public name for these
from typer._click.exceptions import ClickException, UsageError
from typer._click.shell_completion import CompletionItem
from typer.core import TyperGroup

from needlecare import __version__
from needlecare.cli import batch as batch_command
from needlecare.cli import calendar as calendar_command
from needlecare.cli import can as can_command
from needlecare.cli import completion
from needlecare.cli import course as course_command
from needlecare.cli import plan as plan_command
from needlecare.cli import saved as saved_command
from needlecare.cli import schedule as schedule_command
from needlecare.cli import status as status_command
from needlecare.cli import why as why_command
from needlecare.cli.files import abandon_output
from needlecare.errors import NeedlecareError, ScheduleError

FOR_YOU = "For you"
FOR_CLINICS = "For clinics"
INTERRUPTED = 130


class PlanByDefault(TyperGroup):
    """The commands; a first word that is none of them is the WHEN of plan."""

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        """Put plan before anything that is neither a command nor an option of the group."""
        own = {name for parameter in self.params for name in (*parameter.opts, *parameter.secondary_opts)}
        own |= set(ctx.help_option_names)
        if args and args[0] not in own and args[0].split("=")[0] not in own and args[0] not in self.commands:
            args = ["plan", *args]
        return super().parse_args(ctx, args)

    def shell_complete(self, ctx: Context, incomplete: str) -> list[CompletionItem]:
        """Offer the commands; to a word that is begun, what plan takes as well, since plan may be left out."""
        found = super().shell_complete(ctx, incomplete)
        if not incomplete:
            return found
        plan = self.commands["plan"]
        inner = plan.make_context("plan", [], parent=ctx, resilient_parsing=True)
        asked = plan if incomplete.startswith("-") else plan.params[0]
        return [*found, *completion.offered(asked, inner, incomplete)]


app = typer.Typer(
    name="needlecare",
    cls=PlanByDefault,
    add_completion=False,  # the options below tell what goes wrong as every other command does
    invoke_without_command=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
    epilog=plan_command.EXAMPLES,
)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"needlecare {__version__}")
        raise typer.Exit


@app.callback()
def needlecare(
    ctx: typer.Context,
    version: Annotated[  # noqa: ARG001  its callback prints it
        bool,
        typer.Option("--version", help="Show the version.", is_eager=True, callback=_print_version),
    ] = False,
    install_completion: Annotated[  # noqa: ARG001  as above
        bool,
        typer.Option(
            "--install-completion",
            help="Install completion for the shell you are in: bash, zsh or fish.",
            is_eager=True,
            callback=completion.install,
        ),
    ] = False,
    show_completion: Annotated[  # noqa: ARG001  as above
        bool,
        typer.Option(
            "--show-completion",
            help="Print that completion, to put it where you like.",
            is_eager=True,
            callback=completion.show,
        ),
    ] = False,
) -> None:
    """The days around microneedling: what to avoid and until when, what to do, and who says so.

    needlecare WHEN is short for needlecare plan WHEN.
    needlecare alone tells what holds now for the saved treatment, if there is one.
    """
    if ctx.invoked_subcommand is not None:
        return
    if saved_command.load_saved():
        status_command.status(ctx)
    else:
        print(ctx.get_help())


app.command("plan", rich_help_panel=FOR_YOU, epilog=plan_command.EXAMPLES)(plan_command.plan)
app.command("status", rich_help_panel=FOR_YOU, epilog=status_command.EXAMPLES)(status_command.status)
app.command("can", rich_help_panel=FOR_YOU, epilog=can_command.EXAMPLES)(can_command.can)
app.command("why", rich_help_panel=FOR_YOU, epilog=why_command.EXAMPLES)(why_command.why)
app.command("course", rich_help_panel=FOR_YOU, epilog=course_command.EXAMPLES)(course_command.course)
app.command("cancel", rich_help_panel=FOR_YOU, epilog=calendar_command.EXAMPLES)(calendar_command.cancel)
app.command("saved", rich_help_panel=FOR_YOU, epilog=saved_command.EXAMPLES)(saved_command.saved)
app.command("batch", rich_help_panel=FOR_CLINICS, epilog=batch_command.EXAMPLES)(batch_command.batch)
app.add_typer(schedule_command.app, name="schedule", rich_help_panel=FOR_CLINICS)


def run(args: list[str]) -> int:  # noqa: PLR0911  a return for each way to end
    """Run a command line, and return its exit code; errors are a few lines on standard error."""
    try:
        command = typer.main.get_command(app)
        if asked := os.environ.get(completion.VARIABLE):
            return completion.answer(command, asked)
        result = command.main(args, prog_name="needlecare", standalone_mode=False)
        sys.stdout.flush()
    except ScheduleError as error:  # file:line:column first, so that an editor can go there
        return _complain(str(error), error.exit_code, prefix="")
    except NeedlecareError as error:
        return _complain(str(error), error.exit_code)
    except UsageError as error:
        path = error.ctx.command_path if error.ctx else "needlecare"
        return _complain(f"{error.format_message()}\nTry '{path} --help'.", 2)
    except ClickException as error:
        return _complain(error.format_message(), 2)
    except (KeyboardInterrupt, typer.Abort):
        return _complain("interrupted", INTERRUPTED)
    except (BrokenPipeError, SystemExit):  # who reads has seen enough: Typer makes the one into the other
        abandon_output()
        return 0
    except OSError as error:  # those of files are told where they are opened
        abandon_output()
        return _complain(f"standard output cannot be written: {error.strerror or error}", 5)
    if result == INTERRUPTED:  # what Typer makes of it without a word
        return _complain("interrupted", INTERRUPTED)
    return result if isinstance(result, int) else 0


def _complain(text: str, code: int, *, prefix: str = "needlecare: ") -> int:
    with suppress(OSError):
        print(f"{prefix}{text}", file=sys.stderr, flush=True)
    return code
