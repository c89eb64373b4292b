"""Options that several commands share, as one parameter of each command's function.

A command says `chosen: PlanOptions`, where PlanOptions is an OptionGroup, and gets one value. Typer, which knows
nothing of groups, is shown a function with a parameter for each option; so help, completion and the man page list
the options in the place of the group.
"""

import inspect
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from msgspec import Struct


class OptionGroup(Struct, frozen=True, kw_only=True):
    """Options that belong together: each field is one, annotated for Typer, with its default."""


def with_single_options(command: Callable[..., None]) -> Callable[..., None]:
    """Return a command's function as Typer needs it: with the options of its groups one by one."""
    signature = inspect.signature(command)
    groups = {name: p.annotation for name, p in signature.parameters.items() if _is_group(p.annotation)}

    def single(parameter: inspect.Parameter) -> Iterable[inspect.Parameter]:
        group = groups.get(parameter.name)
        return (parameter,) if group is None else inspect.signature(group).parameters.values()

    parameters = [option for parameter in signature.parameters.values() for option in single(parameter)]

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
