"""Reads a rule file into a Schedule, and reports every problem in it with its line and column.

It takes bytes and opens no file. The caller provides the bytes of the file that a rule file extends.
"""

import re
import tomllib
from codecs import BOM_UTF8
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, time
from hashlib import sha256
from itertools import pairwise
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec.structs import replace

from needlecare.errors import Problem, ScheduleError, quoted, shown
from needlecare.model import (
    ANSWERS_ONLY,
    UNRANKED,
    ClaimPart,
    Clinic,
    Column,
    ExportFormat,
    Kind,
    Offset,
    Preset,
    ReadyLine,
    Recommendation,
    Rule,
    RuleException,
    Schedule,
    Series,
    SeriesRange,
    Services,
    SessionScope,
    SmsWording,
    Source,
    Standing,
    StandingText,
)
from needlecare.rules.fields import TOO_DEEP, Fields, Path, Problems
from needlecare.time.offsets import on_reference_day

if TYPE_CHECKING:
    from needlecare.rules.positions import Document  # slow to import, and needed only to report problems

MAX_PROBLEMS = 200  # reported for one file
MAX_WAITING_RULES = 20  # rules in a row, each of which waits for the next
MAX_RULE_FILE_BYTES = 256 * 1024  # bytes; the built-in file for the face has 124 thousand

LONGEST_TITLE = 60  # characters of a calendar's title

_BARE = re.compile(r"^(rules|sources)\.(?=.)")  # messages say "makeup", not "rules.makeup"
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
# The keys at the top of a rule file. A file without any of them is probably not a rule file.
_TOP_KEYS = frozenset(
    {
        *("extends", "id", "version", "reviewed", "review_due", "treatment", "services", "export"),
        *("sms", "only_ours", "system", "standing", "series", "clinic", "sources", "rules"),
    }
)
# A dotted key on which tomllib would take minutes, since its time grows with the square of the names.
_MAX_KEY_NAMES = 100
_NAME = r"""(?:[A-Za-z0-9_-]++|"(?:[^"\\\n]|\\.)*+"|'[^'\n]*+')"""
_LONG_KEY = rf"(?<![A-Za-z0-9_-])(?:{_NAME}[ \t]*+\.[ \t]*+){{{_MAX_KEY_NAMES}}}"
_ADD_SOURCE = "; add it to [sources]"
_WRITE_ID = "; write the id of a rule, as in [rules.makeup]"
# What a file has from the one that it extends if it says nothing itself, beside sources, rules and goals.
_INHERITED = (
    *("treatment", "areas", "not_on_skin", "not_misspelt", "clock"),
    *("only_ours", "standing", "series", "clinic", "services", "sms"),
)
_ENDS_FOR_GOOD = frozenset({Kind.AVOID, Kind.EXPECT})  # the kinds that ready-by can wait for
_HAS_WORDS = frozenset({"emergency", "urgent"})  # standing texts whose phrases are looked for in questions
_HAS_NAMES = _HAS_WORDS | {"scope"}  # those that know the names of other things
_HAS_EARLIEST = frozenset({Kind.AVOID, Kind.EXPECT, Kind.PREPARE})
_WAITS = frozenset({Kind.AVOID, Kind.DO, Kind.EXPECT})
# Keys that only rules of some kinds have, and what is wrong with them in a rule of another kind.
_KINDS_WITH = {
    "after": (_WAITS, "only avoid, do and expect rules wait for another, not {kind} rules"),
    "daily": ({Kind.DO}, "only a do rule is daily care, not one of kind {kind}"),
    "never_forbids": (
        {Kind.PREPARE, Kind.MILESTONE},
        "only a prepare or milestone rule never forbids, not one of kind {kind}",
    ),
    "past": ({Kind.EXPECT}, "only an expect rule has a warning that follows it, not one of kind {kind}"),
    "series": (
        {Kind.PREPARE, Kind.DO, Kind.EXPECT, Kind.MILESTONE},
        "{kind} rules hold in every session of a series",
    ),
}

