"""An interruption is not lost: what Python drops of it is kept here until the work comes to a place to stop at.

An interruption can be raised anywhere. Where that is while an object is tidied away
(a weak reference's callback, a __del__, the lock of a module that is imported), Python
prints a traceback and goes on as if nobody had pressed Ctrl-C.
"""

import sys

_dropped = False


def keep() -> None:
    """Keep every interruption of this process that Python drops from now on."""
    sys.unraisablehook = _kept


def check() -> None:
    """Raise KeyboardInterrupt where an interruption was dropped, once."""
    global _dropped  # noqa: PLW0603  as a signal belongs to the process
    if _dropped:
        _dropped = False
        raise KeyboardInterrupt


def _kept(found: "sys.UnraisableHookArgs") -> None:
    global _dropped  # noqa: PLW0603  as above
    if issubclass(found.exc_type, KeyboardInterrupt):
        _dropped = True
    else:
        sys.__unraisablehook__(found)
