"""The markdown: the sheet as CommonMark, read back by a parser that shares no code with it."""

import re
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token
from msgspec.structs import replace

from examples import AN_HOUR_AFTER, CLINIC, EXAMPLE, HEAVY, at, treatments
from golden import assert_golden
from needlecare.model import Kind, Schedule, Treatment
from needlecare.output.paper.markdown import escaped, markdown
from needlecare.plan.combine import begins, plan
from program import needlecare

# CommonMark, and what GitHub adds to it.
COMMONMARK = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def tokens(source: str) -> list[Token]:
    """Return what a document is made of, the pieces of each line after the line."""
    found = COMMONMARK.parse(source)
    return [piece for token in found for piece in (token, *(token.children or ()))]


def lines(source: str) -> list[str]:
    """Return the text of each heading, paragraph and point."""
    return [
        "".join(piece.content for piece in token.children or () if piece.type in {"text", "text_special"})
        for token in COMMONMARK.parse(source)
        if token.type == "inline"
    ]


def test_the_markdown_is_the_text_that_was_read(builtin: Schedule) -> None:
    made = plan(EXAMPLE, replace(builtin, clinic=CLINIC))
    assert_golden("handout-day-0.md", markdown(made, AN_HOUR_AFTER))


def test_it_is_plain_commonmark_without_html(builtin: Schedule) -> None:
    source = markdown(plan(HEAVY, replace(builtin, clinic=CLINIC)), at("2026-10-01T00:00+02:00"))
    kinds = {token.type for token in tokens(source)}
    assert kinds <= {
        *("heading_open", "heading_close", "inline", "text", "text_special", "strong_open", "strong_close"),
        *("paragraph_open", "paragraph_close", "blockquote_open", "blockquote_close"),
        *("bullet_list_open", "bullet_list_close", "list_item_open", "list_item_close"),
    }
    assert source.endswith("\n")
    assert not source.endswith("\n\n")
    levels = [int(token.tag[1]) for token in tokens(source) if token.type == "heading_open"]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_it_says_what_the_handout_says(schedule_v1: Schedule) -> None:
    source = markdown(plan(HEAVY, replace(schedule_v1, clinic=CLINIC)), at("2026-10-01T00:00+02:00"))
    said = lines(source)
    assert "Rosengarten Dermatology · +49 30 123456" in said
    assert "Through Mon 23 Nov" in said
    assert "No swimming (some say through Mon 23 Nov): No pool, sea or lake." in said
    assert "“Some say”: sources differ. The longest time is safest. Ask us before a shorter one." in said
    assert CLINIC.footer in said
    for name, standing in schedule_v1.standing:
        short = standing.short.replace("{clinic}", "Rosengarten Dermatology (+49 30 123456)")
        assert any(short.replace("{emergency}", "112") in line for line in said), name


@given(treatment=treatments(), days=st.integers(-400, 400))
def test_no_window_is_left_out_whatever_has_ended(builtin: Schedule, treatment: Treatment, days: int) -> None:
    made = plan(treatment, builtin)
    said = "\n".join(lines(markdown(made, begins(made) + timedelta(days=days))))
    wanted = [w for w in (*made.windows, *made.warnings) if w.kind is not Kind.PREPARE]
    assert all(window.rule.title in said for window in wanted)


SIGNS = "\\`*_{}[]()<>#+-=.!|~&;:\"'/1a ¹é\n"


@given(text=st.text(SIGNS, min_size=1).filter(str.strip))
def test_an_escaped_text_is_shown_as_it_was(text: str) -> None:
    plain = " ".join(text.split())
    assert lines(escaped(text)) == [plain]
    assert lines(f"- **{escaped(text)}**: {escaped(text)}") == [f"{plain}: {plain}"]
    assert lines(f"## {escaped(text)}") == [plain]
    kinds = [token.type for token in tokens(f"> {escaped(text)}")]
    assert kinds.count("paragraph_open") == kinds.count("inline") == 1


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("No makeup", "No makeup"),
        ("a * b", r"a \* b"),
        ("SPF <50>", r"SPF \<50\>"),
        ("hats | scarves", r"hats \| scarves"),  # a cell of a table on GitHub
        ("~ from Mon", r"\~ from Mon"),  # struck through on GitHub, with another one behind it
        ("# 1", r"\# 1"),
        ("- 1", r"\- 1"),
        ("+ 1", r"\+ 1"),
        ("21. November", r"21\. November"),
        ("21 November", "21 November"),
        ("Dr. X & Co", "Dr. X & Co"),
        ("&copy; X", r"\&copy; X"),
        ("two\nlines", "two lines"),
    ],
)
def test_only_what_means_something_is_escaped(text: str, wanted: str) -> None:
    assert escaped(text) == wanted


def test_a_rule_file_cannot_add_a_piece_of_its_own(builtin: Schedule) -> None:
    attack = "# <b>*x*</b> [a](javascript:b) ![c](d) `e` &lt; ~~f~~ | g"
    rules = {
        key: replace(rule, title=attack, advice=attack, short=attack) for key, rule in builtin.rules.items()
    }
    schedule = replace(
        builtin, rules=rules, treatment=attack, clinic=replace(CLINIC, name=attack, footer=attack)
    )
    source = markdown(plan(EXAMPLE, schedule), at("2026-10-01T00:00+02:00"))
    kinds = {token.type for token in tokens(source)}
    assert not kinds & {"html_block", "html_inline", "link_open", "image", "code_inline", "em_open", "s_open"}
    said = lines(source)
    assert said[0] == f"{attack} + PRP · skin type IV"
    assert any(line.startswith(f"{attack}: ") for line in said)
    assert re.search(r"^# ", source)


def test_the_program_prints_it() -> None:
    options = ("--tz", "Europe/Berlin", "--as-of", "2026-11-21T15:30", "--format", "markdown")
    done = needlecare("2026-11-21T14:30", *options)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("# Microneedling of the face\n\nTreatment: Sat 21 Nov 2026 14:30. ")
