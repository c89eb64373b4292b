"""needlecare saved: the treatments that plan --save keeps, in one file of the user's data folder."""

from contextlib import suppress
from typing import Annotated

from needlecare.cli import options, terminal
from needlecare.cli.saved_treatments import current_saved, load_saved, nothing_saved, saved_file
from needlecare.errors import UsageError, quoted
from needlecare.storage.files import locked_folder, remove_file, write_file
from needlecare.storage.saved import SavedTreatment, named, saved_bytes

EXAMPLES = """
  needlecare yesterday 2:30pm --prp --save
  needlecare saved
  needlecare saved --name "left cheek"
  needlecare saved --forget 1
"""


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
