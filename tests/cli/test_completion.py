"""Shell completion: what bash, zsh and fish offer, asked directly and by Tab in the shells themselves.

zsh and fish need not be installed: their tests are skipped, unless NEEDLECARE_CLIENTS=required.
"""

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pexpect
import pyte
import pytest
import typer
from typer.core import TyperCommand

from clients import missing
from conftest import rarely
from examples import CLINIC_FILE
from needlecare.cli.completion import offers_for
from needlecare.cli.typer_compat import Parameter
from needlecare.model import Schedule
from needlecare.plan.search import Vocabulary
from program import PROGRAM, environment, needlecare

OPTIONS_OF_PLAN = {"--prp", "--skin-type", "--tz", "--schedule", "--ics", "--json", "--help"}
COMMANDS = {"plan", "status", "can", "why", "ready-by", "course", "cancel", "saved", "schedule"}

CLINIC = f"""{CLINIC_FILE}
[sources.ours]
tier = 2
title = "Our own sheet"

[rules.sequins]
kind = "avoid"
title = "No sequins"
short = "sequins"
advice = "Leave sequins off."
why = "It scratches."
then = "sequins are fine again"
covers = ["sequin powder", "face gems"]
recommendations = [{{ claim = "G1", source = "ours", statement = "None for 3 days", start = "P0D", end = "P3D" }}]
"""
SAVED = """\
{"format": 1, "treatments": [
  {"treated": "2026-11-21", "zone": "UTC", "prp": false, "skin_type": null, "scars": false,
   "schedule": "%s", "follow": []}
]}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with rule files, good and bad, calendars, notes, and two names that need quotes."""
    place = tmp_path / "work"
    (place / "rules").mkdir(parents=True)
    (place / "empty").mkdir()
    (place / "clinic.toml").write_text(CLINIC)
    (place / "two words.toml").write_text(CLINIC)
    (place / "$(touch pwned).toml").write_text(CLINIC)
    (place / "rules" / "north.toml").write_text(CLINIC)
    (place / "bad.toml").write_text("id = [\n")
    (place / "plan.ics").write_text("")
    (place / "notes.txt").write_text("")
    return place


# What is offered ----------------------------------------------------------------------------------


def offered(*words: str, cwd: Path | None = None, data: str = "/dev/null", **env: str) -> list[str]:
    """Return what bash is offered for the last word of a line; it has already split the line."""
    line = ("needlecare", *words)
    result = needlecare(
        cwd=cwd,
        _NEEDLECARE_COMPLETE="complete_bash",
        COMP_WORDS="\n".join(line),
        COMP_CWORD=str(len(line) - 1),
        XDG_DATA_HOME=data,
        **env,
    )
    assert (result.code, result.err) in {(0, ""), (1, "")}
    return result.out.split()


OFFERS: dict[tuple[str, ...], set[str]] = {
    # what stands on the line, the last word begun: all that is offered
    ("ca",): {"can", "cancel"},
    ("ye",): {"yesterday"},
    ("t",): {"today", "tomorrow", "tuesday", "thursday"},
    ("--ver",): {"--version"},
    ("--sk",): {"--skin-type"},
    ("2026-11-21", "--sk"): {"--skin-type"},
    ("--prp", "2026-11-21", "--tz", "Europe/Berl"): {"Europe/Berlin"},
    # bash takes "@", ":" and "=" for words of their own
    ("sat", "@", "14", ":", "30", "--tz", "=", "Europe/Berl"): {"Europe/Berlin"},
    ("today", "--skin-type", "="): {"I", "II", "III", "IV", "V", "VI"},
    ("plan", "today", "--skin-type", "V"): {"V", "VI"},
    ("today", "--format", "ma"): {"markdown"},
    ("today", "--detail", ""): {"discreet", "full"},
    ("today", "--alarms", ""): {"none", "gentle"},
    ("course", "fri"): {"friday"},
    ("today", "--as-of", "tom"): {"tomorrow"},
    ("status", "--treated", "yes"): {"yesterday"},
    ("can", "swim", "--at", "su"): {"sunday"},
    ("today", "--follow", "roll"): {"roller-blog"},
    ("can", "swim", "--override", "makeu"): {"makeup="},
    ("today", "--override", "redn"): set(),  # nobody's word ends redness
    ("today", "--schedule", "clinic.toml", "--follow", "ou"): {"ours"},
    ("why", "--schedule", "clinic.toml", "sequins"): {"sequins"},
    ("why", "--schedule", "clinic.toml", "sequin", ""): {"powder"},
    ("why", "laser-p"): {"laser-peel"},
    ("can", "go", "to", "the", "sau"): {"sauna", "sauna-and-hot-baths"},
    ("can", "hot", "tu"): {"tub", "tubs"},
    ("can", "maku"): set(),  # a rule knows that spelling, and none offers it
    ("saved", "--forget", ""): {"all"},
    ("cancel", "pl"): {"plan.ics"},
    ("cancel", ""): {"plan.ics"},
    ("schedule", "li"): {"list"},
    ("schedule", "show", "mi"): {"microneedling", "microneedling-body"},
    ("schedule", "check", "clinic.toml", "cl"): {"clinic.toml"},
    ("schedule", "diff", "microneedling", "rules/"): {"rules/north.toml"},
    # left to the shell, which knows how to write a name with a blank, and files of every kind
    ("today", "--schedule", "tw"): set(),
    ("today", "-o", ""): set(),
    ("today", "--ics", ""): set(),
    ("today", "--schedule", "empty/"): set(),
    # what cannot be read offers nothing, and says nothing
    ("today", "--schedule", "bad.toml", "--follow", ""): set(),
    ("today", "--schedule", "missing.toml", "--follow", ""): set(),
    ("why", "--schedule", "bad.toml", ""): set(),
    ("today", "--schedule", "nowhere/"): set(),
    ("today", "--bogus", "--tz", "Europe/Berl"): {"Europe/Berlin"},
}


