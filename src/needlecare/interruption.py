"""Interruptions (Ctrl-C, a closed terminal, a service manager) end the work cleanly and are never lost.

Python can raise KeyboardInterrupt at any point. If that happens while it cleans up an object (in a
__del__, a weak reference's callback, or the lock of a module being imported), it prints a traceback and
continues as if Ctrl-C had not been pressed. So those interruptions are recorded here and raised later.
"""

import signal
import sys

from needlecare import system

_dropped = False


def listen() -> None:
    """Treat SIGTERM and SIGHUP like Ctrl-C from now on, unless they are ignored (as under nohup), and record
    every interruption that Python drops.
    """
    for stop in system.stop_signals():
        if signal.getsignal(stop) is signal.SIG_DFL:
            signal.signal(stop, signal.default_int_handler)
    sys.unraisablehook = _record_interruption


def check() -> None:
    """Raise KeyboardInterrupt if an interruption was dropped since the last call."""
    global _dropped  # noqa: PLW0603  signals belong to the whole process
    if _dropped:
        _dropped = False
        raise KeyboardInterrupt


def _record_interruption(unraisable: "sys.UnraisableHookArgs") -> None:
    global _dropped  # noqa: PLW0603  as above
    if issubclass(unraisable.exc_type, KeyboardInterrupt):
        _dropped = True
    else:
        sys.__unraisablehook__(unraisable)
