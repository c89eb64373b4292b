"""The program: its commands, its help, and what it does with errors.

The module of a command is imported only when the command is called. Most of what it imports is of no use
to the other commands, and importing takes up most of the start.
"""

import os
import sys
from contextlib import suppress
from importlib import import_module
from types import ModuleType
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from needlecare import __version__, interruption
from needlecare.cli import terminal
from needlecare.cli.option_groups import with_single_options
from needlecare.cli.typer_compat import (
    ClickException,
    Command,
    Context,
    UsageError,
    avoid_pydantic,
)
from needlecare.errors import NeedlecareError, ScheduleError, nearest, quoted

# Set by a shell that asks for completions, to complete_bash, complete_zsh or complete_fish.
COMPLETION_VARIABLE = "_NEEDLECARE_COMPLETE"
INTERRUPTED = 130
# How similar (by difflib's ratio) a word must be to a command to count as a typing mistake for it: one letter
# of five may be wrong, or "wy" for "why".
_SIMILAR_COMMAND = 0.8

# The commands in the order of the help, each with its panel.
_FOR_YOU = ("plan", "status", "can", "normal", "why", "ready-by", "course", "cancel", "saved")
_PANELS = {**dict.fromkeys(_FOR_YOU, "For you"), "batch": "For clinics", "schedule": "For clinics"}


class PlanByDefault(TyperGroup):
    """The commands. If the first word is not one of them, it is the WHEN of plan."""

    def list_commands(self, ctx: Context) -> list[str]:  # noqa: ARG002  as Typer calls it
        """List the names of the commands, in the order of the help."""
        return list(_PANELS)

    def get_command(self, ctx: Context, cmd_name: str) -> Command | None:  # noqa: ARG002  as Typer calls it
        """Import the module of a command; None if there is no such command."""
        if cmd_name in _PANELS and cmd_name not in self.commands:
            self.commands[cmd_name] = _command(cmd_name)
        return self.commands.get(cmd_name)

    def format_help(self, ctx: Context, formatter: Any) -> None:
        """Write the help, with the examples of plan, whose name may be left out."""
        plan = self.get_command(ctx, "plan")
        self.epilog = plan.epilog if plan else None
        super().format_help(ctx, formatter)

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        """Insert "plan" before anything that is neither a command nor an option of the program.

        Raises UsageError for a word that is almost a command. No word that can begin a date is.
        """
        own = {name for parameter in self.params for name in (*parameter.opts, *parameter.secondary_opts)}
        own |= set(ctx.help_option_names)
        if args and args[0] not in own and args[0].split("=")[0] not in own and args[0] not in _PANELS:
            if args[0].isalpha() and (hint := nearest(args[0], _PANELS, _SIMILAR_COMMAND)):
                _answer_emergency(args)
                raise UsageError(f"{quoted(args[0])} is neither a command nor a date{hint}", ctx)
            args = ["plan", *args]
        return super().parse_args(ctx, args)


def _answer_emergency(args: list[str]) -> None:
    """Answer words that describe an emergency ("can't breathe") before a command is suggested for them."""
    from needlecare.cli.emergency import answer_emergency
    from needlecare.cli.options import PrintOptions
    from needlecare.storage.rule_files import BUILTIN, load_schedule

    with suppress(NeedlecareError):
        answer_emergency(" ".join(args), load_schedule(BUILTIN), PrintOptions())


def _command(name: str) -> Command:
    function = name.replace("-", "_")
    module = import_module(f"needlecare.cli.commands.{function}")
    own = getattr(module, "app", None)
    if own is None:
        own = typer.Typer(add_completion=False, rich_markup_mode="rich")
        own.command(name)(with_single_options(getattr(module, function)))
    command = typer.main.get_command(own)
    command.name = name
    inner = getattr(command, "commands", {}).values()
    for described in (command, *inner):
        described.help = _unwrapped(described.help or "")
    for leaf in inner or [command]:
        leaf.epilog = f"\nExamples:\n{module.EXAMPLES}"
    setattr(command, "rich_help_panel", _PANELS[name])  # noqa: B010  TyperCommand and TyperGroup have it, their base not
    return command


