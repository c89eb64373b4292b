"""The saved treatments as commands use them. Their file is read and written here, and by needlecare saved.

needlecare.storage.saved defines the format of the file.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import NoReturn

import typer
from msgspec import Struct
from msgspec.structs import replace

from needlecare.cli import options, terminal
from needlecare.errors import UsageError, quoted_path
from needlecare.model import Plan, Treatment
from needlecare.plan.combine import plan
from needlecare.plan.overrides import checked_overrides
from needlecare.storage.files import as_usage_error, file_data, locked_folder, write_file
from needlecare.storage.rule_files import load_schedule, schedule_names
from needlecare.storage.saved import (
    MAX_FILE_BYTES,
    SavedTreatment,
    current_treatment,
    read_saved,
    saved_bytes,
    with_treatment,
)
from needlecare.time.parsing import DateOrder


def saved_file() -> Path:
    """Return the path of the saved treatments; the file need not exist. Raises UsageError without a home folder."""
    from platformdirs import user_data_path

    # Without a home folder, platformdirs raises RuntimeError since 4.12; older ones give a folder below "./~".
    with suppress(RuntimeError):
        folder = user_data_path("needlecare", appauthor=False)
        if folder.is_absolute():
            return folder / "treatments.json"
    raise UsageError(
        "cannot find a folder for saved treatments: there is no home folder; set HOME or XDG_DATA_HOME"
    )


def load_saved() -> tuple[SavedTreatment, ...]:
    """Read the saved treatments; without a file, there are none. Raises UsageError."""
    path = saved_file()
    with (
        as_usage_error(
            f"the file of saved treatments {quoted_path(path)}", "make it readable, or move it away"
        ),
        suppress(FileNotFoundError, NotADirectoryError),
    ):
        return read_saved(file_data(path, MAX_FILE_BYTES), str(path))
    return ()


def save_treatment(treatment: Treatment, *, schedule: str, follow: list[str] | None) -> None:
    """Save a treatment, and say so on standard error. Raises UsageError or WriteError."""
    name = schedule if schedule in schedule_names() else str(Path(schedule).absolute())
    new = SavedTreatment(treatment=treatment, schedule=name, follow=tuple(dict.fromkeys(follow or ())))
    file = saved_file()
    with locked_folder(file.parent):  # so that nothing is lost that another process saves at the same time
        saved = load_saved()
        known = new in [replace(old, name="") for old in saved]
        if not known:
            write_file(file, saved_bytes(with_treatment(saved, new)), force=True)
    if known:
        what = "Already saved"
    elif any(old.day == new.day for old in saved):
        what = "Saved, replacing the treatment saved for that day"
    else:
        what = "Saved"
    terminal.say(f"{what}. To see where you are today: needlecare status")


class Current(Struct, frozen=True, kw_only=True):
    """The plan that a command is about, the moment (UTC) to look at it, and the name of the treatment."""

    plan: Plan
    now: datetime
    name: str = ""


def current_plan(ctx: typer.Context, treated: str | None, chosen: options.PlanOptions) -> Current:
    """Make the plan of --treated, or else of the current saved treatment: for a question about one of them.

    Options that were typed override what is saved; those from the environment don't. A saved override of a rule that
    no longer exists is left out. Raises UsageError if nothing is saved.
    """
    if treated is not None:
        made, now = options.planned(treated, chosen)
        return Current(plan=made, now=now)
    zone = options.zone_of(chosen.tz) if options.was_typed(ctx, "tz") else None
    known = load_saved()
    if zone is not None:
        known = tuple(replace(saved, treatment=replace(saved.treatment, zone=zone)) for saved in known)
    current = current_saved(known, chosen.as_of, chosen.dates)
    if current is None:
        nothing_saved()
    rules = load_schedule(chosen.schedule if options.was_typed(ctx, "schedule") else current.schedule)
    typed = [name for name in ("prp", "skin_type", "scars") if options.was_typed(ctx, name)]
    overrides = checked_overrides(chosen.override or (), rules) or current.treatment.overrides
    treatment = replace(
        current.treatment, **{name: getattr(chosen, name) for name in typed}, overrides=overrides
    )
    made = plan(treatment, rules, follow=chosen.follow or current.follow)
    now = options.moment_of(chosen.as_of, treatment.zone, chosen.dates)
    return Current(plan=made, now=now, name=current.name)


def options_as_saved(
    ctx: typer.Context, chosen: options.PlanOptions
) -> tuple[options.PlanOptions, SavedTreatment | None]:
    """Return the options of a new plan, completed from the current saved treatment, and that treatment.

    For a calendar of that treatment, or for a treatment on another day with the same options. Saved overrides are
    checked like those that were typed. Without a saved treatment the options stay as they are.
    """
    saved = current_saved(load_saved(), chosen.as_of, chosen.dates)
    return (chosen if saved is None else chosen.completed_from(ctx, saved)), saved


def current_saved(
    kept: Sequence[SavedTreatment], as_of: str | None = None, dates: DateOrder | None = None
) -> SavedTreatment | None:
    """Return the treatment that status shows at the time of --as-of, or now; None if nothing is saved.

    Raises UsageError, of which WrongClock is one.
    """
    return current_treatment(kept, lambda zone: options.moment_of(as_of, zone, dates, say=False))


def nothing_saved() -> NoReturn:
    """Raise the UsageError that explains how to save a treatment."""
    raise UsageError(
        "no treatment is saved; save yours with needlecare plan WHEN --save, "
        "such as needlecare plan yesterday 2:30pm --save, or add --treated WHEN"
    )
