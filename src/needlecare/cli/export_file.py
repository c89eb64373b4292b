"""The export of a booking system: opened, and looked at as a whole before its rows are planned."""

import sys
from contextlib import ExitStack, suppress
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, cast

from needlecare.batch.appointment import CellOptions
from needlecare.batch.headings import parse_condition
from needlecare.batch.rows import Survey, survey
from needlecare.batch.tables import FileFormat, Table, heading_key, read_table
from needlecare.errors import UsageError, WriteError, quoted_path
from needlecare.model import Column, ExportFormat
from needlecare.storage.files import as_usage_error, reason
from needlecare.storage.rule_files import load_preset, preset_names
from needlecare.time.zones import zone_named

_FORMATS_BY_ENDING = {
    **dict.fromkeys((".csv", ".tsv"), FileFormat.CSV),
    **dict.fromkeys((".ndjson", ".jsonl"), FileFormat.NDJSON),
    ".xlsx": FileFormat.XLSX,
}
SPOOLED_BYTES = 1024 * 1024  # of standard input that are kept in memory; more goes to a temporary file


def preset_list() -> str:
    """Write the known booking systems, one on each line."""
    presets = [load_preset(name) for name in preset_names()]
    width = max((len(preset.name) for preset in presets), default=0)
    lines = [
        f"{preset.name:{width}}  {preset.system}: {preset.where} (read {preset.read})" for preset in presets
    ]
    return "\n".join([*lines, "", "Copy one and change it: --preset FILE."]) + "\n"


def open_export(file: str, stack: ExitStack) -> IO[bytes]:
    """Open the export as a stream that can be read several times. Raises UsageError and WriteError."""
    if file == "-":
        if sys.stdin is None:
            raise UsageError("standard input is closed; give the name of a file")
        return _spooled(sys.stdin.buffer, file, stack)
    path = Path(file)
    with as_usage_error(quoted_path(file)):
        stream = stack.enter_context(path.open("rb"))
    return stream if path.is_file() else _spooled(stream, file, stack)


def _spooled(stream: IO[bytes], file: str, stack: ExitStack) -> IO[bytes]:
    """Copy a stream that can be read only once. A long copy is in a temporary file without a name."""
    spool = SpooledTemporaryFile(max_size=SPOOLED_BYTES)  # noqa: SIM115  the stack closes it
    copy = cast("IO[bytes]", stack.enter_context(spool))
    with as_usage_error(quoted_path(file), "give the name of a file"):
        while data := stream.read(SPOOLED_BYTES):
            try:
                copy.write(data)
            except OSError as error:
                raise WriteError(
                    f"the temporary folder cannot hold a copy of the export: {reason(error)}; make room"
                ) from None
    return copy


def surveyed(
    stream: IO[bytes],
    file: str,
    file_format: FileFormat | None,
    export: ExportFormat,
    typed: ExportFormat,
    cells: CellOptions,
) -> tuple[Table, Survey]:
    """Look at the whole export, before anything is written. Raises UsageError."""
    file_format = file_format or _FORMATS_BY_ENDING.get(Path(file).suffix.lower())
    with as_usage_error(quoted_path(file)):
        try:
            table = read_table(stream, file_format, _headings(export) | set(Column))
            zone = cells.defaults.zone or zone_named("UTC")
            return table, survey(table, export, cells.services, typed=_headings(typed), zone=zone)
        except UsageError as error:
            known = None if export.preset or export.map else _matching_preset(stream, file_format)
            if known is None:
                raise
            raise UsageError(f"{known}; as it is, {error}") from None


def _headings(export: ExportFormat) -> frozenset[str]:
    """Return the keys of the headings that a format names."""
    conditions = [parse_condition(text, only=True) for text in (*export.only, *export.skip)]
    named = [*export.map.values(), *export.ref_from, *(condition.heading for condition in conditions)]
    return frozenset(heading_key(name) for name in named if name)


def _matching_preset(stream: IO[bytes], file_format: FileFormat | None) -> str | None:
    """Suggest the preset whose headings the file has; None if there is none."""
    presets = [load_preset(name) for name in preset_names()]
    headings = {preset.name: set(map(heading_key, preset.export.map.values())) for preset in presets}
    with suppress(UsageError, OSError):
        table = read_table(stream, file_format, frozenset().union(*headings.values()))
        found = set(map(heading_key, table.headings or next(table.records()).cells))
        for preset in presets:
            if headings[preset.name] <= found:
                return f"this looks like an export of {preset.system}: give --preset {preset.name}"
    return None