Base = Callable[[str], bytes | None]
Parsed = TypeVar("Parsed")


def read_schedule(data: bytes, *, file: str, base: Base = lambda _: None) -> Schedule:
    """Read the schedule in the bytes of a rule file.

    `file` is its name in messages. `base` returns the bytes of the rule file that "extends" names, or None.
    Raises ScheduleError with all problems.
    """
    return _read(data, file, base, _ScheduleReader.schedule)


def read_preset(data: bytes, *, name: str, file: str) -> Preset:
    """Read a preset: how to read the export of a booking system. Raises ScheduleError with all problems."""
    return _read(data, file, lambda _: None, lambda reader: reader.preset(name))


def _read(data: bytes, file: str, base: Base, read: "Callable[[_ScheduleReader], Parsed | None]") -> Parsed:
    text = _text(data, file)
    error = None
    try:
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as found:
        error = found
    else:
        if (result := read(_ScheduleReader(document, data, base))) is not None:
            return result
    from needlecare.rules.positions import read_document

    positions = read_document(text)
    if error is not None and not _TOP_KEYS & positions.data.keys():
        # It may be an export, so nothing of it is repeated.
        raise _error(file, "not a rule file; give one that ends in .toml, such as clinic.toml", 1, 1)
    reader = _ScheduleReader(positions.data, data, base)
    read(reader)
    problems = [*_toml_problems(positions.problems, error, text), *_value_problems(reader, positions)]
    problems.sort(key=lambda problem: (problem.line or 0, problem.column or 0))
    raise ScheduleError(file, limit_problems(problems))


def _text(data: bytes, file: str) -> str:
    """Return the text of a file. Raises ScheduleError if it is too large, not UTF-8, or would take minutes to read."""
    if len(data) > MAX_RULE_FILE_BYTES:
        raise _error(file, "larger than 256 KiB, the limit for a rule file; shorten it")
    written = data.removeprefix(BOM_UTF8)
    try:
        text = written.decode().replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        before = written[: error.start].decode().split("\n")
        what = "not UTF-8; save the file as UTF-8"
        raise _error(file, what, len(before), len(before[-1]) + 1) from None
    for number, line in enumerate(text.split("\n"), 1):
        if line.count(".") >= _MAX_KEY_NAMES and re.search(_LONG_KEY, line):
            raise _error(file, TOO_DEEP, number, 1)
    return text


def _error(file: str, what: str, line: int | None = None, column: int | None = None) -> ScheduleError:
    return ScheduleError(file, [Problem(where="", what=what, line=line, column=column)])


def _value_problems(reader: "_ScheduleReader", document: "Document") -> Iterator[Problem]:
    """Yield the problems of values, and the keys that nobody knows, each with its line and column."""
    # After other mistakes, what seems to be missing or unknown may not be.
    broken = bool(document.problems) or reader.baseless
    for path, found in reader.problems.wrong.items():
        line, column = document.place(path)
        for what in found:
            if not (broken and what.startswith(("missing", "unknown"))):
                yield Problem(where=_where(path), what=what, line=line, column=column)
    for path, what in reader.problems.unknown().items():
        line, column = document.keys.get(path) or document.place(path)
        yield Problem(where=_where(path[:-1]), what=what, line=line, column=column)


def limit_problems(problems: Sequence[Problem]) -> Sequence[Problem]:
    """Limit the problems of a file to the first ones, and say how many more there are."""
    if len(problems) <= MAX_PROBLEMS:
        return problems
    more = f"and {len(problems) - MAX_PROBLEMS} more problems; fix these first"
    return [*problems[:MAX_PROBLEMS], Problem(where="", what=more)]


