"""Rule files: what is refused, with its exact place, and what an extending file takes over."""

import hashlib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from needlecare.errors import Problem, ScheduleError
from needlecare.model import Kind, ReadyLine, Recommendation, Schedule
from needlecare.rules.load import MAX_RULE_FILE_BYTES, read_schedule
from needlecare.time.offsets import parse_offset
from small_rules import ALL, BASE, CLINIC, HEAT, ONE, SMALL, Edits, edited

# A warning sign by the same id.
SIGN = HEAT.replace('"avoid"', '"warning"').replace('after = "makeup"\n', "")


def refusal(data: bytes | str, *, base: dict[str, bytes] | None = None) -> list[str]:
    """Return the lines by which a file is refused."""
    with pytest.raises(ScheduleError) as refused:
        read_schedule(data.encode() if isinstance(data, str) else data, file="my.toml", base=(base or {}).get)
    assert refused.value.exit_code == 3
    return str(refused.value).split("\n")


def problems(text: str, *, base: dict[str, bytes]) -> tuple[Problem, ...]:
    """Return what is wrong with a file; nothing if it can be read."""
    try:
        read_schedule(text.encode(), file="my.toml", base=base.get)
    except ScheduleError as refused:
        return refused.problems
    return ()


def test_the_small_file_is_right() -> None:
    schedule = read_schedule(SMALL.encode(), file="my.toml")
    assert list(schedule.rules) == ["makeup"]
    assert schedule.rules["makeup"].kind is Kind.AVOID
    assert schedule.rules["makeup"].recommendations[0].claim == "makeup-1"
    assert schedule.sha256 == hashlib.sha256(SMALL.encode()).hexdigest()


# Refusals -----------------------------------------------------------------------------------------

