"""Every private name of Typer that needlecare uses, in one place.

If a newer Typer has moved one of them, a public name replaces it; if there is none, only shell completion stops
working. Since 0.29 Typer reads the values of all parameters with pydantic, whose import takes half as long as a
whole command; avoid_pydantic() makes it read the few types that needlecare has without pydantic.
"""

from collections.abc import Callable
from contextlib import suppress
from enum import Enum
from typing import TYPE_CHECKING, Any, get_args, get_origin

import typer.core

if TYPE_CHECKING:
    from typer._click.core import Command, Context, Parameter
    from typer._click.exceptions import ClickException, UsageError
else:
    # Typer has had its own copy of click since 0.26. Its public classes are children of these.
    Command, Context, Parameter = Any, typer.Context, Any
    UsageError, ClickException = typer.BadParameter.__mro__[1:3]

with suppress(ImportError):  # if one of these is missing, completion.py cannot be imported
    from typer._click.core import Command
    from typer._click.shell_completion import _resolve_context as resolve_context
    from typer._click.shell_completion import _resolve_incomplete as resolve_incomplete
    from typer._click.shell_completion import split_arg_string as split_line
    from typer._completion_shared import _completion_scripts as completion_scripts
    from typer._completion_shared import _get_shell_name as shell_name
    from typer._completion_shared import get_completion_script
    from typer._completion_shared import install as write_completion

__all__ = [
    "ClickException",
    "Command",
    "Context",
    "Parameter",
    "UsageError",
    "avoid_pydantic",
    "completion_scripts",
    "get_completion_script",
    "resolve_context",
    "resolve_incomplete",
    "shell_name",
    "split_line",
    "write_completion",
]


def avoid_pydantic() -> None:
    """Let Typer read texts, whole numbers, choices and parameters with their own parser without pydantic.

    Does nothing below Typer 0.29, or if a newer one works differently.
    """
    theirs: Any = getattr(typer.core, "build_runtime_param", None)
    if not getattr(theirs, "__module__", "").startswith("typer."):
        return

    def reader(description: Any) -> Any:
        try:
            return _ValueReader(description.annotation, description.parameter_info)
        except (AttributeError, NotImplementedError):
            return theirs(description)

    setattr(typer.core, "build_runtime_param", reader)  # noqa: B010  not among its names before 0.29


class _ValueReader:
    """Reads the values of one parameter. Raises NotImplementedError for a type that it doesn't know."""

    def __init__(self, annotation: Any, info: Any) -> None:
        self.many = get_origin(annotation) is list
        element = get_args(annotation)[0] if self.many else annotation
        self.read = _converter(element, info)

    def coerce(self, value: Any, *, param: Any, ctx: Any) -> Any:  # noqa: ARG002  as Typer calls it
        """Convert a value that was typed, or the default. Raises BadParameter."""
        if param.multiple or param.nargs == -1:
            return [self.read(element) for element in value or ()]
        return None if value is None else self.read(value)


def _converter(annotation: Any, info: Any) -> Callable[[Any], Any]:
    """Return a function that converts one value of a type. Raises NotImplementedError."""
    if info.parser is not None:
        parser: Callable[[Any], Any] = info.parser
        return parser
    if annotation in {str, bool}:
        return annotation  # type: ignore[no-any-return]  # a type, which is a function too
    if annotation is int:
        return lambda value: _whole_number(value, info.min, info.max)
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return lambda value: _choice(value, annotation, fold=not info.case_sensitive)
    raise NotImplementedError


def _whole_number(value: Any, least: float | None, most: float | None) -> int:
    try:
        number = int(value)
    except ValueError:
        raise typer.BadParameter(
            f"{value!r} is not a whole number; write one in figures, such as 3."
        ) from None
    if (least is not None and number < least) or (most is not None and number > most):
        bounds = f"{least} or more" if most is None else f"from {least} to {most}"
        raise typer.BadParameter(f"{number} is out of range; write a number {bounds}.")
    return number


def _choice(value: Any, choices: type[Enum], *, fold: bool) -> Enum:
    for choice in choices:
        if value in {choice, choice.value} or (
            fold and str(value).casefold() == str(choice.value).casefold()
        ):
            return choice
    raise typer.BadParameter(
        f"{value!r} is not a choice; write one of {', '.join(str(known.value) for known in choices)}."
    )
