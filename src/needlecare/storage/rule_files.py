"""Finding rule files: those that ship with needlecare by their names, those of clinics by their paths."""

import os
from contextlib import suppress
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from needlecare.errors import Problem, ScheduleError, UsageError, nearest, quoted, quoted_path, shown_path
from needlecare.model import Preset, Schedule
from needlecare.storage.files import as_usage_error, file_data

BUILTIN = "microneedling"


@cache
def schedules_folder() -> Path:
    """Return the folder of the rule files that ship with needlecare."""
    installed = find_spec("needlecare.schedules")
    if installed is not None and installed.submodule_search_locations:
        return Path(installed.submodule_search_locations[0])
    return Path(__file__).resolve().parents[3] / "schedules"  # a checkout that is not installed


def template_text(name: str) -> str:
    """Return a template for a clinic's own files. Raises UsageError."""
    return _shipped(schedules_folder() / "template" / name).decode()


def rules_schema() -> bytes:
    """Return the JSON Schema of rule files. Raises UsageError."""
    return _shipped(Path(__file__).resolve().parents[1] / "rules.schema.json")


def _shipped(path: Path) -> bytes:
    """Return a file that ships with needlecare. Raises UsageError."""
    with as_usage_error(f"{quoted(path.name)}, which ships with needlecare,", "install needlecare again"):
        return path.read_bytes()


def schedule_names() -> list[str]:
    """Return the names of the rule files that ship with needlecare."""
    return _toml_names(schedules_folder())


def _toml_names(folder: Path) -> list[str]:
    with suppress(OSError):  # a folder that cannot be read counts as empty
        return sorted(path.stem for path in folder.iterdir() if path.suffix == ".toml")
    return []


def builtin_rule_ids() -> list[str]:
    """Return the ids of the rules of every schedule that ships with needlecare."""
    return [rule for name in schedule_names() for rule in load_schedule(name).rules]


def builtin_data(name: str) -> bytes | None:
    """Return the bytes of a rule file that ships with needlecare, or None. Raises UsageError."""
    return _shipped(schedules_folder() / f"{name}.toml") if name in {BUILTIN, *schedule_names()} else None


def schedule_data(name: str) -> tuple[bytes, str]:
    """Return the bytes of a rule file, by the name of a built-in one or by a path, and its name for messages.

    Raises UsageError if there is no such file, or if it cannot be read.
    """
    data = builtin_data(name)
    if data is not None:
        return data, f"{name}.toml"
    from needlecare.rules.load import MAX_RULE_FILE_BYTES

    path = Path(name)
    if not (path.suffix or os.sep in name):
        names = schedule_names() or [BUILTIN]
        raise UsageError(
            f"unknown schedule {quoted(name)}{nearest(name, names)}; "
            f"write {' or '.join(names)}, or the path of a rule file such as clinic.toml"
        )
    with as_usage_error(f"the rule file {quoted(name)}"):
        return file_data(path, MAX_RULE_FILE_BYTES), shown_path(name)


def cases_data(name: str, largest: int) -> tuple[bytes | None, str]:
    """Return the bytes of the worked cases beside a rule file, or None, and the table's name for messages.

    For clinic.toml that is clinic.cases.csv. Reads up to one byte more than `largest`. Raises UsageError if there is
    a table that cannot be read.
    """
    builtin = name in schedule_names()
    path = schedules_folder() / f"{name}.toml" if builtin else Path(name)
    path = path.with_suffix(".cases.csv")
    called = path.name if builtin else shown_path(path)
    with as_usage_error(f"the worked cases {quoted_path(called)}"):
        there = path.exists() or path.is_symlink()
        return file_data(path, largest) if there else None, called


def load_schedule(name: str) -> Schedule:
    """Return a checked schedule. Raises UsageError or ScheduleError.

    For a schedule that ships with needlecare, the prepared file is read if it is up to date.
    """
    data, file = schedule_data(name)
    ships = name in schedule_names()
    if ships:
        from needlecare.rules.prepared import SUFFIX, prepared_schedule

        with suppress(OSError):  # without a prepared file, the rule file itself is read
            found = (schedules_folder() / f"{name}{SUFFIX}").read_bytes()
            if (schedule := prepared_schedule(found, data)) is not None:
                return schedule
    from needlecare.rules.load import read_schedule

    try:
        return read_schedule(data, file=file, base=builtin_data)
    except ScheduleError as error:
        if not ships:
            raise
        remedy = Problem(
            where="", what="it ships with needlecare; unless you edited it, install needlecare again"
        )
        raise ScheduleError(file, [*error.problems, remedy]) from None


# Presets ------------------------------------------------------------------------------------------


def preset_names() -> list[str]:
    """Return the names of the booking systems whose exports are known."""
    return _toml_names(schedules_folder() / "exports")


def load_preset(name: str) -> Preset:
    """Return how to read an export, by the name of a booking system or by the path of a preset.

    Raises UsageError if there is no such preset, and ScheduleError for problems in it.
    """
    from needlecare.rules.load import MAX_RULE_FILE_BYTES, read_preset

    names = preset_names()
    if name.casefold() in names:
        name = name.casefold()
        data = _shipped(schedules_folder() / "exports" / f"{name}.toml")
        return read_preset(data, name=name, file=f"{name}.toml")
    path = Path(name)
    if not (path.suffix or os.sep in name):
        raise UsageError(
            f"unknown preset {quoted(name)}{nearest(name, names)}; write one of {', '.join(names)}, "
            "the path of a file of your own, or list"
        )
    with as_usage_error(f"the preset {quoted_path(name)}"):
        data = file_data(path, MAX_RULE_FILE_BYTES)
    return read_preset(data, name=path.stem, file=name)