REFUSALS: dict[str, tuple[Edits, list[str]]] = {
    # Keys that nobody knows
    "a misspelt key of the file": (
        [('version = "1"', 'verson = "1"')],
        ['1:1: missing version; write version = "…"', '2:1: unknown key "verson"; did you mean "version"?'],
    ),
    "a misspelt key of a rule": (
        [('short = "makeup"', 'shrot = "makeup"')],
        [
            '25:1: makeup: missing short; write short = "…"',
            '28:1: makeup: unknown key "shrot"; did you mean "short"?',
        ],
    ),
    "a misspelt key of a source": (
        [("tier = 3", 'tier = 3\nadress = "x"')],
        ['23:1: clinic: unknown key "adress"; did you mean "address"?'],
    ),
    "a misspelt key of a recommendation": (
        [('end = "PT24H" }', 'end = "PT24H", aplies = "prp" }')],  # 72 the last quote, 73 comma
        ['33:75: makeup.recommendations 1: unknown key "aplies"; did you mean "applies"?'],
    ),
    "a misspelt standing text": (
        [("general = {", "generel = {")],
        [
            '7:1: standing.general: missing text; write text = "…"',
            '7:1: standing.general: missing short; write short = "…"',
            '8:1: standing: unknown key "generel"; did you mean "general"?',
        ],
    ),
    "a misspelt key of a standing text": (
        [('scope = { text = "a", short = "b" }', 'scope = { text = "a", shirt = "b" }')],
        # scope 1-5, = 7, { 9, text 11-20, comma 21, shirt 23
        [
            '13:1: standing.scope: missing short; write short = "…"',
            '13:23: standing.scope: unknown key "shirt"; did you mean "short"?',
        ],
    ),
    "placeholders that no output fills": (  # text 11, = 16, its value 18-27, comma 28, short 30, = 36, its value 38
        [('scope = { text = "a", short = "b" }', 'scope = { text = "{klinik}", short = "{clinic} {" }')],
        [
            '13:18: standing.scope.text: unknown placeholder "{klinik}"; write {clinic} or {emergency}',
            '13:38: standing.scope.short: unknown placeholder "{"; write {clinic} or {emergency}',
        ],
    ),
    "a misspelt key of the series": (
        [("\nevery =", "\nevry =")],
        [
            '15:1: series: missing every; write every = "P28D"',
            '17:1: series: unknown key "evry"; did you mean "every"?',
        ],
    ),
    "a misspelt key of the clinic": (
        [("", '[clinic]\nname = "Rose"\ntelephon = "1"\n')],
        ['37:1: clinic: unknown key "telephon"; did you mean "telephone"?'],
    ),
    "an unknown key that is like no other": (
        [('then = "fine again"', 'then = "fine again"\nzzz = 1')],
        ['32:1: makeup: unknown key "zzz"'],
    ),
    "an unknown table stands where its header stands": (
        [("[rules.makeup]", "[ruels.makeup]")],
        [
            "1:1: missing rules; write [rules.makeup] and its keys",
            '25:1: unknown key "ruels"; did you mean "rules"?',
        ],
    ),
    "an unknown table of a rule": (
        [("", '[rules.makeup.extra]\nnote = "x"\n')],
        ['35:1: makeup: unknown key "extra"'],
    ),
    "an unknown dotted key stands where it stands": (
        [('treatment = "Needling"', 'treatment = "Needling"\nclinik.name = "Rose"')],
        ['6:1: unknown key "clinik"; did you mean "clinic"?'],
    ),
    # Sources
    "an unknown source": (
        [('source = "clinic"', 'source = "clinik"')],
        ['33:14: makeup.recommendations 1.source: unknown source "clinik"; did you mean "clinic"?'],
    ),
    "an unknown source of a series": (
        [('scars_every = "P42D"', 'scars_every = "P42D"\nranges = [{ source = "who", statement = "x" }]')],
        # ranges 1-6, = 8, [ 10, { 11, source 13-18, = 20, its value 22
        ['20:22: series.ranges 1.source: unknown source "who"; add it to [sources]'],
    ),
    "an id of a source that is none": (
        [("[sources.clinic]", "[sources.My_Clinic]"), ('source = "clinic"', 'source = "My_Clinic"')],
        ['21:1: My_Clinic: "My_Clinic" is not an id; write small letters, digits and hyphens'],
    ),
    # Offsets
    "an offset in words": (
        [("PT24H", "2 days")],
        ['33:66: makeup.recommendations 1.end: "2 days" is not a duration; write "P2D" or "PT48H"'],
    ),
    "an offset in small letters": (
        [("PT24H", "pt24h")],
        ['33:66: makeup.recommendations 1.end: "pt24h" is not a duration; write "PT24H"'],
    ),
    "an offset that is a number": (
        [('"PT24H"', "24")],
        ['33:66: makeup.recommendations 1.end: not a duration; write "P2D" or "PT48H", in quotes'],
    ),
    # A list has no hash: to look for it among 12 and 24 was a traceback (found by Atheris).
    "a list for the clock": (
        [('version = "1"', 'version = "1"\nclock = []')],
        ["3:1: clock: not a clock; write 12 (2:30 pm) or 24 (14:30)"],
    ),
    "a clock time that there is not": (
        [("PT24H", "P1D@24:00")],
        [
            (
                '33:66: makeup.recommendations 1.end: "P1D@24:00" has an impossible clock time; '
                "write one from 00:00 to 23:59"
            )
        ],
    ),
    "an offset beyond a century": (
        [("PT24H", "P101Y")],
        ['33:66: makeup.recommendations 1.end: "P101Y" is longer than a century; write a shorter one'],
    ),
    "an interval of a series in another form": (
        [('"P28D"', '"4w"')],  # every 1-5, = 7, its value 9
        ['17:9: series.every: "4w" is not a duration; write "P4W"'],
    ),
    # Windows that end before they start, for any time of day
    "an end before the start": (
        [('start = "P0D"', 'start = "P2D"')],
        ['33:66: makeup.recommendations 1.end: "PT24H" comes before start "P2D"; write a later end'],
    ),
    "an end a minute before the start": (
        [('start = "P0D", end = "PT24H"', 'start = "P1D", end = "PT23H59M"')],
        ['33:66: makeup.recommendations 1.end: "PT23H59M" comes before start "P1D"; write a later end'],
    ),
    "an end before the start in every month: 30 days, and 31 from January to February": (
        [('start = "P0D", end = "PT24H"', 'start = "P1M", end = "P30D"')],
        ['33:66: makeup.recommendations 1.end: "P30D" comes before start "P1M"; write a later end'],
    ),
    "an end before the start for a treatment in the morning": (
        # start "P0D@12:00" is six characters longer: the value of end moves from 66 to 72
        [('start = "P0D", end = "PT24H"', 'start = "P0D@12:00", end = "P0D"')],
        ['33:72: makeup.recommendations 1.end: "P0D" comes before start "P0D@12:00"; write a later end'],
    ),
    "an end before the start for a treatment in the evening": (
        [("PT24H", "P0D@20:00")],
        ['33:66: makeup.recommendations 1.end: "P0D@20:00" comes before start "P0D"; write a later end'],
    ),
    "a less strict reading after the end": (
        [('end = "PT24H"', 'end = "PT24H", earliest = "P2D"')],
        ['33:66: makeup.recommendations 1.end: "PT24H" comes before earliest "P2D"; write a later end'],
    ),
    "a less strict reading before the start": (
        # end 60-70, comma 71, earliest 73-80, = 82, its value 84
        [('start = "P0D", end = "PT24H"', 'start = "P1D", end = "P2D", earliest = "PT4H"')],
        ['33:84: makeup.recommendations 1.earliest: "PT4H" comes before start "P1D"; write a later earliest'],
    ),
    "a less strict reading of nothing": (
        # start 45-57, comma 58, earliest 60-67, = 69, its value 71
        [('start = "P0D", end = "PT24H"', 'start = "P0D", earliest = "PT4H"')],
        ["33:71: makeup.recommendations 1.earliest: is the less strict reading of end; write end too"],
    ),
    "a less strict reading for a kind that has none": (
        [('"avoid"', '"do"'), ('end = "PT24H"', 'end = "PT24H", earliest = "PT4H"')],
        # the last quote of end 72, comma 73, earliest 75-82, = 84, its value 86
        ["33:86: makeup.recommendations 1.earliest: has no meaning for a rule of kind do; leave it out"],
    ),
    # after
    "after an unknown rule": (
        [('then = "fine again"', 'then = "fine again"\nafter = "makup"')],  # after 1-5, = 7, value 9
        ['32:9: makeup.after: unknown rule "makup"; did you mean "makeup"?'],
    ),
    "after itself": (
        [('then = "fine again"', 'then = "fine again"\nafter = "makeup"')],
        ["32:9: makeup.after: waits for itself: makeup after makeup; remove one of these waits"],
    ),
    "after one another": (  # a line more in the first rule: the second one's after is on line 43
        [('then = "fine again"', 'then = "fine again"\nafter = "heat"'), ("", HEAT)],
        [
            "32:9: makeup.after: waits for itself: makeup after heat after makeup; remove one of these waits",
            "43:9: heat.after: waits for itself: heat after makeup after heat; remove one of these waits",
        ],
    ),
    "after a rule that never ends": (
        [('kind = "avoid"', 'kind = "warning"'), ("", HEAT)],
        ['42:9: heat.after: "makeup" is of kind warning; avoid waits for avoid rules only'],
    ),
    "after, in a rule that waits for nothing": (
        [("", HEAT.replace('"avoid"', '"prepare"'))],
        [
            "42:9: heat.after: only avoid, do and expect rules wait for another, not prepare rules; leave it out"
        ],
    ),
    # past
    "a warning that is none": (
        [('"avoid"', '"expect"'), ('then = "fine again"', 'past = "heat"'), ("", HEAT.replace("after", "#"))],
        ['31:8: makeup.past: "heat" is of kind avoid; name a warning rule'],
    ),
    "an unknown warning": (
        [('"avoid"', '"expect"'), ('then = "fine again"', 'past = "infektion"')],
        ['31:8: makeup.past: unknown rule "infektion"; write the id of a rule, as in [rules.makeup]'],
    ),
    "a warning after what is to be avoided": (
        [('then = "fine again"', 'then = "fine again"\npast = "makeup"')],
        [
            "32:8: makeup.past: only an expect rule has a warning that follows it, not one of kind avoid; leave it out",
            '32:8: makeup.past: "makeup" is of kind avoid; name a warning rule',
        ],
    ),
    # ready-by
    "a line of ready-by without rules": (
        [("[sources.clinic]", '[[ready]]\ntitle = "Makeup"\n\n[sources.clinic]')],
        ['21:1: ready 1: missing rules; write rules = ["makeup"]'],
    ),
    "a line of ready-by without a title": (
        [("[sources.clinic]", '[[ready]]\nrules = ["makeup"]\n\n[sources.clinic]')],
        ['21:1: ready 1: missing title; write title = "…"'],
    ),
    "a line of ready-by with an unknown rule": (  # rules 1-5, = 7, [ 9, its first value 10
        [("[sources.clinic]", '[[ready]]\ntitle = "Makeup"\nrules = ["makup"]\n\n[sources.clinic]')],
        ['23:10: ready 1.rules 1: unknown rule "makup"; did you mean "makeup"?'],
    ),
    "a line of ready-by with a rule that is not over one day": (
        [
            ("[sources.clinic]", '[[ready]]\ntitle = "Makeup"\nrules = ["makeup"]\n\n[sources.clinic]'),
            ('kind = "avoid"', 'kind = "warning"'),
        ],
        ['23:10: ready 1.rules 1: "makeup" is of kind warning; name avoid and expect rules'],
    ),
    # exceptions
    "an exception without words": (
        [('then = "fine again"', 'then = "fine again"\nexceptions = [{ say = "Keep it on." }]')],
        [
            (
                "32:15: makeup.exceptions 1: missing covers; write the words of the question: "
                'covers = ["bike helmet"]'
            )
        ],
    ),
    "an exception with no words": (
        [('then = "fine again"', 'then = "fine again"\nexceptions = [{ covers = [], say = "x" }]')],
        [
            '32:17: makeup.exceptions 1.covers: empty; write the words of the question: covers = ["bike helmet"]'
        ],
    ),
    "an exception that says nothing": (
        [('then = "fine again"', 'then = "fine again"\nexceptions = [{ covers = ["cap"] }]')],
        ['32:15: makeup.exceptions 1: missing say; write say = "…"'],
    ),
    "exceptions that are no list": (
        [('then = "fine again"', 'then = "fine again"\nexceptions = "cap"')],
        ["32:14: makeup.exceptions: not a list; write exceptions = [ { … }, … ]"],
    ),
    # Ids used twice
    "a rule twice": (
        [("", "[rules.makeup]\n")],
        ["35:1: makeup: appears again, after line 25; keep one of them"],
    ),
    "a source twice": (
        [("", "[sources.clinic]\n")],
        ["35:1: clinic: appears again, after line 21; keep one of them"],
    ),
    "a key twice": (
        [('short = "makeup"', 'short = "makeup"\nshort = "paint"')],
        ["29:1: makeup.short: appears again, after line 28; keep one of them"],
    ),
    "recommendations in both ways": (
        [("", '[[rules.makeup.recommendations]]\nsource = "clinic"\n')],
        ["35:1: makeup.recommendations: appears again, after line 32; keep one of them"],
    ),
    "a claim twice in a rule": (
        [
            (
                ONE,
                (
                    '  { claim = "A1", source = "clinic", statement = "x" },\n'
                    '  { claim = "A1", source = "clinic", statement = "y" },'
                ),
            )
        ],  # { 3, claim 5-9, = 11, its value 13
        ['34:13: makeup.recommendations 2.claim: claim "A1" appears twice; give each its own id'],
    ),
    "a claim twice in the file": (
        [
            ('{ source = "clinic"', '{ claim = "A1", source = "clinic"'),
            ("", HEAT.replace("[{ source", '[{ claim = "A1", source')),
        ],
        # recommendations 1-15, = 17, [ 19, { 20, claim 22-26, = 28, its value 30
        ['43:30: heat.recommendations 1.claim: claim "A1" appears twice; give each its own id'],
    ),
    "a claim that takes the id of one that has none": (
        [('{ source = "clinic"', '{ claim = "heat-1", source = "clinic"'), ("", HEAT)],
        ['43:20: heat.recommendations 1.claim: claim "heat-1" appears twice; give each its own id'],
    ),
    # Wrong types and values
    "an id that is a number": ([('"small"', "5")], ['1:6: id: not text in quotes; write id = "…"']),
    "an id with a space and capitals": (
        [('"small"', '"Small One"')],
        ['1:6: id: "Small One" is not an id; write small letters, digits and hyphens'],
    ),
    "an id of a rule with an underscore": (
        [("[rules.makeup]", "[rules.make_up]")],
        ['25:1: make_up: "make_up" is not an id; write small letters, digits and hyphens'],
    ),
    "a date in quotes": (  # reviewed 1-8, = 10, its value 12
        [("2026-01-01", '"2026-01-01"')],
        ["3:12: reviewed: not a date; write reviewed = 2026-11-22, without quotes"],
    ),
    "a date with a time": (  # review_due 1-10, = 12, its value 14
        [("2027-01-01", "2027-01-01T00:00:00")],
        ["4:14: review_due: not a date; write review_due = 2026-11-22, without quotes"],
    ),
    "a review before the last one": (
        [("2027-01-01", "2025-12-31")],
        ["4:14: review_due: is before reviewed; write the day by which to review again"],
    ),
    "a tier that there is not": (
        [("tier = 3", "tier = 5")],
        ["22:8: clinic.tier: not a whole number from 1 to 4; write one, without quotes"],
    ),
    "a tier of zero": (
        [("tier = 3", "tier = 0")],
        ["22:8: clinic.tier: not a whole number from 1 to 4; write one, without quotes"],
    ),
    "a tier that is true": (
        [("tier = 3", "tier = true")],
        ["22:8: clinic.tier: not a whole number from 1 to 4; write one, without quotes"],
    ),
    "a year in quotes": (
        [("tier = 3", 'tier = 3\nyear = "2026"')],
        ["23:8: clinic.year: not a whole number from 1900 to 2199; write one, without quotes"],
    ),
    "no session": (
        [("\nsessions = 3", "\nsessions = 0")],
        ["16:12: series.sessions: not a whole number from 1 to 24; write one, without quotes"],
    ),
    "a range of sessions the wrong way round": (
        [
            (
                'scars_every = "P42D"',
                'scars_every = "P42D"\nranges = [{ source = "clinic", statement = "x", sessions = [6, 3] }]',
            )
        ],  # source 13-29, comma 30, statement 32-46, comma 47, sessions 49: an array stands at its key
        [
            (
                "20:49: series.ranges 1.sessions: "
                "not a range; write the fewest and the most sessions, such as [3, 6]"
            )
        ],
    ),
    "an interval of nothing": (
        [
            (
                'scars_every = "P42D"',
                'scars_every = "P42D"\nranges = [{ source = "clinic", statement = "x", every = [] }]',
            )
        ],
        ['20:49: series.ranges 1.every: not an interval; write ["P28D"], or the least and the most'],
    ),
    "words that are no list": (  # covers 1-6, = 8, its value 10
        [('then = "fine again"', 'then = "fine again"\ncovers = "gym"')],
        ['32:10: makeup.covers: not a list; write covers = ["…", "…"]'],
    ),
    "a word that is no text": (  # [ 10, "gym" 11-15, comma 16, 5 at 18
        [('then = "fine again"', 'then = "fine again"\ncovers = ["gym", 5]')],
        ['32:18: makeup.covers 2: not text in quotes; write "…"'],
    ),
    "medicine as a word": (  # medicine 1-8, = 10, its value 12
        [('then = "fine again"', 'then = "fine again"\nmedicine = "yes"')],
        ["32:12: makeup.medicine: neither true nor false; write medicine = true"],
    ),
    "a kind that there is not": (
        [('"avoid"', '"avoids"')],
        [
            (
                '26:8: makeup.kind: "avoids" is not one of prepare, contraindication, avoid, do, expect, '
                'milestone, warning; did you mean "avoid"?'
            )
        ],
    ),
    "a condition that there is not": (  # the last quote of end 72, comma 73, applies 75-81, = 83, value 85
        [('end = "PT24H" }', 'end = "PT24H", applies = "skin IV" }')],
        [
            (
                '33:85: makeup.recommendations 1.applies: "skin IV" is not one of all, prp, skin IV-VI, scars; '
                'did you mean "skin IV-VI"?'
            )
        ],
    ),
    "ours names a part that there is not": (  # ours 75-78, = 80, [ 82, the text 83
        [('end = "PT24H" }', 'end = "PT24H", ours = ["ends"] }')],
        [
            (
                '33:83: makeup.recommendations 1.ours 1: "ends" is not one of start, end, earliest, condition; '
                'did you mean "end"?'
            )
        ],
    ),
    "ours names a part that is not given": (
        [('end = "PT24H" }', 'end = "PT24H", ours = ["end", "earliest"] }')],  # "end" 83-87, comma 88
        [
            "33:90: makeup.recommendations 1.ours 2: names earliest, which this recommendation doesn't give; write earliest, or leave it out here"
        ],
    ),
    "recommendations in a word": (  # recommendations 1-15, = 17, its value 19
        [(ALL, 'recommendations = "none"')],
        ["32:19: makeup.recommendations: not a list; write recommendations = [ { … }, … ]"],
    ),
    "recommendations without any": (
        [(ALL, "recommendations = []")],
        ["32:1: makeup.recommendations: empty; write who says it, from when and until when"],
    ),
    "a title of white space": ([('"No makeup"', '" "')], ["27:9: makeup.title: empty; write a text"]),
    "a reason that is empty": (  # ", set_aside = " after column 72: set_aside 75-83, = 85, its value 87
        [('end = "PT24H" }', 'end = "PT24H", set_aside = "" }')],
        ["33:87: makeup.recommendations 1.set_aside: empty; write a text"],
    ),
    "a control character": (  # advice 1-6, = 8, its value 10
        [('"Wear none."', r'"Wear\u0007 none."')],
        ["29:10: makeup.advice: contains a control character; write plain text"],
    ),
    "a control character of the C1 set": (
        [('"Wear none."', '"Wear\x9b none."')],
        ["29:10: makeup.advice: contains a control character; write plain text"],
    ),
    "a line separator": (
        [('"Wear none."', '"Wear\u2028 none."')],
        ["29:10: makeup.advice: contains a control character; write plain text"],
    ),
    "a character that turns the direction": (
        [('"Wear none."', '"Wear \u202e none."')],
        ["29:10: makeup.advice: contains the invisible character U+202E; remove it"],
    ),
    "a character of no width": (
        [('"Wear none."', '"We\u200bar none."')],
        ["29:10: makeup.advice: contains the invisible character U+200B; remove it"],
    ),
    # What is missing
    "no version": ([('version = "1"\n', "")], ['1:1: missing version; write version = "…"']),
    "no day of review": (
        [("reviewed = 2026-01-01\n", "")],
        ["1:1: missing reviewed; write reviewed = 2026-11-22"],
    ),
    "no day of the next review": (
        [("review_due = 2027-01-01\n", "")],
        ["1:1: missing review_due; write review_due = 2026-11-22"],
    ),
    "no tier": ([("tier = 3\n", "")], ["21:1: clinic: missing tier; write tier = 1 to 4"]),
    "no kind": (
        [('kind = "avoid"\n', "")],
        [
            (
                "25:1: makeup: missing kind; write one of prepare, contraindication, avoid, do, expect, "
                "milestone, warning"
            )
        ],
    ),
    "nothing to say when it ends": (
        [('then = "fine again"\n', "")],
        ['25:1: makeup: missing then; write what to say when it ends: "makeup is fine again"'],
    ),
    "no statement": (
        [('statement = "A day", ', "")],
        ['33:3: makeup.recommendations 1: missing statement; write statement = "…"'],
    ),
    "no recommendations": (
        [(f"{ALL}\n", "")],
        ["25:1: makeup: missing recommendations; write who says it, from when and until when"],
    ),
    "no default interval with scars": (
        [('scars_every = "P42D"\n', "")],
        ['15:1: series: missing scars_every; write scars_every = "P28D"'],
    ),
    "no rules": (
        [(SMALL[SMALL.index("[rules.makeup]") :], "")],
        ["1:1: missing rules; write [rules.makeup] and its keys"],
    ),
    # Several at once, in the order of the file
    "all of them, from top to bottom": (
        [
            ('"small"', "5"),
            ("2027-01-01", "2025-01-01"),
            ("tier = 3", 'tier = 9\ncolour = "red"'),  # one line more from here on
            ('"makeup"', '""'),
            ('source = "clinic"', 'source = "nobody"'),
            ('"A day"', "7"),  # six characters fewer: start 39, end 54, its value 60
            ("PT24H", "24h"),
        ],
        [
            '1:6: id: not text in quotes; write id = "…"',
            "4:14: review_due: is before reviewed; write the day by which to review again",
            "22:8: clinic.tier: not a whole number from 1 to 4; write one, without quotes",
            '23:1: clinic: unknown key "colour"',
            "29:9: makeup.short: empty; write a text",
            '34:14: makeup.recommendations 1.source: unknown source "nobody"; add it to [sources]',
            '34:36: makeup.recommendations 1.statement: not text in quotes; write statement = "…"',
            '34:60: makeup.recommendations 1.end: "24h" is not a duration; write "PT24H"',
        ],
    ),
    # Places in every way to write a thing
    "a dotted key": (  # clinic.tier 1-11, = 13, its value 15
        [
            (
                '[sources.clinic]\ntier = 3\ntitle = "Sheet"',
                '[sources]\nclinic.tier = 9\nclinic.title = "Sheet"',
            )
        ],
        ["22:15: clinic.tier: not a whole number from 1 to 4; write one, without quotes"],
    ),
    "a dotted key with spaces and quotes": (  # clinic 1-6, . 8, "tier" 10-15, = 17, its value 19
        [
            (
                '[sources.clinic]\ntier = 3\ntitle = "Sheet"',
                '[sources]\nclinic . "tier" = 9\nclinic.title = "Sheet"',
            )
        ],
        ["22:19: clinic.tier: not a whole number from 1 to 4; write one, without quotes"],
    ),
    "a dotted key of the file": (  # clinic.name 1-11, = 13, its value 15
        [('treatment = "Needling"', 'treatment = "Needling"\nclinic.name = 5')],
        ['6:15: clinic.name: not text in quotes; write name = "…"'],
    ),
    "an inline table": (  # clinic 1-6, = 8, { 10, tier 12-15, = 17, its value 19, comma 20, title 22-36,
        # comma 37, adress 39
        [
            (
                '[sources.clinic]\ntier = 3\ntitle = "Sheet"',
                '[sources]\nclinic = { tier = 9, title = "Sheet", adress = "x" }',
            )
        ],
        [
            "22:19: clinic.tier: not a whole number from 1 to 4; write one, without quotes",
            '22:39: clinic: unknown key "adress"; did you mean "address"?',
        ],
    ),
    "what an inline table lacks": (  # an inline table stands at its key
        [('[sources.clinic]\ntier = 3\ntitle = "Sheet"', "[sources]\nclinic = { tier = 3 }")],
        ['22:1: clinic: missing title; write title = "…"'],
    ),
    "an array of tables": (
        [
            (
                ALL,
                (
                    '[[rules.makeup.recommendations]]\nsource = "clinic"\nstatement = "x"\nend = "PT24H"\n\n'
                    '[[rules.makeup.recommendations]]\nsource = "clinic"\nend = "soon"'
                ),
            )
        ],  # 32 the first header, 33 source, 34 statement, 35 end, 37 the second, 38 source, 39 end
        [
            '37:1: makeup.recommendations 2: missing statement; write statement = "…"',
            (
                '39:7: makeup.recommendations 2.end: "soon" is not a duration; '
                'write "PT24H", "P2D", "P6M" or "P1D@08:00"'
            ),
        ],
    ),
    "an array on many lines": (  # covers stands on line 32, its words on 33 and 35, after two spaces
        [('then = "fine again"', 'then = "fine again"\ncovers = [\n  "gym", # or sport\n\n  true,\n]')],
        ['35:3: makeup.covers 2: not text in quotes; write "…"'],
    ),
    "a quoted key": (  # "short" 1-7, = 9, its value 11; 'why' 1-5, = 7, its value 9
        [('short = "makeup"', '"short" = 1'), ('why = "Germs."', "'why' = 2")],
        [
            '28:11: makeup.short: not text in quotes; write short = "…"',
            '30:9: makeup.why: not text in quotes; write why = "…"',
        ],
    ),
    "a key written with an escape": (  # "sh\u006frt" 1-12, = 14, its value 16
        [('short = "makeup"', r'"sh\u006frt" = 1')],
        ['28:16: makeup.short: not text in quotes; write short = "…"'],
    ),
    "a quoted key with a dot is one key": (
        [('then = "fine again"', 'then = "fine again"\n"zz.zz" = 1')],
        ['32:1: makeup: unknown key "zz.zz"'],
    ),
    "a header with spaces and quotes": (
        [("[rules.makeup]", '[ rules . "makeup" ]'), ('"avoid"', '"expect"'), ('"makeup"\n', "1\n")],
        ['28:9: makeup.short: not text in quotes; write short = "…"'],
    ),
    "a text on several lines pushes the rest down": (
        [('"Wear none."', '"""\nWear\nnone."""'), ("PT24H", "24h")],  # line 33 becomes line 35
        ['35:66: makeup.recommendations 1.end: "24h" is not a duration; write "PT24H"'],
    ),
    "letters beyond ASCII count as one column each": (  # five characters instead of five, in ten bytes
        [('"A day"', '"Ä 😀 é"'), ("PT24H", "24h")],
        ['33:66: makeup.recommendations 1.end: "24h" is not a duration; write "PT24H"'],
    ),
}