@pytest.mark.parametrize(("line", "all_of_it"), OFFERS.items(), ids=map(" ".join, OFFERS))
def test_a_word_is_completed_to_what_can_stand_there(
    line: tuple[str, ...], all_of_it: set[str], folder: Path
) -> None:
    assert set(offered(*line, cwd=folder)) == all_of_it


def test_an_empty_word_offers_commands_rules_sources_zones_and_files_by_its_place(
    folder: Path, builtin: Schedule
) -> None:
    assert set(offered("")) >= COMMANDS
    assert set(offered("today", "--follow", "")) == set(builtin.sources)
    assert set(offered("why", "")) == set(builtin.rules)
    assert set(offered("today", "--schedule", "", cwd=folder)) >= {"microneedling", "clinic.toml", "bad.toml"}
    assert offered("today", "--schedule", "rules/", cwd=folder) == ["rules/north.toml"]
    zones = offered("today", "--tz", "")
    assert {"UTC", "Europe/Berlin", "America/Argentina/Ushuaia"} <= set(zones)
    assert not [zone for zone in zones if zone.startswith(("posix", "right", "localtime"))]


def test_where_nothing_else_can_stand_the_options_are_offered() -> None:
    for line in (("plan", "today", ""), ("today", "14:30", "")):
        assert set(offered(*line)) >= OPTIONS_OF_PLAN
    assert {"--treated", "--prp", "--as-of"} <= set(offered("status", ""))


def test_can_and_status_offer_the_rules_and_sources_of_the_saved_treatment(folder: Path) -> None:
    data = folder / "data" / "needlecare"
    data.mkdir(parents=True)
    (data / "treatments.json").write_text(SAVED % (folder / "clinic.toml"))
    saved = str(folder / "data")
    assert offered("can", "sequins", data=saved) == ["sequins"]
    assert offered("status", "--follow", "ou", data=saved) == ["ours"]
    assert set(offered("saved", "--forget", "", data=saved)) == {"1", "all"}
    # another treatment, or another schedule, is not planned by the saved one's rules
    assert offered("can", "--treated", "today", "sequins", data=saved) == []
    assert offered("can", "--schedule", "microneedling", "sequins", data=saved) == []
    (data / "treatments.json").write_text("{")
    assert offered("can", "mak", data=saved) == offered("saved", "--forget", "", data=saved) == []


def test_the_environment_names_the_schedule_as_it_does_elsewhere(folder: Path) -> None:
    assert offered("today", "--follow", "ou", cwd=folder, NEEDLECARE_SCHEDULE="clinic.toml") == ["ours"]


@pytest.fixture(scope="module")
def vocabulary(builtin: Schedule) -> Vocabulary:
    return Vocabulary(builtin)


@pytest.mark.long
@pytest.mark.parametrize("placeholder", ["ACTIVITY", *rarely("RULE")])
@pytest.mark.parametrize("letter", "abcdefghijklmnopqrstuvwxyz0123456789")
def test_every_word_that_is_offered_is_understood(
    letter: str, placeholder: str, vocabulary: Vocabulary
) -> None:
    context = typer.Context(TyperCommand("why"))
    context.params["schedule"] = "microneedling"
    words = SimpleNamespace(name="words", metavar=placeholder)
    for word in offers_for(cast("Parameter", words), context, letter) or ():
        if word.startswith(letter):
            assert vocabulary.meant(word).rules