def _unwrapped(text: str) -> str:
    """Join the lines of each paragraph: Typer keeps the line ends of a docstring from its second paragraph on."""
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in text.split("\n\n"))


app = typer.Typer(
    name="needlecare",
    cls=PlanByDefault,
    add_completion=False,  # our own options below report errors as every other command does
    invoke_without_command=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"needlecare {__version__}")
        raise typer.Exit


def _install_completion(wanted: bool) -> None:
    if wanted:
        _completion().install()


def _show_completion(wanted: bool) -> None:
    if wanted:
        _completion().show()


def _completion() -> ModuleType:
    """Import the module of shell completion. Raises NeedlecareError if this version of Typer lacks what it needs."""
    try:
        return import_module("needlecare.cli.completion")
    except ImportError as error:
        raise NeedlecareError(
            f"completion does not work with Typer {typer.__version__} ({error.name}); install another version"
        ) from None


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
            help="Install completion for your shell: bash, zsh or fish.",
            is_eager=True,
            callback=_install_completion,
        ),
    ] = False,
    show_completion: Annotated[  # noqa: ARG001  as above
        bool,
        typer.Option(
            "--show-completion",
            help="Print the completion script instead of installing it.",
            is_eager=True,
            callback=_show_completion,
        ),
    ] = False,
) -> None:
    """The days around microneedling: what to avoid and until when, what to do, and who says so.

    needlecare WHEN is short for needlecare plan WHEN.
    needlecare alone shows where you are today, if you have saved a treatment.
    """
    if ctx.invoked_subcommand is not None:
        return
    from needlecare.cli.saved_treatments import load_saved

    if load_saved():
        status = _command("status")
        with status.make_context("status", [], parent=ctx) as own:
            status.invoke(own)
    else:
        print(ctx.get_help())


def run(args: list[str]) -> int:  # noqa: PLR0911  a return for each way to end
    """Run a command line, and return its exit code. Errors are reported in a few lines on standard error.

    Interruptions, and what Python raises for damaged compiled code (EOFError), are left to __main__.py.
    """
    _ignore_impossible_sizes()
    avoid_pydantic()
    try:
        command = typer.main.get_command(app)
        if instruction := os.environ.get(COMPLETION_VARIABLE):
            code: int = _completion().answer_shell(command, instruction)
            return code
        result = command.main(args, prog_name="needlecare", standalone_mode=False)
        sys.stdout.flush()
        interruption.check()
    except ScheduleError as error:  # file:line:column first, so that an editor can go there
        return _complain(str(error), error.exit_code, prefix="")
    except NeedlecareError as error:
        return _complain(str(error), error.exit_code)
    except UsageError as error:
        path = error.ctx.command_path if error.ctx else "needlecare"
        return _complain(f"{error.format_message()}\nTry '{path} --help'.", 2)
    except ClickException as error:
        return _complain(error.format_message(), 2)
    except typer.Abort as error:  # made by Typer from an EOFError
        raise error.__cause__ or error from None
    except (
        BrokenPipeError,
        SystemExit,
    ):  # the reader (a pager, head) has closed the pipe; Typer makes it SystemExit
        terminal.redirect_to_devnull(sys.stdout)
        return 0
    except OSError as error:  # errors of files are already reported where the files are opened
        terminal.redirect_to_devnull(sys.stdout)
        if error.filename is not None:
            return _complain(f"{quoted(str(error.filename))} cannot be used: {error.strerror or error}", 2)
        return _complain(f"standard output cannot be written: {error.strerror or error}", 5)
    if result == INTERRUPTED:  # Typer returns this code for Ctrl-C
        raise KeyboardInterrupt
    return result if isinstance(result, int) else 0


def _ignore_impossible_sizes() -> None:
    """Remove terminal sizes that cannot be right from the environment, on which libraries would fail."""
    for name in ("COLUMNS", "LINES", "TERMINAL_WIDTH"):
        size = os.environ.get(name, "")
        if not (size.isascii() and size.isdigit() and len(size) <= 4 and int(size) > 0):
            os.environ.pop(name, None)


def _complain(text: str, code: int, *, prefix: str = "needlecare: ") -> int:
    terminal.say(f"{prefix}{text}")
    return code
