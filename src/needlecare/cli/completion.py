"""Shell completion: what a shell can offer next, and its installation for bash, zsh and fish.

Offers come from the rule files, the time zones and the saved treatments, and are looked up only when a
shell asks. On any error nothing is offered: a message would end up in the middle of the line being typed.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from errno import ENOENT
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import typer

from needlecare.cli import terminal
from needlecare.cli.app import COMPLETION_VARIABLE
from needlecare.cli.typer_compat import (
    BashComplete,
    Command,
    CompletionItem,
    Context,
    FishComplete,
    Parameter,
    ShellComplete,
    ZshComplete,
    add_completion_class,
    completion_scripts,
    get_completion_script,
    resolve_context,
    resolve_incomplete,
    shell_complete,
    shell_name,
    write_completion,
)
from needlecare.errors import UsageError, WriteError, quoted, shown

if TYPE_CHECKING:
    from needlecare.model import Rule, Schedule

Offer = tuple[str, str]  # what can be typed, and what it means; "" if it needs no explanation

PROGRAM = "needlecare"
SHELLS = ("bash", "zsh", "fish")

_RULE_FILE, _CALENDAR_FILE = ".toml", ".ics"
# What every shell takes as one word without quotes. Other file names are left to the shell's own completion.
_ONE_WORD = re.compile(r"[\w./+@%,=-]+")
_LONGEST_MEANING = 100  # characters; a terminal shows no more beside an offer

# Typer's own script offers nothing on the first Tab of a session, since zsh loads it on that very Tab; and it
# evaluates the offers as code, which may be titles from anybody's rule file.
_ZSH_SCRIPT = """\
#compdef %(prog_name)s

%(complete_func)s() {
  local -a offers
  offers=("${(@f)$(env _TYPER_COMPLETE_ARGS="${words[1,$CURRENT]}" \\
    %(autocomplete_var)s=complete_zsh ${~words[1]} 2> /dev/null)}")
  if [[ -n "$offers" ]]; then
    _describe %(prog_name)s offers
  else
    _files
  fi
}

if [[ $funcstack[1] == _%(prog_name)s ]]; then
  %(complete_func)s "$@"
else
  compdef %(complete_func)s %(prog_name)s
fi
"""


# Offers -------------------------------------------------------------------------------------------


def schedules(_: Context, incomplete: str) -> Iterator[Offer]:
    """Offer the schedules that ship with needlecare, and the rule files in the folder being typed."""
    from needlecare.storage.rule_files import schedule_names

    for name in schedule_names():
        yield name, "built-in schedule"
    yield from _files(incomplete, _RULE_FILE)


def calendars(_: Context, incomplete: str) -> Iterator[Offer]:
    """Offer the calendar files in the folder being typed."""
    yield from _files(incomplete, _CALENDAR_FILE)


def sources(ctx: Context, _: str) -> Iterator[Offer]:
    """Offer the sources of the schedule that the command will use, with their titles."""
    for source in _schedule(ctx).sources.values():
        yield source.key, source.title


def rules(ctx: Context, incomplete: str) -> list[Offer]:
    """Offer the rules with their titles; once something is typed, also the words for them."""
    known = list(_schedule(ctx).rules.values())
    return _words(known, ctx.params.get("rule"), incomplete) or _ids(known)


def overridden_rules(ctx: Context, _: str) -> Iterator[Offer]:
    """Offer the rules that a clinic's word can replace, with the "=" before its duration."""
    from needlecare.model import Kind

    for rule in _schedule(ctx).rules.values():
        if rule.kind in {Kind.AVOID, Kind.DO, Kind.PREPARE}:
            yield f"{rule.id}=", rule.title


def activities(ctx: Context, incomplete: str) -> list[Offer]:
    """Offer what a plan forbids; once something is typed, also the words for it."""
    from needlecare.model import Kind

    known = list(_schedule(ctx).rules.values())
    forbidden = [rule for rule in known if rule.kind is Kind.AVOID]
    return _words(known, ctx.params.get("activity"), incomplete) or _ids(forbidden)


def signs(ctx: Context, incomplete: str) -> list[Offer]:
    """Offer what is usual and the warning signs; once something is typed, also the words for them."""
    from needlecare.plan.search import SIGNS

    known = [rule for rule in _schedule(ctx).rules.values() if rule.kind in SIGNS]
    return _words(known, ctx.params.get("symptom"), incomplete) or _ids(known)


def zones(_: Context, __: str) -> Iterator[Offer]:
    """Offer the names of the time zones."""
    from needlecare.time.zones import zone_names

    for name in sorted(zone_names()):
        yield name, ""