def _toml_problems(found: Sequence[Problem], error: Exception | None, text: str) -> list[Problem]:
    """Return the syntax errors of the TOML.

    tomllib finds only the first one, but its position is the best, so nothing before it is reported. If it
    noticed the error only at the end of the file, the error is moved to the first one that was found otherwise.
    """
    others = [replace(problem, where=_BARE.sub("", problem.where)) for problem in found]
    if error is None:
        return others
    what, _, where = str(error).partition(" (at ")
    if isinstance(error, RecursionError):
        what = TOO_DEEP
    match = re.fullmatch(r"line ([0-9]+), column ([0-9]+)\)", where)
    if match is None:
        places = [(problem.line, problem.column) for problem in others if problem.line and problem.column]
        end = (text.count("\n") + 1, len(text.rpartition("\n")[2]) + 1)
        line, column = min(places, default=end)
        return [Problem(where="", what=what, line=line, column=column), *others]
    line, column = int(match[1]), int(match[2])
    later = [problem for problem in others if (problem.line or 0) >= line]
    is_among_them = any(problem.line == line or problem.what == what for problem in later)
    return later if is_among_them else [Problem(where="", what=what, line=line, column=column), *later]


def _where(path: Path) -> str:
    """Write a path for a person: makeup.recommendations 2.end."""
    text = ""
    for part in path:
        text += f" {part + 1}" if isinstance(part, int) else f".{shown(part)}" if text else shown(part)
    return _BARE.sub("", text)