@pytest.mark.parametrize("instruction", ["complete_tcsh", "bogus", "complete_bash"])
def test_what_a_shell_asks_in_a_wrong_way_is_no_traceback(instruction: str) -> None:
    result = needlecare(_NEEDLECARE_COMPLETE=instruction)
    assert result.code == 1
    assert result.out == ""
    assert len(result.err.splitlines()) <= 1


# In the shells themselves -------------------------------------------------------------------------


class Session:
    """A shell on a pseudo-terminal, as a person has it; `home` is where its settings are."""

    def __init__(self, shell: str, home: Path, folder: Path) -> None:
        self.screen = pyte.Screen(150, 100)
        self.stream = pyte.Stream(self.screen)
        self.child = pexpect.spawn(
            shell,
            ["-i"],
            cwd=folder,
            dimensions=(100, 150),
            encoding="utf-8",
            env=environment(
                HOME=str(home),
                XDG_DATA_HOME=str(home / "data"),
                XDG_CONFIG_HOME=str(home / ".config"),
                PATH=f"{PROGRAM.parent}{os.pathsep}{os.environ['PATH']}",
                PS1="> ",
            ),
        )

    @property
    def text(self) -> str:
        return "\n".join(line.rstrip() for line in self.screen.display)

    def read(self) -> None:
        with suppress(pexpect.TIMEOUT, pexpect.EOF):
            self.stream.feed(self.child.read_nonblocking(65536, timeout=0.1))

    def type(self, keys: str, until: Callable[[str], bool]) -> str:
        """Type keys, and return the screen once it is as wished; or after some seconds, as it is."""
        self.child.send(keys)
        end = time.monotonic() + 20
        while time.monotonic() < end and not until(self.text):
            self.read()
        return self.text

    def forget_line(self) -> None:
        self.type("\x03", lambda text: "needlecare" not in text.rstrip().rsplit("\n", 1)[-1])