def days(_: Context, __: str) -> list[Offer]:
    """Offer the words for days."""
    from needlecare.time.parsing import DAY_NAMES

    return [(day, "") for day in ("now", *DAY_NAMES)]


def first_days(ctx: Context, incomplete: str) -> list[Offer]:
    """Offer the words for days; after the first word of WHEN, the options."""
    if ctx.params.get("when"):
        return _options(ctx)
    return days(ctx, incomplete)


def skin_types(_: Context, __: str) -> list[Offer]:
    """Offer the Fitzpatrick types."""
    from needlecare.model import SkinType

    return [(skin_type.name, "") for skin_type in SkinType]


def saved_numbers(_: Context, __: str) -> Iterator[Offer]:
    """Offer the numbers of the saved treatments with their dates, and "all"."""
    from needlecare.cli.commands.saved import load_saved

    for number, treatment in enumerate(load_saved(), start=1):
        yield str(number), f"treated on {treatment.day}"
    yield "all", "every saved treatment"


# What to offer for each parameter, by its name (or its command and name). It is not kept with the parameters,
# where it would slow down every start of the program.
_OFFERS: dict[str, Callable[[Context, str], Iterable[Offer]]] = {
    "when": first_days,
    "treated": days,
    "at": days,
    "as_of": days,
    "skin_type": skin_types,
    "tz": zones,
    "schedule": schedules,
    "follow": sources,
    "rule": rules,
    "override": overridden_rules,
    "activity": activities,
    "symptom": signs,
    "forget": saved_numbers,
    "cancel file": calendars,
    "show name": schedules,
    "check files": schedules,
    "diff before": schedules,
    "diff after": schedules,
}


_FOR_SAVED = frozenset({"status", "can", "normal", "why"})  # commands that use the saved treatment


def offered(completed: Command | Parameter, ctx: Context, incomplete: str) -> list[CompletionItem]:
    """Return the offers for a word that has been begun; a command offers its options and commands."""
    name = completed.name or ""
    offers = _OFFERS.get(name) or _OFFERS.get(f"{ctx.command.name} {name}")
    if offers is None or isinstance(completed, Command):
        return completed.shell_complete(ctx, incomplete)
    return [
        CompletionItem(value, help=meaning)
        for value, meaning in offers(ctx, incomplete)
        if value.startswith(incomplete)
    ]


def _schedule(ctx: Context) -> "Schedule":
    """Load the schedule that the command line names so far; some commands use the saved treatment's."""
    from needlecare.cli.commands.saved import load_saved
    from needlecare.cli.options import clock, typed
    from needlecare.storage.rule_files import BUILTIN, load_schedule
    from needlecare.storage.saved import in_force

    named = typed(ctx, "schedule")
    if not named and not ctx.params.get("treated") and ctx.command.name in _FOR_SAVED:
        now = clock()
        saved = in_force(load_saved(), lambda _: now)
        if saved is not None:
            return load_schedule(saved.schedule)
    return load_schedule(ctx.params.get("schedule") or BUILTIN)


def _ids(rules: Iterable["Rule"]) -> list[Offer]:
    return [(rule.id, rule.title) for rule in rules]


def _words(rules: Sequence["Rule"], before: Iterable[str] | None, incomplete: str) -> list[Offer]:
    """Offer words for rules that continue what is typed: "tub" after "hot", "hot-tub" after "ho"."""
    from needlecare.plan.language import normalize
    from needlecare.plan.search import known_words

    typed = normalize(" ".join(before or ())).split()
    known = [(normalize(words).split(), rule.title) for rule in rules for words in known_words(rule)]
    begun = [("-".join(words[len(typed) :]), title) for words, title in known if words[: len(typed)] == typed]
    if typed and any(word and word.startswith(incomplete) for word, _ in begun):
        return _well_spelled(begun, incomplete)
    return (
        _well_spelled([("-".join(words), title) for words, title in known], incomplete) if incomplete else []
    )


def _well_spelled(offers: Sequence[Offer], incomplete: str) -> list[Offer]:
    """Return the offers that continue what is typed, without misspellings: words of a rule that differ by a typing
    mistake from an earlier word of it. A plural is not a misspelling.
    """
    from needlecare.plan.language import one_slip_apart

    def misspelt(place: int, word: str, title: str) -> bool:
        return any(
            of == title and one_slip_apart(word, other) and word not in {f"{other}s", other.removesuffix("s")}
            for other, of in offers[:place]
        )

    return [
        (word, title)
        for place, (word, title) in enumerate(offers)
        if word.startswith(incomplete) and not misspelt(place, word, title)
    ]


