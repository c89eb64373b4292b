"""Measure needlecare against empty Typer commands, and batch against loops that build the same events.

    python benchmarks/run.py [--only PART] [--quick] [--markdown] [--rows N] [--folder DIR]

Makes an environment in a temporary folder and installs a copy of this checkout into
it, as a WHEEL: pip then compiles every module to bytecode, as it does for who
installs needlecare. From a checkout the first start of all would compile them, and
where bytecode may not be written every start would. The empty commands are installed
beside it in the same way, so that both start through a script that pip made. The
libraries of the loops stand in an environment of their own.

Everything is measured in rounds, the two of each comparison one right after the
other and in turns which goes first; what is told is the ratio of each round. Needs a
Unix (wait4), Python 3.11 or later, pip's package index, and for the largest batch a
disk with room: 33 kB for each row, removed afterwards. This program imports the
standard library alone and keeps nothing large, since Linux counts the memory of who
starts a process as part of that process's peak.
"""

import argparse
import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from figures import Comparison, Cost, Result, listed, result_text, slope

ROOT = Path(__file__).parents[1]
LOOPS = Path(__file__).with_name("loops.py")
EMPTY = Path(__file__).with_name("empty")

# The commands are those of the documentation, an hour after a treatment.
TREATED = "2026-11-21T14:30"
ASKED = ("--as-of", "2026-11-21T15:30")
# Half of the rows lie ahead. Daily care is left out: the loops write no event that repeats.
BATCH = ("--tz", "Europe/Berlin", "--as-of", "2026-11-15T09:00", "--daily", "none")

# What the README promises: the largest ratio to what it is measured against.
AT_MOST_TEXT = 1.35
AT_MOST_TABLE = 1.25
AT_MOST_CALENDAR = 1.2
AT_MOST_LOOP = 1.0
AT_MOST_MEMORY = 1.2

MILLISECOND = 1e-3
MEGABYTE = 1e6


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """How much is measured: rounds of starts and of batches, and the rows of the batches."""

    starts: int
    batches: int
    few: int
    many: int
    small: int
    large: int


USUAL = Amount(starts=40, batches=7, few=200, many=1_200, small=1_000, large=100_000)
QUICK = Amount(starts=2, batches=2, few=10, many=60, small=20, large=100)


class Failed(Exception):
    """What keeps a benchmark from being made; its text is for who runs it."""


