"""Shell completion: what a shell can offer next, and its installation for bash, zsh and fish.

Offers come from the rule files, the time zones and the saved treatments, and are looked up only when a
shell asks. On any error nothing is offered: a message would end up in the middle of the line being typed.
"""

import os
import re
from collections.abc import Collection, Iterable, Iterator
from errno import ENOENT
from pathlib import Path
from typing import NoReturn

import typer

from needlecare.cli import terminal
from needlecare.cli.app import COMPLETION_VARIABLE, PlanByDefault
from needlecare.cli.options import was_typed
from needlecare.cli.saved_treatments import current_saved, load_saved
from needlecare.cli.typer_compat import (
    Command,
    Context,
    Parameter,
    completion_scripts,
    get_completion_script,
    resolve_context,
    resolve_incomplete,
    shell_name,
    split_line,
    write_completion,
)
from needlecare.errors import UsageError, WriteError, quoted, quoted_path, shown
from needlecare.model import Kind, Rule, Schedule, SkinType
from needlecare.plan.language import normalize, one_slip_apart
from needlecare.plan.overrides import OVERRIDABLE
from needlecare.plan.search import SIGNS, known_words
from needlecare.storage.files import reason
from needlecare.storage.rule_files import BUILTIN, load_schedule, schedule_names
from needlecare.time.parsing import DAY_NAMES
from needlecare.time.zones import zone_names

Offers = dict[str, str]  # what can be typed, each with its meaning; "" if it needs no explanation

PROGRAM = "needlecare"
# The shells, and what separates an offer from its meaning there: for zsh as _describe reads it.
SHELLS = {"bash": None, "zsh": ":", "fish": "\t"}

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
completion_scripts["zsh"] = _ZSH_SCRIPT


# Offers -------------------------------------------------------------------------------------------


def offers_for(  # noqa: PLR0911, PLR0912  a case for each placeholder
    parameter: Parameter, ctx: Context, incomplete: str
) -> Offers | None:
    """Return what to offer for a parameter, by its placeholder in the help; None if that depends on Typer alone.

    Offers are not declared with the parameters, since that would slow down every start of the program.
    """
    before = ctx.params.get(parameter.name or "") or ()
    match parameter.metavar:
        case "WHEN" | "DATE" if parameter.name == "when" and before:
            return _offered(ctx.command, ctx, "--")
        case "WHEN" | "DATE":
            return dict.fromkeys(("now", *DAY_NAMES), "")
        case "I-VI":
            return dict.fromkeys(SkinType.__members__, "")
        case "ZONE":
            return dict.fromkeys(sorted(zone_names()), "")
        case "SOURCE":
            return {source.key: source.title for source in _schedule(ctx).sources.values()}
        case "RULE=DURATION":
            return {f"{rule.id}=": rule.title for rule in _rules(ctx, OVERRIDABLE)}
        case "RULE":
            return _words(_rules(ctx), before, incomplete) or _ids(_rules(ctx))
        case "ACTIVITY":
            return _words(_rules(ctx), before, incomplete) or _ids(_rules(ctx, {Kind.AVOID}))
        case "[SYMPTOM]":
            return _words(_rules(ctx, SIGNS), before, incomplete) or _ids(_rules(ctx, SIGNS))
        case "N|all":
            saved = {str(n): f"treated on {known.day}" for n, known in enumerate(load_saved(), start=1)}
            return {**saved, "all": "every saved treatment"}
        case "FILE.ics":
            return dict.fromkeys(_files(incomplete, ".ics"), "")
        case "NAME|FILE" | "FILE...":
            files = dict.fromkeys(_files(incomplete, ".toml"), "")
            return {**dict.fromkeys(schedule_names(), "built-in schedule"), **files}
        case _:
            return None


def _files(incomplete: str, suffix: str) -> Iterator[str]:
    folder = incomplete.rpartition("/")[0] + "/" if "/" in incomplete else ""
    for path in sorted(Path(folder).iterdir()):
        if path.suffix == suffix and path.is_file():
            yield folder + path.name


def _schedule(ctx: Context) -> Schedule:
    """Load the schedule that the command line names so far; commands with --treated use the saved treatment's."""
    uses_saved = "treated" in ctx.params and not ctx.params["treated"]
    if uses_saved and not was_typed(ctx, "schedule") and (saved := current_saved(load_saved())):
        return load_schedule(saved.schedule)
    return load_schedule(ctx.params.get("schedule") or BUILTIN)


def _rules(ctx: Context, kinds: Collection[Kind] = tuple(Kind)) -> list[Rule]:
    return [rule for rule in _schedule(ctx).rules.values() if rule.kind in kinds]


def _ids(rules: Iterable[Rule]) -> Offers:
    return {rule.id: rule.title for rule in rules}


def _words(rules: Iterable[Rule], before: Iterable[str], incomplete: str) -> Offers:
    """Offer words for rules that continue what is typed: "tub" after "hot", "hot-tub" after "ho"."""
    typed = normalize(" ".join(before)).split()
    if typed and (found := _continued(rules, typed, incomplete)):
        return found
    return _continued(rules, [], incomplete) if incomplete else {}


