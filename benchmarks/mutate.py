"""Change the code a little, one place at a time, and see whether a test notices.

    python benchmarks/mutate.py [--sample N] [--seed N] [FOLDER ...]

A FOLDER is one of src/needlecare, such as time or plan; by default time, plan, calendar and batch. Each mutant is tried by
the tests of its folder, in a copy of this checkout; --sample tries so many of each folder, drawn by --seed. Mutants
that survive are listed with their place and what was changed: each is a missing test, or means the same as before.
"""

import argparse
import ast
import copy
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
FOLDERS = ("time", "plan", "calendar", "batch")
SECONDS = 900  # for the tests of one mutant; what takes longer hangs, and is noticed

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


@dataclass(frozen=True, slots=True)
class Mutant:
    """A changed module: its path below src, the line, what stood there and what stands there now."""

    path: Path
    line: int
    before: str
    after: str
    text: str


def main() -> int:
    """Try the mutants of each folder, list those that survive, and return 1 where one does."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", nargs="*", metavar="FOLDER", default=FOLDERS)
    parser.add_argument("--sample", type=int, metavar="N", help="mutants of each folder; else all")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    survived = 0
    with TemporaryDirectory() as place:
        copied = Path(place) / "needlecare"
        shutil.copytree(
            ROOT, copied, ignore=shutil.ignore_patterns(".git", ".venv*", ".*_cache", "__pycache__")
        )
        for folder in asked.folders:
            found = [
                one
                for path in sorted((ROOT / "src/needlecare" / folder).glob("*.py"))
                for one in mutants(path)
            ]
            if asked.sample is not None:
                found = random.Random(asked.seed).sample(found, min(asked.sample, len(found)))  # noqa: S311
            left = [one for one in found if not is_noticed(one, copied, folder)]
            survived += len(left)
            print(f"{folder}: {len(found) - len(left)} of {len(found)} mutants were noticed", flush=True)
            for one in left:
                print(f"  {one.path}:{one.line}: {one.before}  ->  {one.after}", flush=True)
    return int(survived > 0)


def is_noticed(mutant: Mutant, copied: Path, folder: str) -> bool:
    """Whether a test of the folder fails with the mutant in the place of its module."""
    path = copied / mutant.path
    original = path.read_text(encoding="utf-8")
    path.write_text(mutant.text, encoding="utf-8")
    try:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", f"tests/{folder}"],
            cwd=copied,
            env={**os.environ, "PYTHONPATH": str(copied / "src"), "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            check=False,
            timeout=SECONDS,
        )
    except subprocess.TimeoutExpired:
        return True
    finally:
        path.write_text(original, encoding="utf-8")
    return done.returncode != 0


def mutants(path: Path) -> Iterator[Mutant]:
    """Yield every mutant of a module, one change each."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for number, node in enumerate(ast.walk(tree)):
        for changed in _changes(node):
            whole = copy.deepcopy(tree)
            place = next(one for at, one in enumerate(ast.walk(whole)) if at == number)
            place.__dict__.update(changed.__dict__)
            yield Mutant(
                path=path.relative_to(ROOT),
                line=getattr(node, "lineno", 0),
                before=ast.unparse(node),
                after=ast.unparse(changed),
                text=ast.unparse(whole),
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
