"""Change the code a little, one place at a time, and see whether a test notices.

    python benchmarks/mutate.py [--sample N] [--seed N] [--seconds N] [--programs] [FOLDER ...]

A FOLDER is one of src/needlecare, such as time or plan; by default time, plan, calendar and batch. --sample tries so many
mutants of each folder, drawn by --seed. Those that survive are listed with their place and what was changed: each is
a missing test, or means the same as before.

The tests of a folder are imported once, and it is measured once which lines each of them runs, and how long it takes.
Every mutant then lives in a fork of that process: the changed function gets its new code, a changed constant its new
value in every module that has it, and the tests that run it follow, the fastest first, until one fails. What is in a
class is tried in a copy of this checkout, in a separate process. Where a test runs the program, that is a fork of the
test's process, and has the change too. --seconds leaves out the tests that take longer. Tests that start other processes
take part only with --programs: what survives all others is then tried by them, a minute or more for each.
"""

import argparse
import ast
import gc
import os
import pickle
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from datetime import date, timedelta
from datetime import time as time_of_day
from itertools import islice
from math import inf
from pathlib import Path
from tempfile import TemporaryDirectory
from types import CodeType, FunctionType
from typing import Any

import coverage
import pytest
from _pytest.runner import runtestprotocol

ROOT = Path(__file__).parents[1]
FOLDERS = ("time", "plan", "calendar", "batch")
ONLY = "NEEDLECARE_MUTATE_ONLY"  # names the file that holds which tests to run, in a process of its own
SECONDS = 600  # for the tests of one mutant; what takes longer hangs, and is noticed
CPU_SECONDS = 5  # for one test in a fork, and ten times as long as it took when it was measured
ADDRESSES = 8 * 1024**3  # bytes; a mutant may collect without end

_COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_RECKONED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
}
_CONSTANTS = (int, float, str, bytes, tuple, frozenset, dict, date, time_of_day, timedelta, re.Pattern)
_IN_A_CLASS = 3  # the exit code of a fork that cannot change what a mutant changes
_NO_RESULT = frozenset({"frozen", "kw_only", "slots", "covariant", "maxsize"})  # of a class, and of a cache


@dataclass(frozen=True, slots=True)
class Mutant:
    """A changed module: its path below the checkout, the line, what stood there and what stands there now.

    `place` is the number of the node in its module, and of the change among those of the node.
    """

    path: Path
    line: int
    before: str
    after: str
    place: tuple[int, int]

    def tree(self) -> ast.Module:
        """Return the module as it is changed."""
        number, which = self.place
        tree = ast.parse((ROOT / self.path).read_text(encoding="utf-8"))
        node = next(islice(ast.walk(tree), number, None))
        node.__dict__.update(next(islice(_changes(node), which, None)).__dict__)
        return ast.fix_missing_locations(tree)


@dataclass(slots=True)
class Measured:
    """The tests of a folder, by their place among all: the lines that run them, how long, what starts processes."""

    lines: dict[str, dict[int, set[int]]] = field(default_factory=dict)  # by file and line
    seconds: dict[int, float] = field(default_factory=dict)
    programs: set[int] = field(default_factory=set)
    failed: set[int] = field(default_factory=set)
    slow: set[int] = field(default_factory=set)

    def of_line(self, mutant: Mutant) -> list[int]:
        """Return the tests that run a line, the fastest first."""
        return self.sorted(self.lines.get(str(ROOT / mutant.path), {}).get(mutant.line, set()))

    def of_module(self, mutant: Mutant) -> list[int]:
        """Return the tests that run anything of a module, the fastest first."""
        return self.sorted(set().union(*self.lines.get(str(ROOT / mutant.path), {}).values()))

    def of_folder(self) -> list[int]:
        """Return the tests that run anything of the folder: a constant may be used in another module."""
        return self.sorted(set().union(*(tests for lines in self.lines.values() for tests in lines.values())))

    def sorted(self, tests: Iterable[int]) -> list[int]:
        """Return the tests among some that pass without a mutant, start no process and aren't slow; the fastest first."""
        return sorted(set(tests) - self.failed - self.programs - self.slow, key=self.seconds.__getitem__)


