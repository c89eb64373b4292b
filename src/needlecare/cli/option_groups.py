"""Options that several commands share, as one parameter of each command's function.

A command has a parameter such as `chosen: PlanOptions`, where PlanOptions is an OptionGroup, and gets one value.
Typer doesn't know groups, so it is shown a function with a parameter for each option. Help, completion and the man
page therefore list the options as if the command named each.
"""

import inspect
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

from msgspec import Struct


class OptionGroup(Struct, frozen=True, kw_only=True):
    """Options that belong together. Each field is an option, annotated for Typer, with its default."""


def with_single_options(command: Callable[..., None]) -> Callable[..., None]:
    """Wrap a command's function for Typer: the options of its groups become parameters of their own."""
    signature = inspect.signature(command)
    groups = {name: p.annotation for name, p in signature.parameters.items() if _is_group(p.annotation)}
    parameters: list[inspect.Parameter] = []
    for parameter in signature.parameters.values():
        group = groups.get(parameter.name)
        parameters += [parameter] if group is None else _options(group)

    @wraps(command)
    def run(**values: Any) -> None:
        for name, group in groups.items():
            values[name] = group(**{option: values.pop(option) for option in group.__struct_fields__})
        command(**values)

    run.__annotations__ = {option.name: option.annotation for option in parameters}
    setattr(run, "__signature__", signature.replace(parameters=parameters))  # noqa: B010  unknown to its type
    return run


def _is_group(annotation: object) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, OptionGroup)


def _options(group: type[OptionGroup]) -> Iterator[inspect.Parameter]:
    """Yield the options of a group. inspect.signature would give the same, but takes much longer for a class."""
    for name, default in zip(group.__struct_fields__, group.__struct_defaults__, strict=True):
        annotation = group.__annotations__[name]
        yield inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
