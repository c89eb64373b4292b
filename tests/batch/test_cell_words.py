"""Words in the cells of an export: the stricter reading counts."""

import pytest

from needlecare.batch.words import skin_type
from needlecare.model import SkinType


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Fitzpatrick IV", SkinType.IV),
        ("Fitzpatrick III-IV", SkinType.IV),  # darker skin waits longer
        ("Type 4 or 3", SkinType.IV),
        ("n/a", None),
    ],
)
def test_of_two_skin_types_the_darker_one_counts(text: str, expected: SkinType | None) -> None:
    assert skin_type(text) is expected