def _continued(rules: Iterable[Rule], before: list[str], incomplete: str) -> Offers:
    """Return how the words for rules that begin with some whole words go on.

    Misspellings are left out: words that differ by a typing mistake from an earlier word for the same rule. A plural
    is not a misspelling.
    """

    def misspelt(word: str, other: str) -> bool:
        return one_slip_apart(word, other) and word not in {f"{other}s", other.removesuffix("s")}

    found: Offers = {}
    for rule in rules:
        known = [normalize(words).split() for words in known_words(rule)]
        rests = ["-".join(words[len(before) :]) for words in known if words[: len(before)] == before]
        for place, rest in enumerate(rests):
            if rest and rest.startswith(incomplete) and not any(misspelt(rest, o) for o in rests[:place]):
                found[rest] = rule.title
    return found


def _completions(command: Command, words: list[str], incomplete: str) -> Offers:
    """Return the offers for the last word of a line, with their meanings on one line; else the command's options.

    In "--tz=Eu", the "=" is a separate word in bash; in the other shells all of it is one word.
    """
    words = [word for word in words if word != "="]
    if option := re.match("(--[a-z-]+)=", incomplete):
        words, incomplete = [*words, option[1]], incomplete[option.end() :]
    ctx = resolve_context(command, {}, PROGRAM, words)
    completed, begun = resolve_incomplete(ctx, words, incomplete)
    found = _offered(completed, ctx, begun)
    plan = completed.get_command(ctx, "plan") if isinstance(completed, PlanByDefault) else None
    if begun and plan is not None:  # "plan" may be left out
        inner = plan.make_context("plan", [], parent=ctx, resilient_parsing=True)
        found |= _offered(plan if begun.startswith("-") else plan.params[0], inner, begun)
    if completed is ctx.command and not (found or incomplete):
        found = _offered(completed, ctx, "--")
    return {
        (option[0] if option else "") + word: shown(" ".join(meaning.split()), _LONGEST_MEANING)
        for word, meaning in found.items()
        if _ONE_WORD.fullmatch(word)
    }


def _offered(completed: Command | Parameter, ctx: Context, incomplete: str) -> Offers:
    """Return the offers for a word that has been begun; a command offers its options and commands."""
    offers = None if isinstance(completed, Command) else offers_for(completed, ctx, incomplete)
    if offers is None:
        return {item.value: item.help or "" for item in completed.shell_complete(ctx, incomplete)}
    return {word: meaning for word, meaning in offers.items() if word.startswith(incomplete)}


# Shells -------------------------------------------------------------------------------------------


def answer_shell(command: Command, instruction: str) -> int:
    """Answer a shell, and return the exit code, from which fish sees whether there are any offers."""
    wanted, _, shell = instruction.partition("_")
    if shell not in SHELLS or wanted not in {"complete", "source"}:
        terminal.say(f"{COMPLETION_VARIABLE}: write source_ or complete_ and {' or '.join(SHELLS)}.")
        return 1
    try:
        if wanted == "source":
            print(_script(shell))
            return 0
        found = _completions(command, *_line(shell))
        if os.environ.get("_TYPER_COMPLETE_FISH_ACTION") == "is-args":
            return 0 if found else 1
        mark = SHELLS[shell]
        print(
            "\n".join(
                f"{word}{mark}{meaning}" if mark and meaning else word for word, meaning in found.items()
            )
        )
    except Exception:  # noqa: BLE001  whatever the error is, it must not disturb the line being typed
        return 1
    return 0


def _line(shell: str) -> tuple[list[str], str]:
    """Return the words of the line being typed, after the program's name, and the one that Tab is to complete."""
    if shell == "bash":
        words, place = split_line(os.environ["COMP_WORDS"]), int(os.environ["COMP_CWORD"])
        return words[1:place], "".join(words[place : place + 1])
    line = os.environ.get("_TYPER_COMPLETE_ARGS", "")
    words = split_line(line)[1:]
    return (words, "") if line.endswith(" ") or not words else (words[:-1], words[-1])


def _script(shell: str) -> str:
    return get_completion_script(prog_name=PROGRAM, complete_var=COMPLETION_VARIABLE, shell=shell)


def install() -> NoReturn:
    """Install completion for the current shell, but never create a home folder. Raises UsageError or WriteError."""
    shell = _shell()
    try:
        if not Path.home().is_dir():
            raise FileNotFoundError(ENOENT, "there is no such home folder", str(Path.home()))
        _, path = write_completion(shell=shell, prog_name=PROGRAM, complete_var=COMPLETION_VARIABLE)
    except (OSError, ValueError, RuntimeError) as error:  # RuntimeError: there is no home folder
        file = getattr(error, "filename", None)
        raise WriteError(
            f"the completion of {shell} cannot be installed: {f'{quoted_path(file)}: ' if file else ''}"
            f"{reason(error)}; --show-completion prints it, so that you can install it yourself"
        ) from None
    terminal.say(f"Completion for {shell} is installed in {path}; it works in the next {shell} you start.")
    raise typer.Exit


def show() -> NoReturn:
    """Print the completion script of the current shell. Raises UsageError."""
    print(_script(_shell()))
    raise typer.Exit


def _shell() -> str:
    """Return the name of the current shell. Raises UsageError if it has no completion."""
    name = shell_name()
    if name in SHELLS:
        return name
    what = f"{quoted(name)} is a shell without completion" if name else "cannot work out which shell this is"
    raise UsageError(
        f"{what}; run this in bash, zsh or fish, "
        f"or print what bash reads with {COMPLETION_VARIABLE}=source_bash {PROGRAM}"
    )
