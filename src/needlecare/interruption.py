"""Interruptions end the work cleanly and are never lost.

A terminal that is closed and a service manager ask as Ctrl-C does. An interruption can be raised anywhere. Where that is while an object is tidied away
(a weak reference's callback, a __del__, the lock of a module that is imported), Python
prints a traceback and goes on as if nobody had pressed Ctrl-C.
"""

import signal
import sys

from needlecare import system

_dropped = False


def listen() -> None:
    """Take SIGTERM and SIGHUP for an interruption from now on, unless they are ignored (nohup), and keep every
    interruption of this process that Python drops.
    """
    for asked in system.stop_signals():
        if signal.getsignal(asked) is signal.SIG_DFL:
            signal.signal(asked, signal.default_int_handler)
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