@pytest.mark.parametrize(("edits", "lines"), REFUSALS.values(), ids=REFUSALS)
def test_a_wrong_file_is_refused_with_every_place(edits: Edits, lines: list[str]) -> None:
    """One mistake gives one line: what only follows from it is not listed as another."""
    assert refusal(edited(SMALL, edits)) == [f"my.toml:{line}" for line in lines]


def test_the_lines_end_as_windows_writes_them_and_the_places_stay() -> None:
    text = edited(SMALL, [("PT24H", "24h"), ('"small"', "5")]).replace("\n", "\r\n")
    assert refusal(text) == [
        'my.toml:1:6: id: not text in quotes; write id = "…"',
        'my.toml:33:66: makeup.recommendations 1.end: "24h" is not a duration; write "PT24H"',
    ]


def test_a_byte_order_mark_counts_as_no_column() -> None:
    assert refusal("\ufeff" + edited(SMALL, [('"small"', "5")])) == [
        'my.toml:1:6: id: not text in quotes; write id = "…"'
    ]


# Files that are no text, or no TOML ---------------------------------------------------------------

BOM = b"\xef\xbb\xbf"
NOT_UTF8 = "not UTF-8; save the file as UTF-8"


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (b"\xff", "1:1"),
        (b'id = "\xff"', "1:7"),
        (b'id = "a"\nversion = "\xe9"', "2:12"),  # Latin-1; version 1-7, = 9, the quote 11
        ('id = "Ä'.encode() + b'\xff"', "1:8"),  # the quote 6, Ä 7: one column in two bytes
        (BOM + b'id = "\xff"', "1:7"),  # the mark is no column
        (BOM + b'id = "a"\nversion = "\xff"', "2:12"),
        ("id = 1".encode("utf-16"), "1:1"),  # it starts with ff fe
    ],
)
def test_a_file_in_another_encoding_is_refused_where_that_shows(data: bytes, place: str) -> None:
    assert refusal(data) == [f"my.toml:{place}: {NOT_UTF8}"]