def main() -> int:
    """Try the mutants of each folder, list those that survive, and return 1 where one does."""
    if ONLY in os.environ:
        return _run_only(Path(os.environ[ONLY]).read_text(encoding="utf-8").splitlines())
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", nargs="*", metavar="FOLDER", default=FOLDERS)
    parser.add_argument("--sample", type=int, metavar="N", help="mutants of each folder; else all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--seconds", type=float, default=inf, metavar="N", help="of work that a test may take"
    )
    parser.add_argument("--programs", action="store_true", help="use the tests that start processes, too")
    asked = parser.parse_args()
    survived = False
    for folder in asked.folders:
        found = [
            one for path in sorted((ROOT / "src/needlecare" / folder).glob("*.py")) for one in mutants(path)
        ]
        if asked.sample is not None:
            found = random.Random(asked.seed).sample(found, min(asked.sample, len(found)))  # noqa: S311
        child = os.fork()  # so that the modules of each folder's tests are imported afresh
        if child == 0:
            os._exit(_try_folder(folder, found, asked))
        survived |= os.waitpid(child, 0)[1] != 0
    return int(survived)


def _try_folder(folder: str, found: list[Mutant], asked: argparse.Namespace) -> int:
    """Try some mutants of a folder and print what comes out; return 1 where one survives."""
    with TemporaryDirectory() as place:
        trials = Trials(folder, found, Path(place), programs=asked.programs, seconds=asked.seconds)
        options = [
            "-q",
            "-s",
            "-p",
            "no:cacheprovider",
            f"--basetemp={place}/tests",
            str(ROOT / "tests" / folder),
        ]
        os.environ["NEEDLECARE_TESTS_START"] = "here"  # tests/program.py
        with redirect_stdout(sys.stderr):
            pytest.main(options, plugins=[trials])
        if not trials.done:
            return 1  # and pytest has said why
        noticed = len(found) - len(trials.left)
        print(f"{folder}: {noticed} of {len(found)} mutants were noticed", flush=True)
        if trials.measured.failed:
            print(f"  left out, since they fail without a change: {len(trials.measured.failed)} tests")
        if trials.measured.slow:
            print(f"  left out, since they are slow: {len(trials.measured.slow)} tests")
        return int(bool(trials.left))


