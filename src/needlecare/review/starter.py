"""The rule file that a clinic starts with, made from a template."""

import json
import re
import unicodedata
from datetime import date
from string import Template
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta
from msgspec import Struct
from msgspec.structs import asdict

RULES_SCHEMA = "needlecare-rules.schema.json"  # the name of the JSON Schema beside a clinic's file

_EXAMPLE_TELEPHONE = '# telephone = "020 7946 0000"'


class StarterOptions(Struct, frozen=True, kw_only=True):
    """What to insert into the template; `file` and `cases` are the names of the files, for its comments."""

    id: str
    file: str
    cases: str
    reviewed: date
    name: str
    telephone: str = ""


def starting_file(template: str, options: StarterOptions) -> str:
    """Fill the template of a rule file; the next review is due a year after the first."""
    telephone = f"telephone = {_toml(options.telephone)}" if options.telephone else _EXAMPLE_TELEPHONE
    return Template(template).substitute(
        asdict(options),
        review_due=options.reviewed + relativedelta(years=1),
        name=_toml(options.name),
        telephone=telephone,
    )


def starting_cases(template: str, zone: ZoneInfo) -> str:
    """Fill the template of worked cases, in the clinic's own time zone."""
    return Template(template).substitute(zone=zone.key)


def identity(name: str, *, but: str) -> str:
    """Make an id from a file's name: "praxis-muller" for Praxis Müller. It is never `but`, the id of its base."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    made = re.sub("[^a-z0-9]+", "-", plain).strip("-") or "clinic"
    return f"{made}-clinic" if made == but else made


def with_schema(toml: str) -> str:
    """Add the line to a rule file that points editors to the JSON Schema beside it."""
    return f"#:schema ./{RULES_SCHEMA}\n{toml}"


def _toml(text: str) -> str:
    """Quote a text without control characters for TOML, which does it like JSON."""
    return json.dumps(text, ensure_ascii=False)