@pytest.mark.parametrize(
    ("edits", "line"),
    [
        ([('"No makeup"', "No makeup")], 27),  # a text without quotes
        ([('short = "makeup"', 'short = "makeup')], 28),  # a quote left open
        ([('why = "Germs."', 'why "Germs."')], 30),
        ([('why = "Germs."', "why =")], 30),
        ([('why = "Germs."', "Germs")], 30),
        ([('"A day"', "‘A day’")], 33),  # quotes of a word processor
        ([('"P0D", end', '"P0D" end')], 33),  # a comma left out
        ([("[rules.makeup]", "[rules.makeup")], 25),
        ([("2026-01-01", "2026-13-01")], 3),  # no such month
        ([("2026-01-01", "2026-02-30")], 3),  # no such day
        ([("tier = 3", "tier = 03")], 22),
        ([('"Germs."', r'"Germs\q"')], 30),  # no such escape
        ([('"Wear none."', '"Wear\x07none."')], 29),  # a raw control character
        ([('"Wear none."', '"Wear\x00none."')], 29),
        ([("tier = 3", "tier = 3\rx")], 22),  # a lone carriage return
    ],
)
def test_what_is_no_toml_is_refused_on_its_line(edits: Edits, line: int) -> None:
    assert [one for one in refusal(edited(SMALL, edits)) if one.startswith(f"my.toml:{line}:")]


