"""Text in styles that wraps: by hand, and against rich's own wrapping, which shares no code with it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text as RichText

from needlecare.output.terminal.text import Text, width_of


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("", 10, [""]),
        ("no gym", 6, ["no gym"]),
        ("no gym", 5, ["no", "gym"]),
        ("no gym ", 6, ["no gym"]),  # a blank at the end needs no column
        ("no  gym", 3, ["no", "gym"]),
        ("gymnastics", 4, ["gymn", "asti", "cs"]),  # longer than a line
        ("no gymnastics", 4, ["no", "gymn", "asti", "cs"]),
        ("診所 a", 4, ["診所", "a"]),  # two columns a character
        ("e\u0301e", 2, ["e\u0301e"]),  # an accent takes none
    ],
)
def test_it_breaks_between_words_and_cuts_a_longer_one(text: str, width: int, lines: list[str]) -> None:
    assert [line.unstyled for line in Text(text).wrapped(width)] == lines


def test_each_part_keeps_its_style_over_a_break() -> None:
    text = Text.of("not ", Text("yet gym", "bold red"), "~")
    assert [line.parts for line in text.wrapped(7)] == [
        [("not ", ""), ("yet", "bold red")],
        [("gym", "bold red"), ("~", "")],
    ]
    assert text.shown(colour=True) == "not \x1b[1;31myet gym\x1b[0m~"
    assert text.shown(colour=False) == "not yet gym~"


def test_parts_are_joined_with_what_stands_between_them() -> None:
    assert Text.joined([Text("a"), Text("b"), Text("c")], "; ").unstyled == "a; b; c"
    assert not Text.joined([], "; ")


@given(
    st.lists(st.text("abcdefg-,;()~¹é診", min_size=1, max_size=14), min_size=1, max_size=12),
    st.integers(2, 40),
)
def test_it_breaks_where_rich_breaks(words: list[str], width: int) -> None:
    text = " ".join(words)
    width = max(width, *map(cell_len, words))  # behind a word that it cuts, rich may put a blank line
    theirs = [line.plain.rstrip() for line in RichText(text).wrap(Console(), width, overflow="fold")]
    assert [line.unstyled for line in Text(text).wrapped(width)] == theirs


@given(st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), max_size=20))
def test_no_line_is_wider_than_the_page(text: str) -> None:
    assert all(line.width <= 10 for line in Text(text).wrapped(10))


@pytest.mark.parametrize("text", ["", "gym", "診所", "Praxis Müller", "½", "━╌"])
def test_a_width_is_what_rich_says(text: str) -> None:
    assert width_of(text) == cell_len(text)
