"""The template of a clinic's rule file -> the file that a clinic begins with."""

import json
import re
import unicodedata
from datetime import date
from string import Template
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta
from msgspec import Struct

RULES_SCHEMA = "needlecare-rules.schema.json"  # what the JSON Schema is called beside a clinic's file

_EXAMPLE_TELEPHONE = '# telephone = "020 7946 0000"'


class StarterOptions(Struct, frozen=True, kw_only=True):
    """What a starting file is filled with; `file` and `cases` are the names by which it speaks of them."""

    id: str
    file: str
    cases: str
    reviewed: date
    name: str
    telephone: str = ""


def starting_file(template: str, beginning: StarterOptions) -> str:
    """Return the TOML of a starting file; the next review is due a year after the first."""
    telephone = f"telephone = {_toml(beginning.telephone)}" if beginning.telephone else _EXAMPLE_TELEPHONE
    return Template(template).substitute(
        id=beginning.id,
        file=beginning.file,
        cases=beginning.cases,
        reviewed=beginning.reviewed.isoformat(),
        review_due=(beginning.reviewed + relativedelta(years=1)).isoformat(),
        name=_toml(beginning.name),
        telephone=telephone,
    )


def starting_cases(template: str, zone: ZoneInfo) -> str:
    """Return the worked cases of a starting file, in the clinic's own time zone."""
    return Template(template).substitute(zone=zone.key)


def identity(name: str, *, but: str) -> str:
    """Return the id that a file's name makes: "praxis-muller" for Praxis Müller; never `but`, its base's."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    made = re.sub("[^a-z0-9]+", "-", plain).strip("-") or "clinic"
    return f"{made}-clinic" if made == but else made


def with_schema(toml: str) -> str:
    """Return a rule file that points an editor to the JSON Schema beside it."""
    return f"#:schema ./{RULES_SCHEMA}\n{toml}"


def _toml(text: str) -> str:
    """Return a text without control characters as TOML writes it: as JSON does."""
    return json.dumps(text, ensure_ascii=False)
