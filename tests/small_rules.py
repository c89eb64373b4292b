"""Small rule files that several tests change, and what a clinic's file adds to one."""

# What every file has before its sources.
HEAD = """\
id = "small"
version = "1"
reviewed = 2026-01-01
review_due = 2027-01-01
treatment = "Needling"

[standing]
general = { text = "a", short = "b" }
medicine = { text = "a", short = "b" }
open_skin = { text = "a", short = "b" }
call = { text = "a", short = "b" }
emergency = { text = "a", short = "b" }
scope = { text = "a", short = "b" }

[series]
sessions = 3
every = "P28D"
scars_sessions = 4
scars_every = "P42D"

"""

# The smallest file that is right. Tests change a little of it, and say on which line and in which column that shows.
SMALL = (
    HEAD
    + """\
[sources.clinic]
tier = 3
title = "Sheet"

[rules.makeup]
kind = "avoid"
title = "No makeup"
short = "makeup"
advice = "Wear none."
why = "Germs."
then = "fine again"
recommendations = [
  { source = "clinic", statement = "A day", start = "P0D", end = "PT24H" },
]
"""
)
# Lines: 1 id, 2 version, 3 reviewed, 4 review_due, 5 treatment; 7 [standing], 8 general, 13 scope;
# 15 [series], 16 sessions, 17 every, 19 scars_every; 21 [sources.clinic], 22 tier, 23 title;
# 25 [rules.makeup], 26 kind, 27 title, 28 short, 29 advice, 30 why, 31 then, 32 recommendations.
# Columns of line 33: 3 {, 5 source, 14 its value, 24 statement, 36 its value, 45 start, 53 its value,
# 60 end, 66 its value, 72 the last quote, 74 }.

ONE = '  { source = "clinic", statement = "A day", start = "P0D", end = "PT24H" },'
ALL = f"recommendations = [\n{ONE}\n]"

# A second rule, from line 35 on where it is appended: 36 kind, 42 after, 43 recommendations.
HEAT = """
[rules.heat]
kind = "avoid"
title = "No heat"
short = "heat"
advice = "None."
why = "It hurts."
then = "fine again"
after = "makeup"
recommendations = [{ source = "clinic", statement = "A day", start = "P0D", end = "P1D" }]
""".removeprefix("\n")

Edits = list[tuple[str, str]]


def edited(text: str, edits: Edits) -> str:
    """Return a text with each old part replaced by a new one; for no old part, put the new one behind."""
    for old, new in edits:
        assert old == "" or text.count(old) == 1, f"{old!r} must stand once in the file"
        text = text.replace(old, new) if old else text + new
    return text


# The base has two rules: makeup for 24 or 48 hours, heat for a day. The clinic's file is added to.
TWO = '  { source = "clinic", statement = "Two days", start = "P0D", end = "PT48H" },'
BASE = edited(SMALL, [(ONE, f"{ONE}\n{TWO}"), ("", HEAT)]).encode()
CLINIC = """\
extends = "small"
id = "rose"
version = "7"
reviewed = 2026-06-01
review_due = 2027-06-01

[sources.rose]
tier = 2
title = "Our sheet"
"""