class _ScheduleReader:
    """Reads a document once, and collects every problem in it."""

    def __init__(self, document: Mapping[str, object], data: bytes, base: Base) -> None:
        self.problems = Problems()
        self.baseless = False  # it extends a file that doesn't exist, so keys may only seem to be missing
        self.root = Fields(self.problems, (), document)
        self.data = data
        self.base = base
        self.base_data = b""
        self.sources: dict[str, Source] = {}
        self.rules: dict[str, Rule] = {}
        self.known: set[str] = set()  # the ids of all rules, and of those that the file switches off
        self.claims: dict[str, Path] = {}

    def schedule(self) -> Schedule | None:
        root = self.root
        base = self._extended()
        if base is not None:
            root.inherited = SimpleNamespace(**{name: getattr(base, name) for name in _INHERITED})
            self.sources |= base.sources
        identity = root.text("id")
        if identity:
            self._check_id(root, identity, "id")
        if base is not None and identity == base.id:
            root.wrong(
                f"{quoted(identity)} is the id of the file that this one extends; choose another", "id"
            )
        reviewed = root.date("reviewed")
        review_due = root.date("review_due")
        if reviewed and review_due and review_due < reviewed:
            root.wrong("is before reviewed; write the day by which to review again", "review_due")
        for key, table in root.named_tables("sources"):
            self._check_id(table, key)
            self.sources[key] = self._source(key, table)
        only_ours = root.flag("only_ours")
        off = self._read_rules(base.rules if base else {}, only_ours=only_ours)
        self._check_order()
        self._check_claims()
        if base is None and not root.has("rules"):
            root.wrong("missing rules; write [rules.makeup] and its keys")
        goals = base.ready if base and not root.has("ready") else map(self._ready_line, root.tables("ready"))
        schedule = Schedule(
            id=identity,
            version=root.text("version"),
            reviewed=reviewed or date.min,
            review_due=review_due or date.min,
            treatment=root.text("treatment"),
            sources=self.sources,
            rules=self.rules,
            standing=self._standing(),
            series=self._series(),
            sha256=sha256(self.data + self.base_data).hexdigest(),
            ready=tuple(goals),
            extends=base.id if base else None,
            clinic=self._clinic(),
            clock=self._clock(),
            areas=root.texts("areas"),
            not_on_skin=root.texts("not_on_skin"),
            not_misspelt=root.texts("not_misspelt"),
            services=root.table("services").struct(Services),
            export=self._export(),
            sms=self._sms(),
            only_ours=only_ours,
            own_rules=frozenset(root.table("rules").values) - off if base else frozenset(),
        )
        return None if self.problems else schedule

    def preset(self, name: str) -> Preset | None:
        """Read the document as a preset."""
        root = self.root
        read = root.date("read")
        preset = Preset(
            name=name,
            system=root.text("system"),
            read=read or date.min,
            where=root.text("where", required=False),
            export=replace(self._export(), preset=name),
        )
        if not preset.export.map.get(Column.TREATED):
            root.table("export").wrong('missing map.treated; write treated = "HEADING" in [export.map]')
        return None if self.problems else preset

    def _export(self) -> ExportFormat:
        """Read [export]; a clinic's file does not inherit it."""
        table = self.root.table("export")
        headings = table.table("map")
        for key in headings.values:
            headings.asked.add(key)  # an unknown one gets its own message
            if key not in set(Column):
                near = self.problems.nearest(key, list(Column))
                headings.wrong(f"unknown column {quoted(key)}{near}; write one of {', '.join(Column)}", key)
        return table.struct(
            ExportFormat,
            map={key: headings.text(key) for key in headings.values if key in set(Column)},
            dates=table.choice("dates", ("dmy", "mdy"), "") or "",
            only=self._conditions(table, "only"),
            skip=self._conditions(table, "skip"),
        )

    def _conditions(self, table: Fields, key: str) -> tuple[str, ...]:
        found = table.texts(key)
        for number, text in enumerate(found):
            if not text.partition("=")[0].strip() or "=" not in text:
                table.wrong('not a condition; write "Status=Cancelled,No Show"', key, number)
        return found

    def _sms(self) -> SmsWording:
        table = self.root.table("sms")
        messages = table.choice("messages", ("few", "all"), "few")
        return table.struct(SmsWording, prose=("opening", "closing"), messages=messages)

    def _extended(self) -> Schedule | None:
        if not self.root.has("extends"):
            return None
        name = self.root.text("extends")
        data = self.base(name) if name else None
        if data is None:
            self.baseless = True
            if name:
                self.root.wrong(
                    f"no built-in schedule {quoted(name)}; see needlecare schedule list", "extends"
                )
            return None
        self.base_data = data
        return read_schedule(data, file=f"{name}.toml")

    def _check_id(self, table: Fields, identity: str, *path: str) -> None:
        """Report an id of the wrong form, at the path of its key or at the table that is named by it."""
        if not _ID.fullmatch(identity):
            table.wrong(f"{quoted(identity)} is not an id; write small letters, digits and hyphens", *path)

    def _source(self, key: str, table: Fields) -> Source:
        tier = table.number("tier", 1, 4)
        if tier is None and not table.has("tier"):
            table.wrong("missing tier; write tier = 1 to 4")
        year = table.number("year", 1900, 2199)
        own = self.root.has("extends") or self.root.has("clinic")
        return table.struct(Source, key=key, tier=tier or 4, year=year, own=own)

    def _read_rules(self, inherited: Mapping[str, Rule], *, only_ours: bool) -> frozenset[str]:
        """Read the rules, and return the ids of those that the file switches off."""
        self.rules = {k: r for k, r in inherited.items() if not only_ours or r.kind is Kind.WARNING}
        off = set()
        for key, table in self.root.named_tables("rules", inherited):
            self._check_id(table, key)
            if table.flag("off"):
                off.add(key)
                if table.inherited is None:
                    what = "off only switches off rules of the file that this one extends"
                    table.wrong(f"{what}; it has no such rule", "off")
            elif (rule := self._rule(key, table)) is not None:
                self.rules[key] = rule
        self.known = {*self.rules, *inherited}
        self.rules = {key: rule for key, rule in self.rules.items() if key not in off}
        return frozenset(off)

    def _rule(self, key: str, table: Fields) -> Rule | None:
        inherited: Rule | None = table.inherited
        named = table.choice("kind", [kind.value for kind in Kind])
        kind = Kind(named) if named else None
        if inherited and kind is not inherited.kind:
            what = f"{quoted(key)} is of kind {inherited.kind} in the file that this one extends"
            table.wrong(f"{what}; leave kind out", "kind")
        recommendations = inherited.recommendations if inherited else ()
        if table.has("recommendations") or inherited is None:
            recommendations = self._recommendations(key, table, kind)
        then = table.text("then", required=kind is Kind.AVOID and table.has("then"))
        if kind is Kind.AVOID and not then and not table.has("then"):
            table.wrong('missing then; write what to say when it ends: "makeup is fine again"')
        series = table.choice("series", [scope.value for scope in SessionScope], "")
        rule = table.struct(
            Rule,
            prose=("advice", "why"),
            id=key,
            kind=kind or Kind.AVOID,
            then=then or None,
            news=self._title_words(table, "news"),
            tonight=self._title_words(table, "tonight"),
            priority=table.number("priority", 1, UNRANKED) or UNRANKED,
            after=table.text("after", required=False) or None,
            series=SessionScope(series) if series else None,
            past=table.text("past", required=False) or None,
            exceptions=self._exceptions(table),
            recommendations=recommendations,
        )
        for name, (kinds, what) in _KINDS_WITH.items():
            if kind and kind not in kinds and table.has(name) and getattr(rule, name):
                table.wrong(f"{what.format(kind=kind)}; leave it out", name)
        return rule if kind else None

    def _exceptions(self, table: Fields) -> tuple[RuleException, ...]:
        """Return the exceptions of a rule: the file's own, then the inherited ones.

        Inherited ones cannot be removed: a file must not make needlecare forget a helmet or a medicine.
        """
        found = []
        for exception in table.tables("exceptions"):
            covers = exception.texts("covers")
            exception.need_list("covers", 'write the words of the question: covers = ["bike helmet"]')
            found.append(RuleException(covers=covers, say=exception.text("say")))
        return (*found, *(table.known("exceptions") or ()))

    def _title_words(self, table: Fields, key: str) -> str | None:
        """Return words for a calendar's title; an empty text removes the inherited words."""
        words = table.text(key, required=False)
        if len(words) > LONGEST_TITLE:
            what = f"longer than {LONGEST_TITLE} characters, which is all that a phone shows"
            table.wrong(f"{what}; shorten it", key)
        return words or None

    def _recommendations(self, rule: str, table: Fields, kind: Kind | None) -> tuple[Recommendation, ...]:
        found = []
        for number, fields in enumerate(table.tables("recommendations"), 1):
            claim = fields.text("claim", required=False) or f"{rule}-{number}"
            if claim in self.claims:
                fields.wrong(f"claim {quoted(claim)} appears twice; give each its own id", "claim")
            self.claims[claim] = fields.path
            source, ours = self._known_source(fields), self._ours(fields)
            recommendation = fields.struct(Recommendation, claim=claim, source=source, ours=ours)
            self._check_edges(fields, kind, recommendation)
            found.append(recommendation)
        table.need_list("recommendations", "write who says it, from when and until when")
        return tuple(found)

    def _known_source(self, table: Fields) -> str:
        source = table.text("source")
        if source and source not in self.sources:
            hint = self.problems.nearest(source, self.sources) or _ADD_SOURCE
            table.wrong(f"unknown source {quoted(source)}{hint}", "source")
        return source

    def _ours(self, table: Fields) -> frozenset[ClaimPart]:
        named = table.texts("ours")
        for number, name in enumerate(named):
            if name not in set(ClaimPart):
                near = self.problems.nearest(name, list(ClaimPart))
                what = f"{quoted(name)} is not one of {', '.join(ClaimPart)}{near}"
                table.wrong(what, "ours", number)
            elif not table.has("applies" if name == ClaimPart.CONDITION else name):
                what = f"names {name}, which this recommendation doesn't give; write {name}, or leave it out here"
                table.wrong(what, "ours", number)
        return frozenset(ClaimPart(name) for name in named if name in set(ClaimPart))

    def _check_edges(self, table: Fields, kind: Kind | None, recommendation: Recommendation) -> None:
        """Report a window that ends before it starts, whatever the time of the treatment."""
        if recommendation.earliest and kind:
            needs = "start" if kind is Kind.PREPARE else "end"
            if kind not in _HAS_EARLIEST:
                table.wrong(f"has no meaning for a rule of kind {kind}; leave it out", "earliest")
            elif not table.has(needs):
                table.wrong(f"is the less strict reading of {needs}; write {needs} too", "earliest")
        edges = ((name, getattr(recommendation, name)) for name in ("start", "earliest", "end"))
        given = [(name, offset) for name, offset in edges if offset is not None]
        for (first, early), (second, late) in pairwise(given):
            if _before(late, early):
                what = f"{quoted(late.text)} comes before {first} {quoted(early.text)}"
                table.wrong(f"{what}; write a later {second}", second)

    def _check_order(self) -> None:
        """Report a `past` that is not a warning, and an `after` that is no rule to wait for, or that leads back to the
        rule itself. Either may name a rule that the file switches off.
        """
        own = self.root.table("rules")
        for rule in self.rules.values():
            if rule.past is not None:
                path = ("rules", rule.id, "past")
                self._check_named(rule.past, path, frozenset({Kind.WARNING}), "name a warning rule")
            if rule.after is None:
                continue
            path, kinds = ("rules", rule.id, "after"), _waited_for(rule.kind)
            remedy = f"{rule.kind} waits for {' and '.join(sorted(kinds))} rules only"
            if self._check_named(rule.after, path, kinds, remedy) and own.table(rule.id).has("after"):
                queue = _queue(rule.id, self.rules)
                if queue[-1] == rule.id:
                    what = f"waits for itself: {' after '.join(queue)}; remove one of these waits"
                    self.problems.add(path, what)
                elif len(queue) > MAX_WAITING_RULES:
                    what = f"waits for more than {MAX_WAITING_RULES} rules in a row; let it wait for fewer"
                    self.problems.add(path, what)

    def _check_named(self, name: str, path: Path, kinds: frozenset[Kind], remedy: str) -> bool:
        """Whether a rule exists and is of one of these kinds; else report it."""
        target = self.rules.get(name)
        if name not in self.known:
            hint = self.problems.nearest(name, self.rules) or _WRITE_ID
            self.problems.add(path, f"unknown rule {quoted(name)}{hint}")
        elif target is not None and target.kind not in kinds:
            self.problems.add(path, f"{quoted(name)} is of kind {target.kind}; {remedy}")
        else:
            return True
        return False

    def _check_claims(self) -> None:
        """Report claims of this file that an inherited rule also has."""
        own = self.root.table("rules").values
        for rule in self.rules.values():
            written = own.get(rule.id)
            if isinstance(written, dict) and "recommendations" in written:
                continue
            for recommendation in rule.recommendations:
                if recommendation.claim in self.claims:
                    what = f"claim {quoted(recommendation.claim)} appears twice; give each its own id"
                    self.problems.add((*self.claims[recommendation.claim], "claim"), what)

    def _standing(self) -> Standing:
        table = self.root.table("standing")
        texts: dict[str, Any] = {}
        for name in Standing.__struct_fields__:
            inherited = table.known(name)
            if not table.has(name) and (inherited is not None or name in ANSWERS_ONLY):
                texts[name] = inherited
                continue
            fields = table.table(name)
            # A clinic's phrases are added to the inherited ones: a file must not make emergencies harder to recognise.
            known = inherited or StandingText(text="", short="")
            texts[name] = StandingText(
                text=fields.standing("text"),
                short=fields.standing("short"),
                covers=known.covers
                + (fields.texts("covers") if name in _HAS_WORDS and fields.has("covers") else ()),
                but_not=known.but_not
                + (fields.texts("but_not") if name in _HAS_NAMES and fields.has("but_not") else ()),
            )
        return Standing(**texts)

    def _series(self) -> Series:
        table = self.root.table("series")
        numbers = {name: table.number(name, 1, 24) for name in ("sessions", "scars_sessions")}
        intervals = {name: table.offset(name) for name in ("every", "scars_every")}
        for name, value in (numbers | intervals).items():
            if value is None and not table.has(name):
                example = "a number from 1 to 24" if name in numbers else f'{name} = "P28D"'
                table.wrong(f"missing {name}; write {example}")
        ranges = tuple(self._range(fields) for fields in table.tables("ranges"))
        return Series(
            sessions=numbers["sessions"] or 1,
            scars_sessions=numbers["scars_sessions"] or 1,
            every=intervals["every"] or Offset(text=""),
            scars_every=intervals["scars_every"] or Offset(text=""),
            ranges=ranges if table.has("ranges") else table.known("ranges") or (),
        )

    def _ready_line(self, table: Fields) -> ReadyLine:
        named = table.texts("rules")
        if not named and not table.values.get("rules"):
            table.wrong('missing rules; write rules = ["makeup"]')
        for number, name in enumerate(named):
            path = (*table.path, "rules", number)
            self._check_named(name, path, _ENDS_FOR_GOOD, "name avoid and expect rules")
        return table.struct(ReadyLine, rules=named)

    def _range(self, table: Fields) -> SeriesRange:
        source, sessions, every = self._known_source(table), self._bounds(table), self._intervals(table)
        return table.struct(SeriesRange, source=source, sessions=sessions, every=every)

    def _bounds(self, table: Fields) -> tuple[int, int] | None:
        match table.get("sessions"):
            case None:
                return None
            case [int(low), int(high)] if 1 <= low <= high:
                return low, high
        table.wrong("not a range; write the fewest and the most sessions, such as [3, 6]", "sessions")
        return None

    def _intervals(self, table: Fields) -> tuple[Offset, Offset | None] | None:
        match table.get("every"):
            case None:
                return None
            case [low]:
                first = table.offset_of(low, "every", 0)
                return (first, None) if first else None
            case [low, high]:
                first, last = table.offset_of(low, "every", 0), table.offset_of(high, "every", 1)
                return (first, last) if first else None
        table.wrong('not an interval; write ["P28D"], or the least and the most', "every")
        return None

    def _clock(self) -> int | None:
        if not self.root.has("clock"):
            inherited: int | None = self.root.known("clock")
            return inherited
        hours = self.root.get("clock")
        if not isinstance(hours, int) or hours not in {12, 24}:
            self.root.wrong("not a clock; write 12 (2:30 pm) or 24 (14:30)", "clock")
            return None
        return hours

    def _clinic(self) -> Clinic | None:
        table = self.root.table("clinic")
        inherited: Clinic | None = table.inherited
        if not self.root.has("clinic"):
            return inherited
        return table.struct(Clinic)


def _waited_for(kind: Kind) -> frozenset[Kind]:
    """Return the kinds that a rule of a kind may wait for. A ban never depends on something to do."""
    return frozenset({Kind.AVOID}) if kind is Kind.AVOID else _WAITS


def _before(first: Offset, other: Offset) -> bool:
    """Whether an offset is earlier than another, for a treatment at some time of the day."""
    if first.months == other.months and first.clock is other.clock is None:
        return first.days * 86400 + first.seconds < other.days * 86400 + other.seconds
    clocks = (time(12), time(0), time(23, 59))
    return any(on_reference_day(first, clock) < on_reference_day(other, clock) for clock in clocks)


def _queue(start: str, rules: Mapping[str, Rule]) -> list[str]:
    """Follow `after` from a rule, until it leads back to a rule or MAX_WAITING_RULES is reached."""
    queue = [start]
    while (rule := rules.get(queue[-1])) is not None and rule.after is not None:
        closed = rule.after in queue
        if not closed or rule.after == start:
            queue.append(rule.after)
        if closed or len(queue) > MAX_WAITING_RULES:
            break
    return queue