class Trials:
    """A plugin of pytest that tries mutants in the place of its loop over the tests."""

    def __init__(
        self, folder: str, found: list[Mutant], place: Path, *, programs: bool, seconds: float
    ) -> None:
        self.folder = folder
        self.programs = programs
        self.seconds = seconds
        self.found = found
        self.place = place
        self.items: list[pytest.Item] = []
        self.measured = Measured()
        self.left: list[Mutant] = []
        self.done = False
        self.output = sys.stdout  # which pytest does not have
        self.copied = place / "needlecare"
        self.forked = place / "forked"

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Measure the tests, and try every mutant. Returns True: the tests have had their turn."""
        self.items = session.items
        self.measured = self._measure()
        shutil.copytree(
            ROOT, self.copied, ignore=shutil.ignore_patterns(".git", ".venv*", ".*_cache", "crashes")
        )
        for number, one in enumerate(self.found, 1):
            begun = time.monotonic()
            if not self._is_noticed(one):
                self.left.append(one)
                print(f"  {one.path}:{one.line}: {one.before}  ->  {one.after}", file=self.output, flush=True)
            taken = time.monotonic() - begun
            print(
                f"{self.folder} {number}/{len(self.found)}, {len(self.left)} survive, {taken:.0f} s",
                file=sys.stderr,
                flush=True,
            )
        self.done = True
        return True

    def _measure(self) -> Measured:
        """Run every test in a fork, so that nothing that they remember is there when a mutant is tried."""
        file = self.place / "measured"
        if (child := os.fork()) == 0:
            _silence()
            try:
                file.write_bytes(pickle.dumps(self._measured()))
            finally:
                os._exit(0)
        os.waitpid(child, 0)
        measured = pickle.loads(file.read_bytes())  # noqa: S301  which was written just now
        assert isinstance(measured, Measured)
        return measured

    def _measured(self) -> Measured:
        found = Measured()
        measuring = coverage.Coverage(
            data_file=None, config_file=False, include=[str(ROOT / "src/needlecare" / self.folder / "*")]
        )
        started: list[str] = []

        def refuse(event: str, _: tuple[object, ...]) -> None:
            if event == "subprocess.Popen":
                started.append(event)
                raise OSError("no process is started while tests are measured")

        sys.addaudithook(refuse)
        self._measure_forks(measuring)
        measuring.start()
        caches = list(_caches(f"needlecare.{self.folder}."))
        for number in range(len(self.items)):
            for cache in caches:  # so that each test runs every line that it needs
                cache.cache_clear()
            started.clear()
            begun = _cpu_seconds()
            measuring.switch_context(str(number))
            following = self.items[number + 1] if number + 1 < len(self.items) else None
            reports = runtestprotocol(self.items[number], log=False, nextitem=following)
            for fork in self.forked.iterdir():
                for path, lines in pickle.loads(fork.read_bytes()).items():  # noqa: S301  written by a fork
                    for line in lines:
                        found.lines.setdefault(path, {}).setdefault(line, set()).add(number)
                fork.unlink()
            passed = not any(report.failed for report in reports)
            if not passed and not started:
                found.failed.add(number)
            found.seconds[number] = _cpu_seconds() - begun
            if found.seconds[number] > self.seconds:
                found.slow.add(number)
            if started:
                found.programs.add(number)
        measuring.stop()
        data = measuring.get_data()
        for path in data.measured_files():
            for line, numbers in data.contexts_by_lineno(path).items():
                found.lines.setdefault(path, {}).setdefault(line, set()).update(
                    map(int, filter(None, numbers))
                )
        return found

    def _measure_forks(self, measuring: coverage.Coverage) -> None:
        """Let every fork of this process leave in a file which lines it ran."""
        self.forked.mkdir()
        this, end = os.getpid(), os._exit

        def leave(code: int) -> None:
            if os.getpid() != this:
                measuring.stop()
                data = measuring.get_data()
                lines = {path: data.lines(path) for path in data.measured_files()}
                (self.forked / str(os.getpid())).write_bytes(pickle.dumps(lines))
            end(code)

        os._exit = leave  # type: ignore[assignment]  # it ends every fork, and returns to none

    def _is_noticed(self, mutant: Mutant) -> bool:
        if list(_changed_functions(mutant)):
            noticed = self._is_noticed_in_a_fork(mutant, self.measured.of_line(mutant))
        else:
            tried = self._is_noticed_in_a_fork(mutant, self.measured.of_folder())
            tests = self.measured.of_module(mutant)
            noticed = self._is_noticed_elsewhere(mutant, tests) if tried is None else tried
        programs = sorted(self.measured.programs, key=self.measured.seconds.__getitem__)
        return noticed or (self.programs and self._is_noticed_elsewhere(mutant, programs))

    def _is_noticed_in_a_fork(self, mutant: Mutant, tests: list[int]) -> bool | None:
        """Whether some tests notice a mutant of a function or of a constant; None if it is in a class."""
        if not tests:
            return False
        if (child := os.fork()) == 0:
            resource.setrlimit(resource.RLIMIT_AS, (ADDRESSES, ADDRESSES))
            signal.alarm(SECONDS)
            _silence()
            try:
                if not _change(mutant):
                    os._exit(_IN_A_CLASS)
                for cache in _caches("[^_]"):  # which hold values from when the tests were imported
                    cache.cache_clear()
                os._exit(0 if self._passes(tests) else 1)
            except BaseException:  # noqa: BLE001  whatever a mutant does, it is noticed
                os._exit(1)
        ended = os.waitpid(child, 0)[1]
        return None if ended == _IN_A_CLASS << 8 else ended != 0

    def _is_noticed_elsewhere(self, mutant: Mutant, tests: list[int]) -> bool:
        """Whether some tests notice a mutant in a process of their own, with its module in a copy of the checkout."""
        if not tests:
            return False
        only, path = self.place / "only", self.copied / mutant.path
        only.write_text("\n".join(self.items[one].nodeid for one in tests), encoding="utf-8")
        original = path.read_text(encoding="utf-8")
        path.write_text(ast.unparse(mutant.tree()), encoding="utf-8")
        try:
            done = subprocess.run(
                [sys.executable, str(self.copied / "benchmarks/mutate.py")],
                cwd=self.copied,
                env={**os.environ, ONLY: str(only), "PYTHONPATH": str(self.copied / "src")},
                capture_output=True,
                check=False,
                timeout=SECONDS,
            )
        except subprocess.TimeoutExpired:
            return True
        finally:
            path.write_text(original, encoding="utf-8")
        return done.returncode != 0

    def _passes(self, tests: list[int]) -> bool:
        """Run tests up to one that fails, each for so many times the seconds that it took when it was measured."""
        for test, following in zip(tests, [*tests[1:], None], strict=True):
            used = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
            most = int(used + CPU_SECONDS + 10 * self.measured.seconds[test])
            resource.setrlimit(resource.RLIMIT_CPU, (most, resource.RLIM_INFINITY))
            after = None if following is None else self.items[following]
            if any(report.failed for report in runtestprotocol(self.items[test], log=False, nextitem=after)):
                return False
        return True


def _cpu_seconds() -> float:
    """Return how long this process and its forks have worked."""
    return sum(os.times()[:4])


def _silence() -> None:
    """Let what the tests of this process print go nowhere."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.dup2(null, 2)