def main() -> None:
    """Measure everything, and print the tables."""
    asked = arguments()
    if not hasattr(os, "wait4"):
        sys.exit(
            "benchmarks/run.py: this system has no wait4, which tells what a process used; run it on a Unix"
        )
    amount = QUICK if asked.quick else USUAL
    amount = replace(amount, large=asked.rows or amount.large)
    if amount.large <= amount.small:
        sys.exit(f"benchmarks/run.py: --rows {amount.large} are not more than {amount.small}; give more")
    load = os.getloadavg()[0]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # whoever ends it, what it wrote is removed
    try:
        with TemporaryDirectory(prefix="needlecare-benchmark-", dir=asked.folder) as folder:
            say(f"installing into {folder}")
            programs = installed(Path(folder))
            results = [PARTS[name](programs, Path(folder), amount) for name in asked.only or PARTS]
            about = machine(programs, load=load)
    except (Failed, OSError) as error:
        sys.exit(f"benchmarks/run.py: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
    print("\n\n".join(result_text(result, markdown=asked.markdown) for result in results))
    print("\n" + listed(about, markdown=asked.markdown))


def arguments() -> argparse.Namespace:
    """Return what was asked for on the command line."""
    parser = argparse.ArgumentParser(prog="benchmarks/run.py", description=(__doc__ or "").split("\n")[0])
    parser.add_argument(
        "--only", action="append", choices=PARTS, help="this part alone; may be given several times"
    )
    parser.add_argument("--quick", action="store_true", help="whether it works: two rounds, few rows")
    parser.add_argument("--markdown", action="store_true", help="print the tables of docs/performance.md")
    parser.add_argument(
        "--rows", type=int, metavar="N", help=f"rows of the largest batch; else {USUAL.large:,}"
    )
    parser.add_argument(
        "--folder",
        metavar="DIR",
        help="an existing folder for what is installed and written; else the system's",
    )
    return parser.parse_args()


def say(text: str) -> None:
    """Tell how far the work is, on standard error."""
    print(f"benchmarks/run.py: {text}", file=sys.stderr, flush=True)


# The environment ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Programs:
    """What is installed, and the environment variables that it is run with."""

    scripts: Path
    python: Path  # with the libraries of the loops
    variables: Mapping[str, str]

    def command(self, name: str, *more: str) -> list[str]:
        """Return the command line of an installed program."""
        return [str(self.scripts / name), *more]

    def loop(self, *arguments: str) -> list[str]:
        """Return the command line of loops.py."""
        return [str(self.python), str(LOOPS), *arguments]


def installed(place: Path) -> Programs:
    """Install needlecare and the empty commands into a folder, and the loops' libraries. Raises Failed.

    From copies, so that building leaves nothing in the checkout. icalendar has an
    environment of its own: what it brings would be found and imported by others, too,
    and nobody who installs needlecare has it.
    """
    source, empty = place / "needlecare", place / "empty"
    unwanted = shutil.ignore_patterns("__pycache__", "*.egg-info", "build")
    source.mkdir()
    for name in ("pyproject.toml", "setup.py", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    for name in ("src", "schedules", "docs"):
        shutil.copytree(ROOT / name, source / name, ignore=unwanted)
    shutil.copytree(EMPTY, empty, ignore=unwanted)
    variables = {
        **{
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PYTHON", "NEEDLECARE_"))
        },
        "XDG_DATA_HOME": str(place / "data"),  # nothing is saved there
        "LANG": "C.UTF-8",
        "COLUMNS": "80",
        "TERM": "xterm-256color",
    }
    contents = {"venv": (str(source), str(empty)), "loops": ("ics", "icalendar")}
    for name, wanted in contents.items():
        run([sys.executable, "-m", "venv", str(place / name)], variables)
        pip = [str(place / name / "bin" / "python"), "-m", "pip", "install", "--quiet", "--compile"]
        run([*pip, *wanted], variables)
    return Programs(
        scripts=place / "venv" / "bin", python=place / "loops" / "bin" / "python", variables=variables
    )


def machine(programs: Programs, *, load: float) -> list[str]:
    """Return on what was measured, when, and how busy it was."""

    def versions(python: str, *wanted: str) -> str:
        code = (
            f"import importlib.metadata as m; print(*(f'{{n}} {{m.version(n)}}' for n in {wanted}), sep=', ')"
        )
        return run([python, "-c", code], programs.variables).out.strip()

    ours = versions(*programs.command("python"), "needlecare", "msgspec", "typer", "rich", "ics")
    loops = versions(str(programs.python), "ics", "icalendar")
    return [
        (
            f"{time.strftime('%Y-%m-%d')}; {processor()}, {os.cpu_count()} cores; {platform.system()} "
            f"{platform.release()}; Python {platform.python_version()}; {ours}; in the loops {loops}."
        ),
        (
            f"Load before {load:.2f}, after {os.getloadavg()[0]:.2f}: one process of ours works at a time, "
            "two with --jobs 2."
        ),
    ]


def processor() -> str:
    """Return the name of the processor, as far as the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


# One process --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """What a process used: seconds of the clock and of the processor, bytes at its peak; and what it printed."""

    clock: float
    processor: float
    peak: int
    out: str


def run(
    command: Sequence[str],
    variables: Mapping[str, str],
    *,
    cwd: Path | None = None,
    codes: Iterable[int] = (0,),
) -> Used:
    """Run a command to its end. Raises Failed where its exit code is none of those expected.

    The peak is that of the largest process, where it starts further ones.
    """
    with TemporaryDirectory() as folder:
        out, err = Path(folder, "out"), Path(folder, "err")
        with out.open("wb") as stdout, err.open("wb") as stderr:
            before = time.perf_counter()
            started = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr, cwd=cwd, env=variables
            )
            try:
                _, status, used = os.wait4(started.pid, 0)
            except BaseException:  # it would go on writing into a folder that is being removed
                started.kill()
                started.wait()
                raise
            clock = time.perf_counter() - before
        started.returncode = os.waitstatus_to_exitcode(status)
        if started.returncode not in codes:
            said = err.read_text(encoding="utf-8", errors="replace").strip()
            raise Failed(f"{' '.join(command[:3])} … ended with exit code {started.returncode}: {said}")
        return Used(
            clock=clock,
            processor=used.ru_utime + used.ru_stime,
            peak=used.ru_maxrss * (1 if sys.platform == "darwin" else 1024),
            out=out.read_text(encoding="utf-8", errors="replace"),
        )


def rounds(count: int, what: str) -> Iterator[int]:
    """Yield the numbers of some rounds, telling of each where a person sees it."""
    say(f"{what}, {count} rounds")
    for number in range(count):
        if sys.stderr.isatty():
            print(f"\r{number + 1}", end="", file=sys.stderr, flush=True)
        yield number
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr, flush=True)


def in_turns(number: int, *measured: Callable[[], None]) -> None:
    """Call each, in the order of the round: what goes first in one goes last in the next."""
    for measure in measured if number % 2 == 0 else reversed(measured):
        measure()


# Start-up -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """A command of needlecare and the empty one of the same kind. `can` answers with its exit code."""

    name: str
    own: tuple[str, ...]
    empty: tuple[str, ...]
    at_most: float | None
    colour: bool = False


STARTS = (
    Start(
        name="timeline",
        own=(TREATED, "--prp", "--skin-type", "IV", *ASKED, "--format", "timeline"),
        empty=("empty-table", TREATED),
        at_most=AT_MOST_TABLE,
        colour=True,  # as on a terminal
    ),
    Start(
        name="--json",
        own=(TREATED, "--prp", "--skin-type", "IV", *ASKED, "--json"),
        empty=("empty-text", TREATED),
        at_most=AT_MOST_TEXT,
    ),
    Start(
        name="--ics",
        own=(TREATED, "--prp", "--skin-type", "IV", *ASKED, "--ics", "-"),
        empty=("empty-calendar", TREATED),
        at_most=AT_MOST_CALENDAR,
    ),
    Start(
        name="can",
        own=("can", "go", "to", "the", "gym", "--treated", TREATED, "--prp", *ASKED),
        empty=("empty-text", TREATED),
        at_most=AT_MOST_TEXT,
    ),
    Start(
        name="status",
        own=("status", "--treated", TREATED, "--prp", *ASKED),
        empty=("empty-text", TREATED),
        at_most=AT_MOST_TEXT,
    ),
    Start(
        name="normal",
        own=("normal", "my", "face", "is", "still", "red", "--treated", TREATED, "--prp", *ASKED),
        empty=("empty-text", TREATED),
        at_most=AT_MOST_TEXT,
    ),
    Start(name="--help", own=("--help",), empty=("empty-text", "--help"), at_most=None),
)


def starts(programs: Programs, _: Path, amount: Amount) -> Result:
    """Return what each command takes against the empty one of its kind."""
    took: dict[str, tuple[list[Used], list[Used]]] = {start.name: ([], []) for start in STARTS}

    def measure(start: Start, command: list[str], used: list[Used]) -> Callable[[], None]:
        variables = {**programs.variables, **({"FORCE_COLOR": "1"} if start.colour else {})}
        codes = (0, 1) if start.name == "can" else (0,)
        return lambda: used.append(run(command, variables, codes=codes))

    for number in rounds(amount.starts + 1, "start-up"):
        for start in STARTS:
            own, empty = took[start.name]
            in_turns(
                number,
                measure(start, programs.command("needlecare", *start.own), own),
                measure(start, programs.command(*start.empty), empty),
            )
    comparisons = [
        Comparison(
            own=cost(start.name, took[start.name][0][1:]),  # the first round reads the disk
            other=cost(" ".join(start.empty).removesuffix(f" {TREATED}"), took[start.name][1][1:]),
            unit=MILLISECOND,
            at_most=start.at_most,
        )
        for start in STARTS
    ]
    return Result(heading="Start-up, in milliseconds", comparisons=comparisons)


def cost(name: str, used: Sequence[Used]) -> Cost:
    """Return what a process took in each round."""
    return Cost(name=name, took=[one.clock for one in used], processor=[one.processor for one in used])


# Batches and loops --------------------------------------------------------------------------------


def rows_file(path: Path, count: int) -> Path:
    """Write so many appointments: of every skin type, with PRP or without, every tenth without a time of day."""
    with path.open("w", encoding="utf-8") as file:
        file.write("ref,treated,prp,skin_type,scars\n")
        for number in range(count):
            minutes = 8 * 60 + number * 5 % 600
            clock = "" if number % 10 == 9 else f"T{minutes // 60:02}:{minutes % 60:02}"
            answers = f"{'no' if number % 2 else 'yes'},{number % 6 + 1},{'no' if number % 3 else 'yes'}"
            file.write(f"r{number:06},2026-11-{number % 28 + 1:02}{clock},{answers}\n")
    return path


def batch(programs: Programs, rows: Path, folder: Path, *, jobs: int = 1) -> Used:
    """Return what a batch used that filled a new folder. What others left to write is written before."""
    os.sync()
    more = ("--out", str(folder), "--jobs", str(jobs))
    return run(programs.command("needlecare", "batch", str(rows), *BATCH, *more), programs.variables)


def bulk(programs: Programs, place: Path, amount: Amount) -> Result:
    """Return what batch takes for a calendar against loops that build and write the same events one by one."""
    few, many = rows_file(place / "few.csv", amount.few), rows_file(place / "many.csv", amount.many)
    events, ours = place / "events", place / "ours"
    batch(programs, many, ours)
    run(programs.loop("read", str(ours), str(events)), programs.variables)
    folder = place / "out"
    of_few: dict[int, list[Used]] = {1: [], 2: []}
    of_many: dict[int, list[Used]] = {1: [], 2: []}
    loops: dict[str, list[tuple[float, float]]] = {"ics": [], "icalendar": []}

    def measure_batch(rows: Path, jobs: int, used: list[Used]) -> Callable[[], None]:
        def measure() -> None:
            used.append(batch(programs, rows, folder, jobs=jobs))
            shutil.rmtree(folder)

        return measure

    def measure_loop(library: str) -> Callable[[], None]:
        def measure() -> None:
            os.sync()
            folder.mkdir()
            done = run(programs.loop("write", library, str(events), str(folder)), programs.variables)
            if not loops[library]:  # the comparison is one only where both make the same
                run(programs.loop("compare", str(ours), str(folder)), programs.variables)
            clock, processor = json.loads(done.out)
            loops[library].append((clock, processor))
            shutil.rmtree(folder)

        return measure

    for number in rounds(amount.batches, "batch against loops"):
        in_turns(
            number,
            *(measure_batch(few, jobs, of_few[jobs]) for jobs in (1, 2)),
            *(measure_batch(many, jobs, of_many[jobs]) for jobs in (1, 2)),
            *map(measure_loop, loops),
        )
    shutil.rmtree(ours)

    def further(jobs: int, name: str) -> Cost:
        pairs = list(zip(of_few[jobs], of_many[jobs], strict=True))
        more = amount.many - amount.few
        fewest, most = (min(used.clock for used in of[jobs]) for of in (of_few, of_many))
        return Cost(
            name=name,
            least=slope(fewest, most, rows=more),
            took=[slope(one.clock, other.clock, rows=more) for one, other in pairs],
            processor=[slope(one.processor, other.processor, rows=more) for one, other in pairs],
        )

    def loop(library: str) -> Cost:
        return Cost(
            name=f"loop with {library}",
            took=[clock / amount.many for clock, _ in loops[library]],
            processor=[processor / amount.many for _, processor in loops[library]],
        )

    whole = Cost(
        name=f"batch, {amount.many:,} rows with its start",
        took=[used.clock / amount.many for used in of_many[1]],
        processor=[used.processor / amount.many for used in of_many[1]],
    )
    one, two = further(1, "batch, each further row"), further(2, "the same with --jobs 2")
    start = median(used.clock - amount.few * row for used, row in zip(of_few[1], one.took, strict=True))
    return Result(
        heading="Batch, in milliseconds for each calendar",
        comparisons=[
            Comparison(own=whole, other=loop("ics"), unit=MILLISECOND, at_most=AT_MOST_LOOP),
            Comparison(own=one, other=loop("ics"), unit=MILLISECOND, at_most=AT_MOST_LOOP),
            Comparison(own=one, other=loop("icalendar"), unit=MILLISECOND),
            Comparison(own=two, other=one, unit=MILLISECOND),
        ],
        remarks=[f"A batch takes {start / MILLISECOND:.0f} ms before and after its rows."],
    )


# Memory -------------------------------------------------------------------------------------------


def peaks(programs: Programs, place: Path, amount: Amount) -> Result:
    """Return what memory a large batch takes, which is run once, against a small one."""
    heading = "Batch, in megabytes at the peak"
    small, large = amount.small, amount.large
    rows, folder = rows_file(place / "small.csv", small), place / "out"
    used: list[Used] = []
    disk = 0
    for _ in rounds(min(3, amount.batches), f"memory of {small:,} rows"):
        used.append(batch(programs, rows, folder))
        disk = sum(path.stat().st_blocks * 512 for path in folder.iterdir())
        shutil.rmtree(folder)
    needed, free = disk / small * large * 1.1, shutil.disk_usage(place).free
    if needed > free:
        told = (
            f"{large:,} rows were not run: their calendars need {needed / 1e9:.1f} GB, and there are "
            f"{free / 1e9:.1f} GB free in {place.parent}; give --folder, or fewer --rows."
        )
        return Result(heading=heading, remarks=[told])
    clock, processor = median(one.clock for one in used), median(one.processor for one in used)
    say(f"memory of {large:,} rows, once: about {clock / small * large / 60:.0f} minutes")
    most = batch(programs, rows_file(place / "large.csv", large), folder)
    shutil.rmtree(folder)
    return Result(
        heading=heading,
        comparisons=[
            Comparison(
                own=Cost(name=f"batch, {large:,} rows", took=[most.peak]),
                other=Cost(name=f"{small:,} rows", took=[median(one.peak for one in used)]),
                unit=MEGABYTE,
                at_most=AT_MOST_MEMORY,
            )
        ],
        remarks=[
            (
                f"Of {small:,} rows each takes {clock / small / MILLISECOND:.2f} ms "
                f"({processor / small / MILLISECOND:.2f} of the processor), its share of the start included; "
                f"of {large:,} rows {most.clock / large / MILLISECOND:.2f} ms "
                f"({most.processor / large / MILLISECOND:.2f})."
            )
        ],
    )


PARTS: dict[str, Callable[[Programs, Path, Amount], Result]] = {
    "start-up": starts,
    "batch": bulk,
    "memory": peaks,
}


if __name__ == "__main__":
    main()