@pytest.mark.parametrize("unprintable", ["\x00", "\x1b[31m", "\r", "\u202e"])
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("2026-01-01", "2026{}-01-01"),  # in what is no TOML
        ("[rules.makeup]", '[rules."{}"]'),  # in an id
        ('version = "1"', '"{}" = "1"'),  # in an unknown key
        ('"avoid"', '"{}"'),  # in a wrong value
    ],
)
def test_a_message_contains_nothing_that_a_terminal_would_obey(old: str, new: str, unprintable: str) -> None:
    """Raw where TOML allows it or not, and as an escape, which TOML allows."""
    escaped = "".join(f"\\u{ord(character):04x}" for character in unprintable)
    for put in (unprintable, escaped):
        assert all(line.isprintable() for line in refusal(edited(SMALL, [(old, new.format(put))])))


def test_after_a_line_that_is_not_toml_the_rest_is_still_checked() -> None:
    """Nothing is called missing, since it may be in the part that cannot be read."""
    edits = [('"small"', "5"), ('why = "Germs."', 'why "Germs."'), ("PT24H", "24h")]
    lines = refusal(edited(SMALL, edits))
    assert [line.split(": ")[0] for line in lines] == ["my.toml:1:6", "my.toml:30:1", "my.toml:33:66"]


