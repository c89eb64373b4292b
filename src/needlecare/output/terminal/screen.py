"""The screen for which a text is laid out. It is only described here: cli/terminal.py looks at the real one."""

from msgspec import Struct


class Screen(Struct, frozen=True, kw_only=True):
    """A screen: its width in columns, and whether it shows colour and more than ASCII."""

    width: int = 80
    colour: bool = False
    unicode: bool = True


# What replaces each character on a screen that has only ASCII.
_ASCII = str.maketrans(
    {
        **dict.fromkeys("–—‑", "-"),
        **dict.fromkeys("‘’", "'"),
        **dict.fromkeys("“”", '"'),
        "·": "|",
        "━": "=",
        "╌": "-",
        "█": "#",
        "▒": ":",
        "─": "-",
        "│": "|",
        "●": "o",
        "▾": "v",
        "▸": ">",
        "¹": "*",
        "…": "...",
        "½": ".5",
    }
)


def to_ascii(text: str) -> str:
    """Convert a text to ASCII, with a question mark for characters that have no equivalent."""
    return text.translate(_ASCII).encode("ascii", "replace").decode()