@pytest.fixture(params=["bash", *rarely("zsh", "fish")])
def shell(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    if shutil.which(name) is None:
        missing(f"{name} is not on PATH: apt-get install {name}")
    return name


@pytest.fixture
def home(tmp_path: Path) -> Path:
    place = tmp_path / "home"
    (place / "data").mkdir(parents=True)
    (place / ".zshrc").write_text("")  # or zsh asks a new user how it shall be
    return place


@pytest.fixture
def session(shell: str, home: Path, folder: Path) -> Iterator[Callable[[], Session]]:
    started: list[Session] = []

    def start() -> Session:
        session = Session(shell, home, folder)
        started.append(session)
        session.type("echo re''ady\r", partial(contains, "\nready"))
        return session

    yield start
    for session in started:
        session.child.close(force=True)


def contains(part: str, text: str) -> bool:
    return part in text


LINES = {
    # what is typed before Tab: what then stands on the line
    "needlecare ye": "needlecare yesterday",
    "needlecare 2026-11-21 --sk": "needlecare 2026-11-21 --skin-type",
    "needlecare today --tz Europe/Berl": "needlecare today --tz Europe/Berlin",
    "needlecare --tz=Europe/Lond": "needlecare --tz=Europe/London",
    "needlecare sat@14:30 --follow roll": "needlecare sat@14:30 --follow roller-blog",
    "needlecare plan today --schedule micro": "needlecare plan today --schedule microneedling",
    "needlecare plan today --schedule cli": "needlecare plan today --schedule clinic.toml",
    "needlecare today --schedule rules/": "needlecare today --schedule rules/north.toml",
    "needlecare why laser-p": "needlecare why laser-peel",
    "needlecare can hot tu": "needlecare can hot tub",
    "needlecare cancel pl": "needlecare cancel plan.ics",
    "needlecare today -o no": "needlecare today -o notes.txt",
}


@pytest.mark.long
def test_tab_completes_in_a_shell_for_which_completion_was_installed(
    shell: str, session: Callable[[], Session]
) -> None:
    text = session().type("needlecare --install-completion\r", partial(contains, "is installed in"))
    assert f"Completion for {shell} is installed in" in text
    tabbed = session()  # the first Tab of a session completes as any other does
    for typed, line in LINES.items():
        assert line in tabbed.type(f"{typed}\t", partial(contains, line))
        tabbed.forget_line()
    # zsh and fish tell what each offer means
    listed = tabbed.type("needlecare today --follow derma\t\t", partial(contains, "dermatique"))
    assert "dermapen" in listed
    assert ("Dermapen downtime" in listed) == (shell != "bash")


def test_what_a_rule_file_says_is_never_code_for_the_shell(
    shell: str, session: Callable[[], Session], folder: Path
) -> None:
    title = "$(touch pwned) \\\\$(touch pwned) `touch pwned` '; touch pwned #' (a) [b]: 100% *"
    sources = "".join(
        f'[sources.evil-{number}]\ntier = 2\ntitle = "{title} {number}"\n' for number in ("one", "two")
    )
    (folder / "evil.toml").write_text(CLINIC + sources)
    session().type("needlecare --install-completion\r", partial(contains, "is installed in"))
    tabbed = session()
    text = tabbed.type(
        "needlecare today --schedule evil.toml --follow evil-\t\t", partial(contains, "evil-two")
    )
    assert "evil-one" in text
    if shell != "bash":
        assert "$(touch pwned)" in text
    tabbed.forget_line()
    tabbed.type("needlecare today --schedule \t\t", partial(contains, "bad.toml"))
    tabbed.forget_line()
    tabbed.type("echo do''ne\r", partial(contains, "\ndone"))
    assert not (folder / "pwned").exists()


# Installation -------------------------------------------------------------------------------------


def in_shell(shell: str, command: str, home: Path | str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        # more than one command, or a shell puts the last in its own place
        [shell, "-c", f"{command}; exit {'$status' if shell == 'fish' else '$?'}"],
        env=environment(
            HOME=str(home), XDG_DATA_HOME=str(home), PATH=f"{PROGRAM.parent}{os.pathsep}{os.environ['PATH']}"
        ),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_installing_twice_changes_nothing_more(home: Path) -> None:
    (home / ".bashrc").write_text("alias ll='ls -l'\n")
    for _ in range(2):
        done = in_shell("bash", "needlecare --install-completion", home)
        assert (done.returncode, done.stdout) == (0, "")
        assert len(done.stderr.splitlines()) == 1
    lines = (home / ".bashrc").read_text().split()
    assert lines[:3] == ["alias", "ll='ls", "-l'"]
    assert len([line for line in lines if line == "source"]) == 1


@pytest.mark.parametrize("broken", ["no such home", "a file for a home", "a folder for settings", "latin-1"])
def test_what_keeps_completion_from_being_installed_is_said(broken: str, home: Path) -> None:
    place = home
    match broken:
        case "no such home":
            place = home / "nobody"
        case "a file for a home":
            place = home / ".zshrc"
        case "a folder for settings":
            (home / ".bash_completions").write_text("")
        case "latin-1":
            (home / ".bashrc").write_bytes("alias grün=ls\n".encode("latin-1"))
    before = sorted(home.rglob("*"))
    done = in_shell("bash", "needlecare --install-completion", place)
    assert (done.returncode, done.stdout) == (5, "")
    assert done.stderr.startswith("needlecare: the completion of bash cannot be installed: ")
    assert len(done.stderr.splitlines()) == 1
    assert set(home.rglob("*")) - set(before) <= {home / ".bashrc"}
    assert not (home / "nobody").exists()


def test_a_shell_without_completion_is_told_so() -> None:
    for option in ("--install-completion", "--show-completion"):
        done = in_shell("sh", f"needlecare {option}", "/nonexistent")
        if done.returncode == 0 or "bash" in done.stderr.split(";")[0]:
            pytest.skip("this machine's sh is bash")
        assert (done.returncode, done.stdout) == (2, "")
        assert "bash, zsh or fish" in done.stderr


def test_the_script_is_shown_for_the_shell_that_asks_or_that_is_named(shell: str, home: Path) -> None:
    shown = in_shell(shell, "needlecare --show-completion", home)
    assert (shown.returncode, shown.stderr) == (0, "")
    named = needlecare(_NEEDLECARE_COMPLETE=f"source_{shell}")
    assert named.out.strip() == shown.stdout.strip()
    assert f"_NEEDLECARE_COMPLETE=complete_{shell}" in shown.stdout
    assert (home / ".zshrc").read_text() == ""


def test_normal_offers_what_skin_does() -> None:
    assert {"redness", "infection"} <= set(offered("normal", ""))
    assert "makeup" not in offered("normal", "")
    assert "still-red" in offered("normal", "still")
