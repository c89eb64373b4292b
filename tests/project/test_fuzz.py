"""Everything that reads foreign text, given odd text: it ends in a result or in an error that says what is wrong.

Never in a traceback, a hang of two seconds (of the process's own time, so that a busy
machine fails nothing), 200 MiB of memory, or an exit code that stands for something else.
Batch takes its rows from a stream of any length, so its bound holds for each 128 KiB.
A longer search: NEEDLECARE_FUZZ=long .venv/bin/python -m pytest tests/project/test_fuzz.py
"""

import json
import multiprocessing
import re
import resource
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from time import process_time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fuzz_targets import (
    BERLIN,
    BUILTIN,
    CASES,
    EXAMPLE,
    EXPORT,
    FILES,
    MEMORY,
    NDJSON,
    NOW,
    ROWS,
    SAVED,
    SCHEDULE,
    SECONDS,
    SHARED,
    STARTING,
    TYPED,
    base,
    calendar_cancel,
    calendar_update,
    cases,
    ends,
    prepared_form,
    rows,
    saved,
    schedule,
)
from needlecare.calendar.events import calendar
from needlecare.calendar.ics import stream
from needlecare.calendar.update import Export
from needlecare.cli.app import run
from needlecare.errors import ScheduleError, UsageError
from needlecare.model import Treatment
from needlecare.output.json.saved import saved_json
from needlecare.plan.combine import plan
from needlecare.review.cases import _CasesReader as cases_reading
from needlecare.rules.load import MAX_RULE_FILE_BYTES, read_schedule
from needlecare.rules.positions import read_document
from needlecare.storage.saved import read_saved, saved_bytes

# Odd texts -----------------------------------------------------------------------------------------

