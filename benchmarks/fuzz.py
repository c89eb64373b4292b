"""Fuzz everything that reads foreign text with Atheris, which looks for inputs that reach new code.

    pip install -e '.[test,fuzz]'
    python benchmarks/fuzz.py [--runs N] [TARGET ...]

The targets, their first inputs and what must hold for each are those of tests/fuzz_targets.py: a result, or an error
that says what is wrong, within 2 seconds. Here a reader and Atheris together may take 400 MiB more than they take at
rest. Each target runs in a process of its own; an input that fails is kept in the folder crashes.
"""

import argparse
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
CHILD = "NEEDLECARE_FUZZ_TARGET"  # set in the process of one target
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
    asked = parser.parse_args()
    failed = False
    print(f"{'target':24}{'inputs':>10}{'seconds':>9}  result")
    for target in asked.targets or [*TYPED, *FILES]:
        begun = time.monotonic()
        done = _child(target, asked.runs)
        ok = done.returncode == 0
        failed |= not ok
        result = "no failure" if ok else f"FAILED: {_reason(done.stderr)}"
        print(
            f"{target:24}{asked.runs if ok else '':>10}{time.monotonic() - begun:9.0f}  {result}", flush=True
        )
    return int(failed)


def _child(target: str, runs: int) -> "subprocess.CompletedProcess[str]":
    """Run one target in a process of its own, from its first inputs."""
    from fuzz_targets import FILES

    crashes = ROOT / "crashes"
    with TemporaryDirectory() as folder:
        for number, seed in enumerate(FILES[target][1] if target in FILES else ()):
            (Path(folder) / f"seed{number}").write_bytes(seed[:LONGEST_INPUT])
        crashes.mkdir(exist_ok=True)
        longest = LONGEST_INPUT if target in FILES else TYPED_LENGTH
        limits = [f"-runs={runs}", f"-max_len={longest}", "-timeout=10", "-rss_limit_mb=0"]
        done = subprocess.run(
            [sys.executable, __file__, *limits, f"-artifact_prefix={crashes}/", folder],
            env={**os.environ, CHILD: target},
            capture_output=True,
            check=False,
            text=True,
            errors="replace",
        )
    if not any(crashes.iterdir()):
        crashes.rmdir()
    return done


def _run_target(name: str) -> None:
    import atheris

    with atheris.instrument_imports(include=["needlecare"]):
        from fuzz_targets import FILES, MEMORY, TYPED, ends

    read = FILES[name][0] if name in FILES else TYPED[name]
    at_rest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    resource.setrlimit(resource.RLIMIT_DATA, (at_rest + 2 * MEMORY, resource.RLIM_INFINITY))
    atheris.Setup(sys.argv, lambda data: ends(read, data))
    atheris.Fuzz()


def _reason(said: str) -> str:
    """Return the line that says what went wrong."""
    lines = [line for line in said.splitlines() if "Error" in line or "ERROR" in line or "Exception" in line]
    return lines[0].strip() if lines else "see stderr"


if __name__ == "__main__":
    sys.exit(main())