def test_all_that_an_empty_file_needs_is_reported() -> None:
    standing = ("general", "medicine", "open_skin", "call", "emergency", "scope")
    assert refusal(b"") == [
        *('my.toml:1:1: missing id; write id = "…"',),
        "my.toml:1:1: missing reviewed; write reviewed = 2026-11-22",
        "my.toml:1:1: missing review_due; write review_due = 2026-11-22",
        "my.toml:1:1: missing rules; write [rules.makeup] and its keys",
        'my.toml:1:1: missing version; write version = "…"',
        'my.toml:1:1: missing treatment; write treatment = "…"',
        *(
            f'my.toml:1:1: standing.{name}: missing {part}; write {part} = "…"'
            for name in standing
            for part in ("text", "short")
        ),
        "my.toml:1:1: series: missing sessions; write a number from 1 to 24",
        "my.toml:1:1: series: missing scars_sessions; write a number from 1 to 24",
        'my.toml:1:1: series: missing every; write every = "P28D"',
        'my.toml:1:1: series: missing scars_every; write scars_every = "P28D"',
    ]


def test_a_file_of_256_kibibytes_is_read_and_a_larger_one_is_not() -> None:
    room = MAX_RULE_FILE_BYTES - len(SMALL.encode()) - 1
    assert MAX_RULE_FILE_BYTES == 256 * 1024
    largest = SMALL + "#" + "x" * room
    assert read_schedule(largest.encode(), file="my.toml").id == "small"
    assert refusal(largest + "x") == ["my.toml: larger than 256 KiB, the limit for a rule file; shorten it"]


DEEP = 5000


@pytest.mark.parametrize(
    "added",
    [
        "x = " + "[" * DEEP + "]" * DEEP,
        "x = " + "{ a = " * DEEP + "1" + " }" * DEEP,
        "x = " + "[" * DEEP,  # and never closed
        "a" + ".a" * DEEP + " = 1",
        "[a" + ".a" * DEEP + "]",
        "[[a" + ".a" * DEEP + "]]",
    ],
    ids=["arrays", "inline tables", "open arrays", "dotted key", "header", "header of an array"],
)
def test_a_file_that_is_nested_too_deeply_is_refused(added: str) -> None:
    assert refusal(added + "\n" + SMALL)


def test_a_number_too_long_to_print_is_refused() -> None:
    """Python turns a hexadecimal number of any length into an int, but not into a text."""
    lines = refusal(edited(SMALL, [('"avoid"', "0x" + "f" * 5000)]))
    assert [line.split(": ")[:2] for line in lines] == [["my.toml:26:8", "makeup.kind"]]


FRAGMENTS = st.sampled_from(
    [
        *('"', "'", '"""', "'''", "[", "]", "[[", "]]", "{", "}", "=", ",", ".", "#", "\\", "\n", "\r", "\t"),
        *(
            "\\u0007",
            "\\ud800",
            "é",
            "😀",
            "\x00",
            "\x1b",
            "\x85",
            "\u202e",
            "\ufeff",
            "0x",
            "1e999",
            "-",
            "nan",
        ),
        *("rules", "makeup", "sources.clinic", "recommendations", "id", "after", "extends", "off", "kind"),
        *(
            "2026-02-30",
            "P1D",
            "true",
            "= 1\n",
            "a.b = 2\n",
            "[rules]\n",
            "[rules.makeup.x]\n",
            "[[series]]\n",
        ),
    ]
)
DAMAGE = st.lists(
    st.tuples(st.integers(0, len(SMALL)), st.integers(0, 20), FRAGMENTS), min_size=1, max_size=4
)


@given(DAMAGE)
@example([(0, 20, "")])
@example([(390, 0, '"""')])  # a text that is never ended: found at the end of the file
def test_a_damaged_file_is_read_or_refused_with_places_in_it_and_never_breaks_the_reader(
    damage: list[tuple[int, int, str]],
) -> None:
    text = SMALL
    for start, length, fragment in damage:
        text = text[:start] + fragment + text[start + length :]
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
    places = []
    for problem in problems(text, base={"small": SMALL.encode()}):
        assert problem.line is not None
        assert problem.column is not None
        assert 1 <= problem.line <= len(lines)
        assert 1 <= problem.column <= len(lines[problem.line - 1]) + 1
        places.append((problem.line, problem.column))
    assert places == sorted(places)


