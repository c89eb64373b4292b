"""A Thunderbird without a window, driven by Marionette: JSON messages over TCP, each behind its length.

https://firefox-source-docs.mozilla.org/testing/marionette/Protocol.html
"""

import json
import socket
import subprocess
import time as clock
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from clients import missing, program
from program import environment

READER = Path(__file__).with_name("read_thunderbird.js")
PATIENCE = 90  # seconds, for a start on a busy machine and for each answer
SETTINGS = """
user_pref("marionette.port", 0);
user_pref("app.update.enabled", false);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("mail.provider.suppress_dialog_on_startup", true);
user_pref("calendar.timezone.useSystemTimezone", false);
user_pref("calendar.timezone.local", "Europe/Berlin");
"""


class Thunderbird:
    """A running Thunderbird with an empty profile. It skips where none is installed that is new enough."""

    def __init__(self, profile: Path) -> None:
        profile.mkdir()
        (profile / "user.js").write_text(SETTINGS)
        arguments = ["--headless", "--marionette", "-remote-allow-system-access", "--no-remote"]
        self._program = subprocess.Popen(
            [program("thunderbird"), *arguments, "--profile", profile],
            env={**environment(), "HOME": str(profile)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._received = b""
        self._number = 0
        try:
            self._socket = socket.create_connection(("127.0.0.1", self._port(profile)), PATIENCE)
            self._message()  # it greets
            self._ask("WebDriver:NewSession", timeouts={"script": PATIENCE * 1000})
            self._ask("Marionette:SetContext", value="chrome")
        except BaseException:
            self._program.kill()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()
        self._program.kill()
        self._program.wait(PATIENCE)

    def imported(self, file: Path, calendar: str, *, anew: bool = False) -> dict[str, Any]:
        """Import a file into the calendar of a name, and return what that holds; `anew` deletes it first."""
        answer = self._ask(
            "WebDriver:ExecuteAsyncScript", script=READER.read_text(), args=[str(file), calendar, anew]
        )
        held: dict[str, Any] = answer["value"]
        assert "failed" not in held, held["failed"]
        return held

    def _port(self, profile: Path) -> int:
        """Return the port that it chose, as soon as it says so."""
        written = profile / "MarionetteActivePort"
        until = clock.monotonic() + PATIENCE
        while not (written.exists() and written.read_text()):
            if self._program.poll() is not None or clock.monotonic() > until:
                missing(f"Thunderbird doesn't start here within {PATIENCE} seconds")
            clock.sleep(0.2)
        return int(written.read_text())

    def _ask(self, command: str, **parameters: Any) -> dict[str, Any]:
        self._number += 1
        data = json.dumps([0, self._number, command, parameters]).encode()
        self._socket.sendall(b"%d:%s" % (len(data), data))
        _, _, error, result = self._message()
        assert error is None, error
        return result or {}

    def _message(self) -> Any:
        while b":" not in self._received:
            self._received += self._socket.recv(1 << 16)
        written, _, rest = self._received.partition(b":")
        length = int(written)
        while len(rest) < length:
            rest += self._socket.recv(1 << 16)
        self._received = rest[length:]
        return json.loads(rest[:length])
