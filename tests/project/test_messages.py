"""Every message, found in the source, is plain English and says what to do."""

import re

import pytest

from messages import Message, messages

# Phrases of the style guide that read like a translation, and words that only a programmer knows.
FORBIDDEN = re.compile(
    r"\b(?:Traceback|Exception|NoneType|stands twice|none of ours|not ours|the sum in words|what it is told by"
    r"|are no quiet hours|at its laxest|how it is reckoned|is known as|or the like|prescriber|provider"
    r"|take this moment for now|processes to work in|invalid literal|in order to)\b",
    re.IGNORECASE,
)


@pytest.fixture(scope="module")
def found() -> list[Message]:
    return messages()


def test_the_list_holds_errors_of_every_part_of_the_program(found: list[Message]) -> None:
    """One error of each kind of call, as a person reads it in the source."""
    texts = {message.text for message in found if message.is_error}
    assert "standard input is closed; give the name of a file" in texts  # UsageError
    assert (
        "{…} exists with other content, so it was left alone; write --force to replace it, or another name"
        in texts
    )
    assert "not UTF-8; save the file as UTF-8" in {message.text for message in found}  # a Problem's `what`
    assert " names no day; write today 14:30 or yesterday 2pm" in texts  # a refused date
    assert "I to VI or 1 to 6, or leave it empty if it is unknown" in texts  # what a cell should hold
    assert "{…} is out of range; write a number {…}." in texts  # BadParameter


def test_no_message_reads_like_a_translation_or_a_traceback(found: list[Message]) -> None:
    assert [str(message) for message in found if FORBIDDEN.search(message.text)] == []