# Files that are right -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("edits", "reason"),
    [
        ([("PT24H", "P0D")], "an end at the start: a window of no length is none of the file's business"),
        (
            [('start = "P0D", end = "PT24H"', 'start = "P1D", end = "PT24H"')],
            "a day and 24 hours may be equal",
        ),
        (
            [('start = "P0D", end = "PT24H"', 'start = "P28D", end = "P1M"')],
            "no month is shorter than 28 days",
        ),
        ([('start = "P0D", end = "PT24H"', 'start = "P0D", end = "P0D@23:59"')], "a clock time on the day"),
        (
            [('start = "P0D", end = "PT24H"', 'start = "P0D@00:00", end = "P0D"')],
            "from the day's first moment",
        ),
        ([('end = "PT24H"', 'end = "PT24H", earliest = "PT24H"')], "a range of no length"),
        ([('"avoid"', '"prepare"'), ('"P0D", end = "PT24H"', '"-P7D", end = "P0D", earliest = "-P5D"')], ""),
        (
            [('"avoid"', '"do"'), ('then = "fine again"\n', "")],
            "only what is avoided needs words for its end",
        ),
        ([('start = "P0D", end = "PT24H" ', 'note = "x" ')], "a recommendation without numbers"),
        ([("", HEAT)], "after another rule"),
        (
            [('"avoid"', '"expect"'), ('then = "fine again"', 'past = "heat"'), ("", SIGN)],
            "a warning that follows",
        ),
        ([('then = "fine again"', 'then = "fine again"\nafter = ""')], "after nothing"),
        ([('"No makeup"', '"""\n  No\n  makeup"""')], "a title on several lines is folded"),
        ([('short = "makeup"', "\"short\" = 'makeup'")], "quotes of both kinds"),
        ([('"PT24H" },', '"PT24H" }, # a comment')], "a comment"),
    ],
)
def test_what_is_allowed_is_read(edits: Edits, reason: str) -> None:
    schedule = read_schedule(edited(SMALL, edits).encode(), file="my.toml")
    assert schedule.rules["makeup"].title == "No makeup", reason
    assert schedule.rules["makeup"].short == "makeup"


@pytest.mark.parametrize(
    "data",
    [SMALL.encode(), BOM + SMALL.encode(), SMALL.replace("\n", "\r\n").encode()],
    ids=["plain", "with a byte order mark", "with the line ends of Windows"],
)
def test_encoding_and_line_ends_do_not_change_what_a_file_means(data: bytes) -> None:
    read = read_schedule(data, file="my.toml")
    assert read.sha256 == hashlib.sha256(data).hexdigest()
    assert replace(read, sha256="") == replace(read_schedule(SMALL.encode(), file="my.toml"), sha256="")


@pytest.mark.parametrize(
    "block",
    [
        '[sources]\nclinic = { tier = 3, title = "Sheet" }',
        '[sources]\nclinic.tier = 3\nclinic.title = "Sheet"',
        '[sources."clinic"]\n"tier" = 3\n\'title\' = "Sheet"',
        "[ sources . clinic ]\ntier = 0x3\ntitle = '''Sheet'''",
    ],
)
def test_a_source_means_the_same_in_any_form_of_toml(block: str) -> None:
    text = edited(SMALL, [('[sources.clinic]\ntier = 3\ntitle = "Sheet"', block)])
    plain = read_schedule(SMALL.encode(), file="my.toml")
    assert read_schedule(text.encode(), file="my.toml").sources == plain.sources


# Files that extend another ------------------------------------------------------------------------

OURS = '{ source = "rose", statement = "Ours", start = "P0D", end = "PT30H" }'  # 69 characters


def extended(added: str) -> Schedule:
    return read_schedule((CLINIC + added).encode(), file="rose.toml", base={"small": BASE}.get)


def base() -> Schedule:
    return read_schedule(BASE, file="small.toml")


def test_a_clinics_recommendations_govern_alone_and_the_rest_of_the_rule_stays() -> None:
    rule = extended(f"[rules.makeup]\nrecommendations = [{OURS}]\n").rules["makeup"]
    assert [(one.source, one.end and one.end.text) for one in rule.recommendations] == [("rose", "PT30H")]
    assert replace(rule, recommendations=base().rules["makeup"].recommendations) == base().rules["makeup"]


@pytest.mark.parametrize(
    ("line", "key", "value"),
    [
        ('title = "Bare skin"', "title", "Bare skin"),
        ('short = "paint"', "short", "paint"),
        ('advice = "Wear nothing."', "advice", "Wear nothing."),
        ('why = "We say so."', "why", "We say so."),
        ('then = "go on"', "then", "go on"),
        ('covers = ["blush"]', "covers", ("blush",)),
        ("medicine = true", "medicine", True),
        ('after = "makeup"', "after", "makeup"),
        ('after = ""', "after", None),
    ],
)
def test_what_a_clinics_rule_mentions_is_replaced_and_nothing_else(
    line: str, key: str, value: object
) -> None:
    rule = extended(f"[rules.heat]\n{line}\n").rules["heat"]
    assert getattr(rule, key) == value
    inherited = base().rules["heat"]
    assert replace(rule, **{key: getattr(inherited, key)}) == inherited


def test_a_clinics_exceptions_come_before_those_of_the_base_which_stay() -> None:
    """A clinic that writes its own must not lose the answer about a helmet."""
    helmet = '[rules.heat]\nexceptions = [{ covers = ["helmet"], say = "Keep it on." }]\n'
    small = BASE.decode().replace("[rules.heat]\n", helmet).encode()
    own = '[rules.heat]\nexceptions = [{ covers = ["cap"], say = "Take it off." }]\n'
    schedule = read_schedule((CLINIC + own).encode(), file="rose.toml", base={"small": small}.get)
    assert [(one.covers, one.say) for one in schedule.rules["heat"].exceptions] == [
        (("cap",), "Take it off."),
        (("helmet",), "Keep it on."),
    ]


def test_what_a_clinics_file_does_not_mention_stays_as_the_base_has_it() -> None:
    schedule, before = extended(""), base()
    assert (schedule.id, schedule.version, str(schedule.reviewed)) == ("rose", "7", "2026-06-01")
    assert dict(schedule.rules) == dict(before.rules)
    assert list(schedule.sources) == ["clinic", "rose"]
    assert schedule.treatment == before.treatment
    assert schedule.standing == before.standing
    assert schedule.series == before.series
    assert schedule.clinic is None


def test_the_lines_of_ready_by_are_inherited_unless_a_clinic_writes_its_own() -> None:
    assert extended("").ready == base().ready
    own = extended('[[ready]]\ntitle = "Gym"\nrules = ["makeup"]\napart = true\n').ready
    assert own == (ReadyLine(title="Gym", rules=("makeup",), apart=True),)