# What a format is made of, what Python counts as a digit or a blank and nobody else does, and what
# no text should hold.
FRAGMENTS = [
    *(b'"', b"'", b'"""', b"'''", b"[", b"]", b"[[", b"]]", b"{", b"}", b"=", b",", b".", b";", b":", b"#"),
    *(b"\\", b"\n", b"\r", b"\r\n", b"\t", b" ", b"\r\n ", b"-", b"+", b"@", b"/", b"\\u0007", b"\\ud800"),
    *(b"\0", b"\x1b[31m", b"\x7f", b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\xff\xfe"),
    *(
        s.encode()
        for s in ("\u00e9", "\u2028", "\u0085", "\u202e", "\u0663", "\u00b2", "\u2155", "\u0130", "\u017f")
    ),
    *(s.encode() for s in ("\U0001f489", "\uff11", "a\u0301", "\u00a0", "\u200b")),
    *(b"0", b"1", b"-1", b"9" * 5000, b"1e999", b"nan", b"0x" + b"f" * 5000, b"true", b"null", b"NaN"),
    *(b"1979-05-27T07:32:00Z", b"2026-02-30", b"0000-00-00", b"9999-12-31", b"24:00", b"23:60", b"12am"),
    *(b"P1D", b"PT24H", b"-P99999D", b"P9999999999Y", b"P1D@25:00", b"4w", b"now", b"sat", b"tomorrow"),
    *(b"Europe/Berlin", b"../../etc/passwd", b"Europe", b"/", b"..", b"posix/UTC", b"makeup", b"and", b"the"),
    *(
        b"[rules.makeup]\n",
        b"[[rules]]\n",
        b'extends = "microneedling"\n',
        b'extends = "none"\n',
        b"off = true\n",
    ),
    *(b'after = "makeup"\n', b"a.b.c = 1\n", b"a" + b".a" * 200 + b" = 1\n", b"[" * 500, b"{a=" * 500),
    *(b"BEGIN:VEVENT\r\n", b"END:VEVENT\r\n", b"BEGIN:VALARM\r\n", b"END:VCALENDAR\r\n", b"UID:x\r\n"),
    *(b"DTEND:99991231T235959Z\r\n", b'DTEND;TZID="a:b":00010101\r\n', b"SEQUENCE:999999999999\r\n"),
    *(
        b"RRULE:COUNT=9999\r\n",
        b"TRIGGER:-P0D\r\n",
        b"RECURRENCE-ID:1\r\n",
        b'X;A="":\r\n',
        b"STATUS:CANCELLED\r\n",
    ),
]
FRAGMENT = (
    st.sampled_from(FRAGMENTS)
    | st.binary(max_size=12)
    | st.text(max_size=8).map(lambda text: text.encode(errors="surrogatepass"))
)
TEXT = st.lists(FRAGMENT, max_size=8).map(b"".join)


@st.composite
def mutated(draw: st.DrawFn, originals: tuple[bytes, ...]) -> bytes:
    """Return a file with some of its bytes, lines, numbers or words dropped, repeated, swapped or replaced."""
    data = draw(st.sampled_from(originals))
    for _ in range(draw(st.integers(1, 6))):
        lines = data.splitlines(keepends=True) or [b""]
        place, other = draw(st.integers(0, len(data))), draw(st.integers(0, len(lines) - 1))
        at = draw(st.integers(0, len(lines) - 1))
        match draw(
            st.sampled_from(["put", "cut", "line", "drop", "twice", "swap", "value", "key", "end", "ends"])
        ):
            case "put":
                data = data[:place] + draw(FRAGMENT) + data[place:]
            case "cut":
                data = data[:place] + data[place + draw(st.integers(1, 200)) :]
            case "line":
                lines.insert(at, draw(FRAGMENT) + b"\n")
                data = b"".join(lines)
            case "drop":
                data = b"".join(lines[:at] + lines[at + draw(st.integers(1, 9)) :])
            case "twice":
                data = b"".join(lines[: at + 1] + lines[min(at, other) : at + 1] + lines[at + 1 :])
            case "swap":
                lines[at], lines[other] = lines[other], lines[at]
                data = b"".join(lines)
            case "value":
                parts = re.split(b"([=:,])", lines[at], maxsplit=1)
                lines[at] = b"".join(parts[:2]) + draw(FRAGMENT) + (b"\n" if draw(st.booleans()) else b"")
                data = b"".join(lines)
            case "key":
                lines[at] = (
                    re.sub(rb"[A-Za-z_]+", lambda _: other_key, lines[at], count=1)
                    if (other_key := draw(st.sampled_from(KEYS)))
                    else lines[at]
                )
                data = b"".join(lines)
            case "end":
                data = data[:place]
            case _:
                data = data.replace(b"\r\n", b"\n") if b"\r\n" in data else data.replace(b"\n", b"\r\n")
    return data


KEYS = [
    *(
        b"id",
        b"version",
        b"reviewed",
        b"extends",
        b"sources",
        b"rules",
        b"series",
        b"standing",
        b"clinic",
        b"kind",
    ),
    *(
        b"after",
        b"off",
        b"start",
        b"end",
        b"earliest",
        b"applies",
        b"ours",
        b"covers",
        b"recommendations",
        b"DTEND",
    ),
    *(b"UID", b"BEGIN", b"END", b"RRULE", b"X-NEEDLECARE-ROLE", b"treated", b"zone", b"format"),
]


@pytest.mark.parametrize("reader", TYPED.values(), ids=TYPED)
@given(data=TEXT)
def test_whatever_is_typed_is_understood_or_refused(reader: Callable[[bytes], None], data: bytes) -> None:
    ends(reader, data)


@pytest.mark.parametrize(("reader", "originals"), FILES.values(), ids=FILES)
@given(data=st.data())
def test_whatever_a_file_holds_it_is_read_or_refused(
    reader: Callable[[bytes], None], originals: tuple[bytes, ...], data: st.DataObject
) -> None:
    ends(reader, data.draw(mutated(originals) | TEXT))


# What is read and not refused can be used: a schedule that passed its checks makes a plan.


@given(data=mutated((EXAMPLE, STARTING, BUILTIN)))
def test_rules_that_are_accepted_make_a_plan_and_a_calendar(data: bytes) -> None:
    try:
        accepted = read_schedule(data, file="clinic.toml", base=base)
    except ScheduleError:
        return
    made = plan(Treatment(treated=NOW, zone=BERLIN), accepted)
    Export(stream(calendar(made, NOW)))


# Long texts ------------------------------------------------------------------------------------------


def filled(unit: bytes, size: int, before: bytes = b"", after: bytes = b"") -> bytes:
    """Return as many units as fit into a size between a beginning and an end."""
    return before + unit * ((size - len(before) - len(after)) // len(unit)) + after


def numbered(unit: str, size: int, before: bytes = b"", after: bytes = b"") -> bytes:
    """Return units with a number in each, as many as fit."""
    longest = len((unit % 10**6).encode())
    return (
        before
        + b"".join((unit % n).encode() for n in range((size - len(before) - len(after)) // longest))
        + after
    )


def queue(rules: int, *, first_waits: bool) -> bytes:
    """Return a rule file whose rules wait for one another, in a row or in a circle."""
    head = b'id = "a"\nversion = "1"\nreviewed = 2026-01-01\nreview_due = 2027-01-01\nextends = "microneedling"\n'
    rule = (
        '[rules.r%d]\nkind = "do"\ntitle = "t"\nshort = "s%d"\nadvice = "a"\nwhy = "w"\nafter = "r%d"\n'
        'recommendations = [{source="ours",statement="s",start="P0D",end="P1D"}]\n'
    )
    source = b'[sources.ours]\ntier = 4\ntitle = "t"\n'
    number = range(rules)
    last = rules if first_waits else rules - 1
    texts = [rule % (n, n, (n + 1) % rules) for n in number if n < last]
    return head + source + "".join(texts).encode()


HEADER = CASES.split(b"\n", 1)[0] + b"\n"
LARGEST, K128, MIB = MAX_RULE_FILE_BYTES - 8, 128 * 1024, 1024 * 1024
HEAD = b"BEGIN:VCALENDAR\r\nX-NEEDLECARE-REFERENCE:6a1c1f4e-5f0b-5c0e-9b1d-8d1f3b1a7e55\r\n"
EVENT, ENDED = HEAD + b"BEGIN:VEVENT\r\n", b"END:VEVENT\r\nEND:VCALENDAR\r\n"
FOOT = b"END:VCALENDAR\r\n"
NINES = b"9" * MIB

# Each was too slow or too large once, where the comment says so, or is the shape that such a reader fears.
LONG: dict[str, tuple[Callable[[bytes], None], Callable[[], bytes]]] = {
    # 200,000 unknown keys took 8 s to refuse; a file of 4 MiB that is no TOML 5 s and 1.1 GiB, in the
    # grammar alone: so no rule file is larger than 128 KiB.
    "rules: 4 MiB": (schedule, lambda: filled(b"a=1\n", 4 * MIB)),
    "rules: unknown keys": (schedule, lambda: numbered("k%d = 1\n", LARGEST)),
    "rules: unknown rules": (schedule, lambda: numbered("[rules.r%d]\n", LARGEST)),
    "rules: unknown sources": (schedule, lambda: numbered("[sources.r%d]\n", LARGEST)),
    "rules: no TOML": (schedule, lambda: filled(b"?\n", LARGEST)),
    "rules: quotes": (schedule, lambda: filled(b'"', LARGEST)),
    "rules: a key again and again": (schedule, lambda: filled(b"a=1\n", LARGEST)),
    "rules: a table again and again": (schedule, lambda: filled(b"[a]\n", LARGEST)),
    "rules: lists of tables": (schedule, lambda: filled(b"[[rules.makeup.recommendations]]\n", LARGEST)),
    # Each place in a line was reckoned from the line's beginning: the square of its length.
    "rules: one line, a list": (schedule, lambda: filled(b"1,", LARGEST, b"x=[", b"]\n")),
    "rules: one line, a list never closed": (schedule, lambda: filled(b"1,", LARGEST, b"x=[")),
    "rules: one line, a table": (schedule, lambda: numbered("k%d=1,", LARGEST, b"x={", b"a=1}\n")),
    "rules: one line, not ASCII": (schedule, lambda: filled('"é",'.encode(), LARGEST, b"x=[", b"]\n")),
    "rules: covers of numbers": (
        schedule,
        lambda: filled(b"1,", LARGEST, *BUILTIN.replace(b"covers = [", b"covers = [|", 1).split(b"|", 1)),
    ),
    # tomllib's work grows with the square of the names in a key: minutes for one line.
    "rules: a key of 100,000 names": (schedule, lambda: filled(b".a", LARGEST, b"a", b" = 1\n")),
    "rules: a header of 100,000 names": (schedule, lambda: filled(b".a", LARGEST, b"[a", b"]\n")),
    "rules: quoted names": (schedule, lambda: filled(b'."\\""', LARGEST, b"a", b" = 1\n")),
    "rules: names in a table": (schedule, lambda: filled(b" . a", LARGEST, b"x = {a", b" = 1}\n")),
    "rules: many keys of 99 names": (schedule, lambda: numbered("k%d" + ".a" * 98 + "=1\n", LARGEST)),
    "rules: nested": (schedule, lambda: filled(b"[", LARGEST, b"x=")),
    "rules: nested and closed": (schedule, lambda: b"x=" + b"[" * 60000 + b"]" * 60000),
    "rules: nested 300 deep and wide": (schedule, lambda: b"x=" + b"[" * 300 + b"1," * 60000 + b"]" * 300),
    "rules: tables in tables": (schedule, lambda: filled(b"x={", LARGEST)),
    # Each rule went all the way along the queue, and looked back at all of it: the cube of its length;
    # and each rule of a circle named all the others.
    "rules: in a queue": (schedule, lambda: queue(600, first_waits=False)),
    "rules: in a circle": (schedule, lambda: queue(600, first_waits=True)),
    "rules: long names, each misspelt": (
        schedule,
        lambda: numbered("[rules." + "ab" * 25 + '%d]\nafter="' + "ba" * 25 + '"\nkind="do"\n', LARGEST),
    ),
    "rules: a long text": (schedule, lambda: filled(b"\\n", LARGEST, b'id = "', b'"\n')),
    "rules: a long number": (schedule, lambda: filled(b"1", LARGEST, b"id = ", b"\n")),
    # Each heading was looked for among all before it, and told with the nearest name: for ever.
    "cases: a heading again and again": (cases, lambda: filled(b"treated,", MIB - 1, after=b"\n")),
    "cases: unknown headings": (cases, lambda: numbered("c%d,", MIB - 8, after=b"\n")),
    # The folders of the time zones were looked through for each name that is none: 13 ms a row.
    "cases: unknown zones": (
        cases,
        lambda: numbered("2026-11-21,Europ/%d,,,,makeup,-,-,,x\n", MIB - 8, HEADER),
    ),
    # Each treatment is a plan: 17,000 of them took half a minute. There may be 500.
    "cases: many treatments": (
        cases,
        lambda: (
            HEADER
            + b"".join(
                b"%d-%02d-%02dT10:00,UTC,no,I,no,makeup,-,-,,x\n"
                % (1900 + n // 336, n // 28 % 12 + 1, n % 28 + 1)
                for n in range(20000)
            )
        ),
    ),
    "cases: a quote never closed": (cases, lambda: filled(b"x\n", MIB - 8, HEADER + b'"')),
    "cases: blank lines": (cases, lambda: filled(b"\n", MIB - 8)),
    # Each line was read a hundred times: the quote that it opens is closed by none of the next hundred.
    "rows: a quote opened on every line": (rows, lambda: filled(b'x","\n', K128, b"ref,treated\n")),
    "rows: and on every other": (rows, lambda: filled(b'x","\nx\n', K128, b"ref,treated\n")),
    "rows: quotes in long lines": (rows, lambda: filled(b'","' * 3000 + b"\n", MIB, b"ref,treated\n")),
    # The nearest zone was sought for each, and never told: 13 ms a row.
    "rows: unknown zones": (rows, lambda: numbered("a,2026-11-21,Europ/%d\n", K128, b"ref,treated,tz\n")),
    "rows: unknown times": (rows, lambda: numbered("a,tuesda%d,UTC\n", K128, b"ref,treated,tz\n")),
    "rows: a wide header": (rows, lambda: filled(b"ref,", K128, after=b"\n")),
    "rows: a wide row": (rows, lambda: filled(b",", MIB, b"ref,treated\n", b"\n")),
    "rows: zeros": (rows, lambda: filled(b"\0", MIB)),
    "rows: blank lines": (rows, lambda: filled(b"\n", K128)),
    "rows: empty objects": (rows, lambda: filled(b"{}\n", K128)),
    "rows: nested objects": (rows, lambda: filled(b'{"a":' + b"[" * 20000 + b"\n", MIB)),
    "rows: long numbers": (rows, lambda: filled(b'{"ref": ' + b"9" * 4400 + b"}\n", MIB)),
    # Every property was looked through for each that was sought: 9 s for 4 MiB, and 350 MiB. So no
    # calendar is larger than 1 MiB.
    "calendar: properties": (calendar_update, lambda: filled(b"A:\n", MIB, EVENT, ENDED)),
    "calendar: properties of its own": (calendar_update, lambda: filled(b"A:\n", MIB, HEAD, FOOT)),
    "calendar: components": (calendar_update, lambda: filled(b"BEGIN:A\nEND:A\n", MIB, HEAD, FOOT)),
    "calendar: events": (
        calendar_update,
        lambda: numbered("BEGIN:VEVENT\nUID:6a1c1f4e-5f0b-5c0e-9b1d-%012d\nEND:VEVENT\n", MIB, HEAD, FOOT),
    ),
    "calendar: events to cancel": (
        calendar_cancel,
        lambda: numbered("BEGIN:VEVENT\nUID:6a1c1f4e-5f0b-5c0e-9b1d-%012d\nEND:VEVENT\n", MIB, HEAD, FOOT),
    ),
    "calendar: components in components": (
        calendar_cancel,
        lambda: EVENT + b"BEGIN:A\n" * 70000 + b"END:A\n" * 70000 + ENDED,
    ),
    "calendar: never ended": (calendar_cancel, lambda: filled(b"BEGIN:A\n", MIB, HEAD, FOOT)),
    "calendar: a long line": (
        calendar_cancel,
        lambda: filled("é".encode(), MIB, EVENT + b"SUMMARY:", b"\n" + ENDED),
    ),
    "calendar: a line in pieces": (
        calendar_cancel,
        lambda: filled(b"\n ", MIB, EVENT + b"SUMMARY:", b"\n" + ENDED),
    ),
    "calendar: parameters": (calendar_cancel, lambda: filled(b';a="b"', MIB, EVENT + b"A", b":\n" + ENDED)),
    "calendar: a parameter never closed": (
        calendar_cancel,
        lambda: filled(b';a="b"', MIB, EVENT + b"A", b'"\n' + ENDED),
    ),
    "saved: nested": (saved, lambda: filled(b"[", MIB)),
    "saved: treatments": (
        saved,
        lambda: b'{"format": 1, "treatments": [' + b",".join([SAVED[28:-2]] * 5000) + b"]}",
    ),
    "prepared: nested": (prepared_form, lambda: filled(b'{"a":', MIB)),
    **{f"typed: {name}, long": (reader, lambda: b"x" * K128) for name, reader in TYPED.items()},
    **{f"typed: {name}, digits": (reader, lambda: NINES[:K128]) for name, reader in TYPED.items()},
    **{
        f"typed: {name}, blanks": (reader, lambda: filled(b" ", K128, b"1", b"x"))
        for name, reader in TYPED.items()
    },
    **{
        f"typed: {name}, words": (reader, lambda: filled(b"sunscreem and ", K128))
        for name, reader in TYPED.items()
    },
}


def confined(reader: Callable[[bytes], None], data: bytes, told: Connection) -> None:
    """Read with so much more memory and no more, and tell what went wrong, or nothing."""
    reading = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (reading + MEMORY, reading + MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (10, 10))
    try:
        ends(reader, data)
    except BaseException as error:  # noqa: BLE001  whatever it is, it is told to the test
        told.send(repr(error))
    else:
        told.send("")


# Of the files, one for each reader; the others take many seconds together.
OFTEN = {
    "rules: unknown keys",
    "cases: unknown headings",
    "rows: a wide header",
    "calendar: properties",
    "saved: nested",
    "prepared: nested",
}


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="the memory is limited as Linux does it")
@pytest.mark.parametrize(
    ("reader", "made"),
    [
        pytest.param(
            *row, id=name, marks=() if name in OFTEN or name.startswith("typed") else pytest.mark.long
        )
        for name, row in LONG.items()
    ],
)
def test_a_long_text_is_read_or_refused_soon_and_in_little_memory(
    reader: Callable[[bytes], None], made: Callable[[], bytes]
) -> None:
    told, heard = multiprocessing.Pipe()
    child = multiprocessing.get_context("fork").Process(target=confined, args=(reader, made(), told))
    child.start()
    told.close()
    wrong = "nothing"
    with suppress(EOFError):
        wrong = heard.recv() if heard.poll(60) else "no end"
    child.kill()
    child.join()
    assert wrong == ""


# The program ----------------------------------------------------------------------------------------

PROGRAM: dict[str, tuple[str, tuple[bytes, ...], tuple[str, ...], set[int]]] = {
    "schedule check": ("clinic.toml", (EXAMPLE, STARTING), ("schedule", "check", "{}"), {0, 3}),
    "plan": ("clinic.toml", (EXAMPLE,), ("plan", "2026-11-21", "--tz", "UTC", "--schedule", "{}"), {0, 3}),
    "worked cases": (
        "microneedling.cases.csv",
        (CASES,),
        ("schedule", "check", "microneedling.toml"),
        {0, 2, 3},
    ),
    "batch": ("rows.csv", (ROWS, NDJSON), ("batch", "{}", "--tz", "UTC", "--json"), {0, 2, 4}),
    "cancel": ("plan.ics", (EXPORT,), ("cancel", "{}"), {0, 2}),
    "update": ("plan.ics", (EXPORT,), ("2026-11-21", "--tz", "UTC", "--ics", "{}", "--update"), {0, 5}),
}


@pytest.mark.parametrize(("name", "originals", "arguments", "codes"), PROGRAM.values(), ids=PROGRAM)
@settings(
    max_examples=max(settings.default.max_examples // 8, 5) if settings.default else 5,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_the_program_ends_with_the_exit_code_of_what_is_wrong(  # noqa: PLR0917  as pytest calls it
    name: str,
    originals: tuple[bytes, ...],
    arguments: tuple[str, ...],
    codes: set[int],
    data: st.DataObject,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    file = tmp_path / name
    file.write_bytes(data.draw(mutated(originals)))
    begun = process_time()
    code = run([argument.format(file) for argument in arguments])
    assert process_time() - begun < SHARED * SECONDS
    said = capfd.readouterr()
    assert code in codes, said.err
    assert "Traceback" not in said.err
    assert (code == 0) or said.err


@pytest.mark.parametrize(
    "saved_bytes_there",
    [
        pytest.param(SAVED.replace(b"microneedling", b"\\ud800"), id="half a character as the schedule"),
        pytest.param(SAVED.replace(b'["a"]', b'["\\ud801"]'), id="half a character as a source"),
    ],
)
def test_what_is_no_character_is_saved_again_and_told(saved_bytes_there: bytes) -> None:
    """--save and saved --json ended in a traceback: the path of a rule file may hold bytes that are no text."""
    kept = read_saved(saved_bytes_there, "treatments.json")
    assert read_saved(saved_bytes(kept), "treatments.json") == kept
    assert json.loads(saved_json(kept, None))


def test_the_number_of_a_newer_format_is_told_in_short() -> None:
    """It was told in full, four thousand digits."""
    with pytest.raises(UsageError, match=r"has format 1{19}…, newer"):
        read_saved(b'{"format": ' + b"1" * 4000 + b"}", "treatments.json")


def test_a_place_in_a_line_counts_characters() -> None:
    """Columns by hand, in x = ["é", "💉", 1]: the list begins at 5, and its elements at 6, 11 and 16."""
    document = read_document('x = ["é", "💉", 1]\n')
    assert [document.places[("x", number)] for number in range(3)] == [(1, 6), (1, 11), (1, 16)]


def test_what_is_nested_too_deeply_is_told_with_its_place() -> None:
    """Columns by hand: "x=" and 32 brackets stand before the one that is too many."""
    with pytest.raises(ScheduleError) as refused:
        schedule(BUILTIN + b"[y]\nx=" + b"[" * 40 + b"]" * 40 + b"\n")
    told = [(one.line, one.column) for one in refused.value.problems if "nested" in one.what]
    assert told == [(BUILTIN.count(b"\n") + 2, 34)]


def test_a_treatment_too_many_is_told_with_its_line() -> None:
    """Ten years of 50 days are 500 treatments, in lines 2 to 501; line 502 has another."""
    row = "%d-%02d-%02dT10:00,UTC,no,I,no,makeup,absent,,,x\n"
    days = [(2000 + n // 50, n % 50 // 25 + 1, n % 25 + 1) for n in range(500)]
    table = HEADER + "".join(row % day for day in [*days, (2020, 1, 1)]).encode()
    reading = cases_reading(SCHEDULE.rules)
    assert len(reading.cases(table)) == 500
    assert [(one.line, one.what) for one in reading.problems] == [
        (502, "more than 500 treatments in a table; let several rules share one")
    ]
