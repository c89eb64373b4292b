"""Golden files: pictures of an output that a person has read. NEEDLECARE_GOLDEN=write writes them anew."""

import os
from pathlib import Path

FOLDER = Path(__file__).with_name("golden")


def assert_golden(name: str, text: str) -> None:
    """Compare a picture with the one that was read, to the character."""
    path = FOLDER / name
    if os.environ.get("NEEDLECARE_GOLDEN") == "write":
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")