def test_a_clinics_new_rule_comes_after_those_of_the_base() -> None:
    added = HEAT.replace("rules.heat", "rules.gym").replace('source = "clinic"', 'source = "rose"')
    schedule = extended(added)
    assert list(schedule.rules) == ["makeup", "heat", "gym"]
    assert schedule.rules["gym"].after == "makeup"
    assert schedule.rules["gym"].recommendations[0].source == "rose"


def test_a_clinic_switches_a_rule_off() -> None:
    assert list(extended("[rules.heat]\noff = true\n").rules) == ["makeup"]


def test_a_rule_may_wait_for_one_that_is_switched_off_and_then_waits_for_nothing() -> None:
    schedule = extended("[rules.makeup]\noff = true\n")
    assert list(schedule.rules) == ["heat"]


def test_a_clinic_says_who_it_is() -> None:
    written = 'name = "Rose"\ntelephone = "030 1"\nemergency = "112"\nfooter = "Bye"\n'
    clinic = extended(f"[clinic]\n{written}").clinic
    assert clinic is not None
    assert (clinic.name, clinic.telephone, clinic.emergency, clinic.footer) == ("Rose", "030 1", "112", "Bye")


def test_a_clinic_replaces_one_standing_text_or_one_form_of_it() -> None:
    standing = extended('[standing]\ncall = { short = "ring" }\n').standing
    assert (standing.call.text, standing.call.short) == ("a", "ring")
    assert replace(standing, call=base().standing.call) == base().standing


def test_a_clinic_replaces_one_default_of_a_series() -> None:
    series = extended("[series]\nsessions = 6\n").series
    assert series == replace(base().series, sessions=6)


def test_the_checksum_covers_the_file_and_its_base() -> None:
    assert extended("").sha256 == hashlib.sha256(CLINIC.encode() + BASE).hexdigest()


CLAIMED = '{ claim = "heat-1", '
# What is added to CLINIC starts on line 10.
EXTENDED_REFUSALS: dict[str, tuple[Edits, str, list[str]]] = {
    "an unknown base, and nothing that only follows from it": (
        [('"small"', '"smal"')],  # extends 1-7, = 9, its value 11
        "",
        ['1:11: extends: no built-in schedule "smal"; see needlecare schedule list'],
    ),
    "an unknown base beside a mistake of its own": (
        [('"small"', '"smal"'), ("tier = 2", "tier = 0")],
        "",
        [
            '1:11: extends: no built-in schedule "smal"; see needlecare schedule list',
            "8:8: rose.tier: not a whole number from 1 to 4; write one, without quotes",
        ],
    ),
    "the id of its base": (
        [('"rose"', '"small"')],
        "",
        ['2:6: id: "small" is the id of the file that this one extends; choose another'],
    ),
    "another kind than in the base": (
        [],
        '[rules.heat]\nkind = "do"\n',
        ['11:8: heat.kind: "heat" is of kind avoid in the file that this one extends; leave kind out'],
    ),
    "a rule switched off that is not there": (
        [],
        "[rules.haet]\noff = true\n",
        [
            "11:7: haet.off: off only switches off rules of the file that this one extends; it has no such rule"
        ],
    ),
    "a rule switched off and changed": (
        [],
        '[rules.heat]\noff = true\ntitle = "x"\n',
        ['12:1: heat: unknown key "title"'],
    ),
    "off that is neither true nor false": (
        [],
        '[rules.heat]\noff = "yes"\n',
        ["11:7: heat.off: neither true nor false; write off = true"],
    ),
    "a claim that a rule of the base has": (
        [],
        # recommendations 1-15, = 17, [ 19, { 20, claim 22-26, = 28, its value 30
        f"[rules.makeup]\nrecommendations = [{OURS.replace('{ ', CLAIMED)}]\n",
        ['11:30: makeup.recommendations 1.claim: claim "heat-1" appears twice; give each its own id'],
    ),
    "a circle through the base": (
        [],
        '[rules.makeup]\nafter = "heat"\n',  # heat waits for makeup, in the base
        ["11:9: makeup.after: waits for itself: makeup after heat after makeup; remove one of these waits"],
    ),
    "a source that neither of them has": (
        [],
        f"[rules.makeup]\nrecommendations = [{OURS.replace('rose', 'roes')}]\n",
        # [ 19, { 20, source 22-27, = 29, its value 31
        ['11:31: makeup.recommendations 1.source: unknown source "roes"; did you mean "rose"?'],
    ),
}


@pytest.mark.parametrize(("edits", "added", "lines"), EXTENDED_REFUSALS.values(), ids=EXTENDED_REFUSALS)
def test_a_wrong_file_that_extends_another_is_refused(edits: Edits, added: str, lines: list[str]) -> None:
    text = edited(CLINIC, edits) + added
    assert refusal(text, base={"small": BASE}) == [f"my.toml:{line}" for line in lines]


def test_a_rule_switched_off_in_a_file_that_extends_nothing_is_refused() -> None:
    assert refusal(SMALL + "[rules.heat]\noff = true\n") == [
        (
            "my.toml:36:7: heat.off: off only switches off rules of the file that this one extends; "
            "it has no such rule"
        )
    ]


def test_a_clinic_may_keep_the_claim_of_the_rule_that_it_replaces() -> None:
    ours = OURS.replace("{", '{ claim = "makeup-1",')
    rule = extended(f"[rules.makeup]\nrecommendations = [{ours}]\n").rules["makeup"]
    assert rule.recommendations[0].claim == "makeup-1"


# Laxer than every source --------------------------------------------------------------------------


def test_a_list_instead_of_the_tables_of_rules_is_reported_once() -> None:
    head = 'extends = "small"\nid = "rose"\nversion = "1"\nreviewed = 2026-01-01\nreview_due = 2099-01-01\n'
    with pytest.raises(ScheduleError) as caught:
        read_schedule(f'{head}rules = ["makeup"]\n'.encode(), file="rose.toml", base={"small": BASE}.get)
    assert str(caught.value) == "rose.toml:6:1: rules: not a table; write key = value lines"


def test_the_repr_of_a_schedule_is_short_enough_for_a_failing_test(builtin: Schedule) -> None:
    assert len(repr(builtin)) < 100
    offset = parse_offset("PT24H")
    one = Recommendation(claim="C1", source="clinic", statement="", start=parse_offset("P0D"), end=offset)
    rule = replace(builtin.rules["makeup"], after=None, recommendations=(one,))
    assert repr(replace(builtin, rules={"makeup": rule})) == (
        f"Schedule({builtin.id} {builtin.version}, [Rule(makeup, avoid, [<C1 of clinic: P0D ? PT24H>])])"
    )
