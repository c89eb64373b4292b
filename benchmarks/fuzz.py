"""Fuzz everything that reads foreign text with Atheris, which looks for inputs that reach new code.

    pip install -e '.[test,fuzz]'
    python benchmarks/fuzz.py [--runs N] [--seconds N] [TARGET ...]

The targets, their first inputs and what must hold for each are those of tests/fuzz_targets.py: a result, or an error
that says what is wrong, within 2 seconds of the processor and 200 MiB for each input. Each target runs in a process of
its own; an input that fails is kept in the folder crashes. --seconds ends a target early; the inputs it had are counted.
"""

import argparse
import os
import re
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
CHILD = "NEEDLECARE_FUZZ_TARGET"  # set in the process of one target
ATTEMPTS = 3  # at an input that takes too long: the machine may be busy
LONGEST_INPUT = 64 * 1024  # bytes; what is larger is tried in tests/project/test_fuzz.py
TYPED_LENGTH = 200


def main() -> int:
    """Run the targets one after another, print a row for each, and return 1 where one failed."""
    sys.path.insert(0, str(ROOT / "tests"))
    if name := os.environ.get(CHILD):
        _run_target(name)
        return 0
    from fuzz_targets import FILES, TYPED

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "targets", nargs="*", metavar="TARGET", help=f"{', '.join([*TYPED, *FILES])}; all of them"
    )
    parser.add_argument("--runs", type=int, default=200_000, help="inputs for each target (200000)")
    parser.add_argument("--seconds", type=int, default=0, help="for each target at most (no limit)")
    asked = parser.parse_args()
    failed = False
    print(f"{'target':24}{'inputs':>10}{'seconds':>9}  result")
    for target in asked.targets or [*TYPED, *FILES]:
        begun = time.monotonic()
        done = _child(target, asked.runs, asked.seconds)
        ok = done.returncode == 0
        failed |= not ok
        counted = re.search(r"^Done (\d+) runs", done.stderr, re.MULTILINE)
        result = "no failure" if ok else f"FAILED: {_reason(done.stderr)}"
        inputs = counted[1] if counted else ""
        print(f"{target:24}{inputs:>10}{time.monotonic() - begun:9.0f}  {result}", flush=True)
    return int(failed)


def _child(target: str, runs: int, seconds: int) -> "subprocess.CompletedProcess[str]":
    """Run one target in a process of its own, from its first inputs."""
    from fuzz_targets import FILES, SMALL

    crashes = ROOT / "crashes"
    with TemporaryDirectory() as folder:
        seeds = SMALL.get(target) or (FILES[target][1] if target in FILES else ())
        for number, seed in enumerate(seeds):
            (Path(folder) / f"seed{number}").write_bytes(seed[:LONGEST_INPUT])
        crashes.mkdir(exist_ok=True)
        longest = LONGEST_INPUT if target in FILES else TYPED_LENGTH
        limits = [f"-runs={runs}", f"-max_total_time={seconds}", f"-max_len={longest}"]
        limits += ["-timeout=20", "-rss_limit_mb=0"]  # ours are stricter
        done = subprocess.run(
            [sys.executable, __file__, *limits, f"-artifact_prefix={crashes}/", folder],
            env={**os.environ, CHILD: target},
            capture_output=True,
            check=False,
            text=True,
            errors="replace",
        )
    with suppress(OSError):  # something is in it, or another run has removed it
        crashes.rmdir()
    return done


def _run_target(name: str) -> None:
    import atheris

    with atheris.instrument_imports(include=["needlecare"]):
        from fuzz_targets import FILES, TYPED

    read = FILES[name][0] if name in FILES else TYPED[name]
    atheris.Setup(sys.argv, lambda data: _try(read, data))
    atheris.Fuzz()


def _try(read: Callable[[bytes], None], data: bytes) -> None:
    """Read one input, in so much time and with so much more memory than this process holds before."""
    from fuzz_targets import MEMORY, SECONDS, TookTooLongError, ends

    pages = int(
        Path("/proc/self/statm").read_text(encoding="ascii").split()[5]
    )  # its data, as RLIMIT_DATA counts
    most = pages * resource.getpagesize() + MEMORY
    for attempt in range(1, ATTEMPTS + 1):
        resource.setrlimit(resource.RLIMIT_DATA, (most, resource.RLIM_INFINITY))
        try:
            ends(read, data, SECONDS)
        except TookTooLongError:
            if attempt == ATTEMPTS:
                raise
        else:
            return
        finally:  # Atheris and its report may take what they need
            resource.setrlimit(resource.RLIMIT_DATA, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def _reason(said: str) -> str:
    """Return the line that says what went wrong."""
    lines = said.splitlines()
    for line, following in pairwise(lines):
        if "Uncaught Python exception" in line:
            return following.strip()
    return next((line.strip() for line in lines if "ERROR" in line), "see stderr")


if __name__ == "__main__":
    sys.exit(main())
