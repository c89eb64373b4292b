"""Commands that do nothing: what a program with Typer costs before it has a purpose.

From 0.29 on, Typer would import pydantic to read their only argument, a text. needlecare does without that; so do they,
so that the ratios tell what needlecare itself costs.
"""

import typer.core


class _Text:
    """Reads a text."""

    def coerce(self, value: object, **_: object) -> object:
        """Return the text as it stands."""
        return value


if hasattr(typer.core, "build_runtime_param"):
    setattr(typer.core, "build_runtime_param", lambda _: _Text())  # noqa: B010  Typer below 0.29 has no such name