def _files(incomplete: str, suffix: str) -> Iterator[Offer]:
    folder = incomplete.rpartition("/")[0] + "/" if "/" in incomplete else ""
    for path in sorted(Path(folder).iterdir()):
        if path.suffix == suffix and path.is_file():
            yield folder + path.name, ""


def _options(ctx: Context) -> list[Offer]:
    found = ctx.command.shell_complete(ctx, "--")
    return [(offer.value, offer.help or "") for offer in found]


# Shells -------------------------------------------------------------------------------------------


class _Offering(ShellComplete):
    """What can come next, each once, with its meaning on the same line."""

    before_meaning = ""  # what separates an offer from its meaning; bash shows no meanings

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem]:
        """Return the offers; if there is nothing else, the options of the command.

        In "--tz=Eu", the "=" is a separate word in bash; in the other shells all of it is one word.
        """
        args = [arg for arg in args if arg != "="]
        option = re.match("(--[a-z-]+)=", incomplete)
        if option is not None:
            args, incomplete = [*args, option[1]], incomplete[option.end() :]
        ctx = resolve_context(self.cli, self.ctx_args, self.prog_name, args)
        completed, begun = resolve_incomplete(ctx, args, incomplete)
        found = offered(completed, ctx, begun)
        if completed is ctx.command and not (found or incomplete):
            found = completed.shell_complete(ctx, "--")
        meanings = {item.value: item.help or "" for item in found if _ONE_WORD.fullmatch(item.value)}
        prefix = "" if option is None else option[0]
        return [
            CompletionItem(prefix + value, help=shown(" ".join(meaning.split()), _LONGEST_MEANING))
            for value, meaning in meanings.items()
        ]

    def format_completion(self, item: CompletionItem) -> str:
        """Write an offer on one line. Typer would wrap long meanings."""
        meaning = f"{self.before_meaning}{item.help}" if self.before_meaning and item.help else ""
        return f"{item.value}{meaning}"


class _Bash(_Offering, BashComplete):
    pass


class _Zsh(_Offering, ZshComplete):
    source_template = _ZSH_SCRIPT
    before_meaning = ":"  # as _describe reads it
    complete = ShellComplete.complete


class _Fish(_Offering, FishComplete):
    before_meaning = "\t"


def answer(command: Command, instruction: str) -> int:
    """Answer a shell, and return the exit code, from which fish sees whether there are any offers."""
    for shell, kind in zip(SHELLS, (_Bash, _Zsh, _Fish), strict=True):
        add_completion_class(kind, shell)
    try:
        return shell_complete(command, {}, PROGRAM, COMPLETION_VARIABLE, instruction)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    except Exception:  # noqa: BLE001  whatever the error is, it must not disturb the line being typed
        return 1


# Installation -------------------------------------------------------------------------------------


def install() -> NoReturn:
    """Install completion for the current shell. Raises UsageError or WriteError."""
    shell = _shell()
    try:
        path = _install_script(shell)
    except (OSError, ValueError, RuntimeError) as error:  # RuntimeError: there is no home folder
        place = getattr(error, "filename", None)
        what = getattr(error, "strerror", None) or str(error)
        raise WriteError(
            f"the completion of {shell} cannot be installed: {f'{quoted(place, 200)}: ' if place else ''}"
            f"{what}; --show-completion prints it, so that you can install it yourself"
        ) from None
    terminal.say(f"Completion for {shell} is installed in {path}; it works in the next {shell} you start.")
    raise typer.Exit


def _install_script(shell: str) -> Path:
    """Write the completion script where the shell looks for it, and return its path; never create a home folder."""
    if not Path.home().is_dir():
        raise OSError(ENOENT, "there is no such home folder", str(Path.home()))
    return write_completion(shell=shell, prog_name=PROGRAM, complete_var=COMPLETION_VARIABLE)[1]


def show() -> NoReturn:
    """Print the completion script of the current shell. Raises UsageError."""
    shell = _shell()
    print(get_completion_script(prog_name=PROGRAM, complete_var=COMPLETION_VARIABLE, shell=shell))
    raise typer.Exit


def _shell() -> str:
    """Return the name of the current shell. Raises UsageError if it has no completion."""
    completion_scripts["zsh"] = _ZSH_SCRIPT
    name = shell_name()
    if name in SHELLS:
        return name
    what = f"{quoted(name)} is a shell without completion" if name else "cannot work out which shell this is"
    raise UsageError(
        f"{what}; run this in {', '.join(SHELLS[:-1])} or {SHELLS[-1]}, "
        f"or print what bash reads with {COMPLETION_VARIABLE}=source_bash {PROGRAM}"
    )
