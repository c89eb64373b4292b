"""What became of the rows of a batch, as NDJSON and in words."""

import json
from collections import Counter

from needlecare.batch.rows import Outcome, RowProblem, RowResult

FAILED = "error"


def record_json(result: Outcome | RowProblem) -> bytes:
    """Return the record of a row as a line of NDJSON: of one that failed with no cell of it."""
    record: dict[str, object] = {"row": result.number, "line": result.line}
    if isinstance(result, Outcome):
        record |= {"outcome": result.became, "ref": result.ref, "file": result.file}
    else:
        record |= {
            "outcome": FAILED,
            "column": result.column,
            "code": result.code,
            "expected": result.expected,
        }
    return json.dumps(record, ensure_ascii=False).encode(errors="replace") + b"\n"


_WOULD = {RowResult.WRITTEN: "to write", RowResult.REVISED: "to revise"}


def account_text(done: Counter[RowResult], *, rows: int, failed: int, dry_run: bool) -> str:
    """Return "3 rows: 2 written, 1 failed.", or what there is to do: "3 rows: 2 to write, 1 failed."."""
    parts = [
        f"{done[became]} {_WOULD.get(became, became) if dry_run else became}"
        for became in RowResult
        if done[became]
    ]
    parts += [f"{failed} failed"] if failed else []
    named = "1 row" if rows == 1 else f"{rows} rows"
    return f"{': '.join(filter(None, [named, ', '.join(parts)]))}."
