"""What a text is shown on: width, colour and character set. A description; it asks no terminal."""

from msgspec import Struct


class Screen(Struct, frozen=True, kw_only=True):
    """A screen; width in columns, and whether it has colour and more than ASCII."""

    width: int = 80
    colour: bool = False
    unicode: bool = True


# What stands for each character where the screen knows ASCII only.
_ASCII = str.maketrans(
    {
        **dict.fromkeys("–—‑", "-"),
        **dict.fromkeys("‘’", "'"),
        **dict.fromkeys("“”", '"'),
        "·": "|",
        "━": "=",
        "╌": "-",
        "¹": "*",
        "…": "...",
        "½": ".5",
    }
)


def to_ascii(text: str) -> str:
    """Return a text in ASCII, with a question mark for what has no likeness there."""
    return text.translate(_ASCII).encode("ascii", "replace").decode()
