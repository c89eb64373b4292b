"""needlecare saved: the treatments that plan --save keeps, in one file of the user's data folder.

This is where that file is read and written; needlecare.storage.saved defines its format.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from msgspec import Struct
from msgspec.structs import replace

from needlecare.cli import options, terminal
from needlecare.errors import UsageError, quoted, quoted_path
from needlecare.model import Plan, Treatment
from needlecare.plan.combine import plan
from needlecare.plan.overrides import checked_overrides
from needlecare.storage.files import as_usage_error, file_data, locked_folder, remove_file, write_file
from needlecare.storage.rule_files import load_schedule, schedule_names
from needlecare.storage.saved import (
    MAX_FILE_BYTES,
    SavedTreatment,
    current_treatment,
    named,
    read_saved,
    saved_bytes,
    with_treatment,
)
from needlecare.time.parsing import DateOrder

EXAMPLES = """
  needlecare yesterday 2:30pm --prp --save
  needlecare saved
  needlecare saved --name "left cheek"
  needlecare saved --forget 1
"""


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
    """Read the saved treatments; none if there is no file. Raises UsageError."""
    path = saved_file()
    with (
        as_usage_error(
            f"the file of saved treatments {quoted_path(path)}", "make it readable, or move it away"
        ),
        suppress(FileNotFoundError, NotADirectoryError),
    ):
        return read_saved(file_data(path, MAX_FILE_BYTES), str(path))
    return ()


def save(treatment: Treatment, *, schedule: str, follow: list[str] | None) -> None:
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
    """Make the plan of --treated, or else of the current saved treatment.

    Options that were typed override what is saved; those from the environment don't. Raises UsageError if
    nothing is saved.
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


def saved(
    number: Annotated[
        int | None, options.argument("[N]", "With --name: the treatment to name; else the current one.")
    ] = None,
    name: Annotated[
        str | None,
        options.option("--name NAME", 'What you call it, such as "left cheek". It stays on this machine.'),
    ] = None,
    forget: Annotated[
        str | None, options.option("--forget N|all", "Remove the treatment with this number, or all of them.")
    ] = None,
    json: options.Json = False,
) -> None:
    """List the saved treatments and mark the one that status shows; name one, or forget one."""
    if number is not None and name is None:
        raise UsageError(f"the number {number} needs --name; write needlecare saved {number} --name NAME")
    kept = load_saved() if forget is None else _forget(forget)
    if forget is not None:
        terminal.say("Removed.")
    if name is not None:
        kept = _name(number, name)
        terminal.say("Named." if name.strip() else "Name removed.")
    current = None
    with suppress(options.WrongClock):  # then none is marked, since status would show none
        current = current_saved(kept)
    if json:
        from needlecare.output.json.saved import saved_json

        terminal.print_bytes(saved_json(kept, current).encode())
    elif kept:
        from needlecare.output.terminal.saved import saved_text

        with terminal.local_clock():
            terminal.print_text(saved_text(kept, current))
    else:
        terminal.say("No treatment is saved. To save one: needlecare plan WHEN --save")


def _name(number: int | None, name: str) -> tuple[SavedTreatment, ...]:
    """Name the saved treatment with a number, or the current one. Raises UsageError or WriteError."""
    file = saved_file()
    if not load_saved():
        nothing_saved()
    with locked_folder(file.parent):
        kept = load_saved()
        if number is not None and not 1 <= number <= len(kept):
            raise UsageError(f"there is no saved treatment {number}; write a number from 1 to {len(kept)}")
        chosen = current_saved(kept) if number is None else kept[number - 1]
        kept = tuple(named(saved, name) if saved is chosen else saved for saved in kept)
        write_file(file, saved_bytes(kept), force=True)
    return kept


def _forget(which: str) -> tuple[SavedTreatment, ...]:
    """Forget one saved treatment or all, and return the others. Raises UsageError or WriteError."""
    file = saved_file()
    everything = which.strip().casefold() == "all"
    if not file.parent.is_dir():  # nothing was ever saved, so no folder is created
        return () if everything else _without((), which)
    with locked_folder(file.parent):
        kept = () if everything else _without(load_saved(), which)  # all: even of a file that is damaged
        if kept:
            write_file(file, saved_bytes(kept), force=True)
        else:
            remove_file(file)
    return kept


def _without(kept: tuple[SavedTreatment, ...], number: str) -> tuple[SavedTreatment, ...]:
    """Return the saved treatments without the one with a number. Raises UsageError."""
    left = tuple(saved for place, saved in enumerate(kept, start=1) if str(place) != number.strip())
    if len(left) == len(kept):
        instead = f"write a number from 1 to {len(kept)}, or all" if kept else "nothing is saved"
        raise UsageError(f"there is no saved treatment {quoted(number)}; {instead}")
    return left
