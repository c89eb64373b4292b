"""The installed program in a real terminal: a pseudo-terminal of a size, read as a terminal reads it."""

import re
from dataclasses import dataclass

import pyte
import pytest

from program import on_terminal

WHEN = (
    "2026-11-21T14:30",
    "--tz",
    "Europe/Berlin",
    "--prp",
    "--skin-type",
    "IV",
    "--as-of",
    "2026-11-22T09:00",
)
COMMANDS = {
    "timeline": WHEN,
    "status": ("status", "--treated", *WHEN),
    "can": ("can", "go", "to", "the", "hot", "yoga", "class", "--treated", *WHEN),
}
LINES = 200  # more than any page has, so that nothing scrolls away
ESCAPE = re.compile("\x1b\\[[0-9;]*m")


@dataclass(frozen=True)
class Shown:
    code: int
    raw: str
    screen: pyte.Screen

    @property
    def written(self) -> list[str]:
        """The lines that were written, without colours."""
        return ESCAPE.sub("", self.raw).replace("\r\n", "\n").rstrip("\n").split("\n")

    @property
    def lines(self) -> list[str]:
        """The lines that a person sees."""
        return [line.rstrip() for line in "\n".join(self.screen.display).rstrip().split("\n")]

    @property
    def coloured(self) -> bool:
        cells = (cell for line in self.screen.buffer.values() for cell in line.values())
        return any(cell.fg != "default" or cell.bold for cell in cells)


def terminal(*arguments: str, columns: int, **env: str) -> Shown:
    result = on_terminal(*arguments, columns=columns, lines=LINES, env={"TERM": "xterm-256color", **env})
    screen = pyte.Screen(columns, LINES)
    pyte.Stream(screen).feed(result.out)
    return Shown(result.code, result.out, screen)


@pytest.mark.parametrize("columns", [40, 80, 120])
@pytest.mark.parametrize("command", COMMANDS)
def test_a_page_fits_the_width_of_the_terminal_and_has_colour(command: str, columns: int) -> None:
    shown = terminal(*COMMANDS[command], columns=columns)
    assert shown.code == (1 if command == "can" else 0)
    assert max(map(len, shown.written)) <= columns
    assert shown.lines == [line.rstrip() for line in shown.written]  # the terminal broke none of them
    assert shown.coloured
    text = " ".join(" ".join(shown.lines).split())
    assert "General information, not medical advice" in text
    # exercise: days 1 to 6, to the end of Friday the 27th
    assert {
        "timeline": re.search(r"gym.* through Fri", text) is not None,
        "status": re.search(r"through Fri gym\b", text) is not None,
        "can": text.startswith("Not yet until the end of Fri 27 Nov, in 6 days."),
    }[command]


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    ("option", "variable"),
    [((), {"NO_COLOR": "1"}), (("--no-color",), {}), ((), {"TERM": "dumb"})],
    ids=["NO_COLOR", "--no-color", "TERM=dumb"],
)
def test_colour_can_be_switched_off(command: str, option: tuple[str, ...], variable: dict[str, str]) -> None:
    shown = terminal(*COMMANDS[command], *option, columns=80, **variable)
    assert "\x1b" not in shown.raw
    assert not shown.coloured
    assert max(map(len, shown.written)) <= 80


@pytest.mark.parametrize("command", COMMANDS)
def test_a_terminal_that_shows_ascii_alone_gets_it(command: str) -> None:
    shown = terminal(*COMMANDS[command], columns=80, LC_ALL="C", LANG="C")
    assert shown.raw.isascii()
    assert max(map(len, shown.written)) <= 80


def test_the_status_of_day_1_is_half_as_long_as_the_timeline() -> None:
    status, timeline = (terminal(*COMMANDS[name], columns=80).lines for name in ("status", "timeline"))
    assert len(status) * 2 <= len(timeline)


def test_what_is_not_understood_is_said_and_asks_for_nothing() -> None:
    shown = terminal("can", "swin", "--treated", *WHEN, columns=80)
    assert shown.code == 2
    assert 'Did you mean "swim"?' in " ".join(shown.lines)