class Only:
    """A plugin of pytest that runs some tests alone, in their order."""

    def __init__(self, names: list[str]) -> None:
        self.place = {name: number for number, name in enumerate(names)}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keep the tests, and put them in their order."""
        items[:] = sorted(
            (item for item in items if item.nodeid in self.place), key=lambda item: self.place[item.nodeid]
        )


def _run_only(names: list[str]) -> int:
    files = sorted({name.partition("::")[0] for name in names})
    return int(pytest.main(["-x", "-q", "-p", "no:cacheprovider", *files], plugins=[Only(names)]))


def _changed_functions(mutant: Mutant) -> Iterator[tuple[FunctionType, CodeType]]:
    """Yield each living function that a mutant changes, with its new code; nothing where it changes none."""
    path = str(ROOT / mutant.path)
    new: dict[tuple[str, int], CodeType] = {}
    waiting = [compile(mutant.tree(), path, "exec", dont_inherit=True)]
    while waiting:
        code = waiting.pop()
        new[code.co_qualname, code.co_firstlineno] = code
        waiting.extend(one for one in code.co_consts if isinstance(one, CodeType))
    for one in gc.get_objects():
        if isinstance(one, FunctionType) and one.__code__.co_filename == path:
            code = new.get((one.__code__.co_qualname, one.__code__.co_firstlineno), one.__code__)
            if code != one.__code__:
                yield one, code


def _change(mutant: Mutant) -> bool:
    """Give the living functions and constants that a mutant changes what it gives them. Returns whether there are any."""
    functions = list(_changed_functions(mutant))
    for function, code in functions:
        function.__code__ = code
    if functions:
        return True
    name = ".".join(mutant.path.with_suffix("").parts[1:])  # without src
    living = vars(sys.modules[name])
    same, new = ({"__name__": name, "__file__": living["__file__"]} for _ in range(2))
    exec(compile(ast.parse((ROOT / mutant.path).read_text(encoding="utf-8")), name, "exec"), same)  # noqa: S102  our own code
    exec(compile(mutant.tree(), name, "exec"), new)  # noqa: S102  the same, with the change
    changed = [
        key
        for key, value in new.items()
        if isinstance(value, _CONSTANTS) and living.get(key) == same[key] and value != same[key]
    ]
    for module in list(sys.modules.values()):
        for key in changed:
            if getattr(module, key, None) is living[key] and module.__dict__ is not living:
                setattr(module, key, new[key])
    living.update((key, new[key]) for key in changed)
    return bool(changed)


def _caches(modules: str) -> Iterator[Any]:
    """Yield the caches of functions in modules that begin so (a regular expression)."""
    for one in gc.get_objects():
        if type(one).__name__ == "_lru_cache_wrapper" and re.match(modules, str(one.__module__)):
            yield one


def mutants(path: Path) -> Iterator[Mutant]:
    """Yield every mutant of a module, one change each; what changes no result stays as it is."""
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    kept = {node.value for node in nodes if isinstance(node, ast.keyword) and node.arg in _NO_RESULT}
    for number, node in enumerate(nodes):
        for which, changed in enumerate(() if node in kept else _changes(node)):
            yield Mutant(
                path=path.relative_to(ROOT),
                line=getattr(node, "lineno", 0),
                before=ast.unparse(node),
                after=ast.unparse(changed),
                place=(number, which),
            )


def _changes(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the small changes of one node, each of the same type as it is."""
    match node:
        case ast.Compare(left=left, ops=[op], comparators=others) if type(op) in _COMPARED:
            yield ast.copy_location(ast.Compare(left, [_COMPARED[type(op)]()], others), node)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _RECKONED:
            yield ast.copy_location(ast.BinOp(left, _RECKONED[type(op)](), right), node)
        case ast.BoolOp(op=op, values=values):
            other = ast.Or() if isinstance(op, ast.And) else ast.And()
            yield ast.copy_location(ast.BoolOp(other, values), node)
        case ast.Constant(value=bool(value)):
            yield ast.copy_location(ast.Constant(not value), node)
        case ast.Constant(value=int(value)):
            yield ast.copy_location(ast.Constant(value + 1), node)
        case ast.IfExp(test=test, body=body, orelse=other):
            yield ast.copy_location(ast.IfExp(test, other, body), node)
        case ast.Call(func=ast.Name(id="min" | "max" as name), args=arguments, keywords=keywords):
            swapped = ast.Name("max" if name == "min" else "min", ast.Load())
            yield ast.copy_location(ast.Call(swapped, arguments, keywords), node)


if __name__ == "__main__":
    sys.exit(main())
