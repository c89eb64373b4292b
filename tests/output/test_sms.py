"""Text messages (design sections 8 to 10): when each comes, what it says, and what it takes.

Sizes are those of 3GPP TS 23.038, section 6.2.1 (alphabets), and TS 23.040, section
9.2.3.24.1 (parts): 140 octets are 160 septets or 70 UTF-16 units; less a header of
six octets, 153 septets or 67 units. Clock changes:

    Europe/Berlin       2026-03-29 02:00 +01    -> 03:00 +02
                        2026-10-25 03:00 +02    -> 02:00 +01
    America/Nuuk        2026-03-28 23:00 -02    -> the 29th 00:00 -01
"""

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import textstat
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from examples import AN_HOUR_AFTER, BERLIN, EXAMPLE, at, treatment
from golden import assert_golden
from needlecare.model import (
    Clinic,
    Detail,
    Kind,
    Plan,
    QuietHours,
    Recommendation,
    Rule,
    Schedule,
    SkinType,
    SmsWording,
    Treatment,
)
from needlecare.output.sms.gsm import encoding, segments, to_gsm
from needlecare.output.sms.messages import sms
from needlecare.output.sms.remarks import text_remarks
from needlecare.output.standing import standing_text
from needlecare.plan.combine import begins, plan
from needlecare.rules.load import read_schedule
from needlecare.time.offsets import parse_offset
from needlecare.time.parsing import parse_quiet_hours
from program import needlecare

BUILTIN = Path(__file__).parents[2] / "schedules" / "microneedling.toml"
NIGHT = parse_quiet_hours("22:00-08:00")
CLINIC = Clinic(name="Praxis Dr. Müller", telephone="+49 30 1234567", emergency="112")
EMERGENCY = "Trouble breathing; swelling lips, tongue or throat"
GENERAL = "General information, not medical advice"
SHEET = "Full list on your sheet."


LATE = treatment("2026-11-21T23:30+01:00", prp=True)
EARLY = treatment("2026-11-21T08:30+01:00", skin_type=SkinType.I)
A_DATE = treatment("2026-11-21")


def sent(  # every message as a gateway reads it
    made: Plan,
    as_of: datetime = AN_HOUR_AFTER,
    *,
    ref: str | None = None,
    detail: Detail = Detail.DISCREET,
    quiet: QuietHours = NIGHT,
) -> list[dict[str, Any]]:
    text = sms(made, as_of, ref=ref, detail=detail, quiet=quiet)
    assert text.endswith("\n")
    return [json.loads(line) for line in text.splitlines()]


def rule(name: str, end: str, start: str = "P0D", kind: Kind = Kind.AVOID, **values: Any) -> Rule:
    """Return a rule that one source backs, from one offset to another."""
    backed = Recommendation(
        claim=name, source="egrari", statement="So it is.", start=parse_offset(start), end=parse_offset(end)
    )
    texts = {"title": f"No {name}", "short": name, "advice": "Wait.", "why": "It heals."}
    texts["then"] = f"{name} is fine again"
    return Rule(**{"id": name, "kind": kind, "recommendations": (backed,), **texts, **values})


def only(builtin: Schedule, *rules: Rule) -> Schedule:
    """Return the built-in schedule with other rules in place of its own."""
    return replace(builtin, rules={one.id: one for one in rules})


def every(schedule: Schedule) -> Schedule:
    """Return a schedule whose messages tell every change."""
    return replace(schedule, sms=SmsWording(messages="all"))


def after(messages: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the messages from the treatment on."""
    return [one for one in messages if not one["role"].startswith("prepare/")]


# Encoding and segments ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "needed", "count"),
    [
        ("", "GSM-7", 1),
        ("a" * 160, "GSM-7", 1),
        ("a" * 161, "GSM-7", 2),  # 153 + 8
        ("a" * 306, "GSM-7", 2),  # 153 + 153
        ("a" * 307, "GSM-7", 3),
        ("a" * 612, "GSM-7", 4),
        ("a" * 613, "GSM-7", 5),
        ("é" * 160, "GSM-7", 1),  # one septet, as every letter of the default alphabet
        ("€" * 80, "GSM-7", 1),  # two septets each, 160
        ("€" * 81, "GSM-7", 2),  # 76 fill 152 of 153
        ("€" * 152, "GSM-7", 2),  # 76 + 76: the last septet of each part stays empty
        ("€" * 153, "GSM-7", 3),
        ("a" * 158 + "€", "GSM-7", 1),
        ("a" * 159 + "€", "GSM-7", 2),
        ("a" * 152 + "€" + "a" * 151, "GSM-7", 2),  # 152 | 2 + 151 = 153
        ("a" * 152 + "€" + "a" * 152, "GSM-7", 3),  # 306 septets, and the € would be cut
        ("\f" * 80, "GSM-7", 1),
        ("a\nb\r", "GSM-7", 1),
        ("ł" * 70, "UCS-2", 1),
        ("ł" * 71, "UCS-2", 2),  # 67 + 4
        ("ł" * 134, "UCS-2", 2),
        ("ł" * 135, "UCS-2", 3),
        ("a" * 69 + "ł", "UCS-2", 1),  # one letter makes all of it UCS-2
        ("a" * 70 + "ł", "UCS-2", 2),
        ("😀" * 35, "UCS-2", 1),  # two units each, 70
        ("😀" * 36, "UCS-2", 2),  # 33 fill 66 of 67
        ("😀" * 66, "UCS-2", 2),
        ("😀" * 67, "UCS-2", 3),
        ("a" * 66 + "😀" + "a" * 65, "UCS-2", 2),  # 66 | 2 + 65 = 67
        ("a" * 66 + "😀" + "a" * 66, "UCS-2", 3),
        ("\x1b", "UCS-2", 1),  # the escape is no character of a text
        ("ç", "UCS-2", 1),  # the default alphabet has its capital alone
    ],
)
def test_a_text_takes_so_many_segments(text: str, needed: str, count: int) -> None:
    assert (encoding(text), segments(text)) == (needed, count)


# The default alphabet by the rows of its table, and its extension table (6.2.1 and 6.2.1.1).
ROWS = [
    [0x40, 0xA3, 0x24, 0xA5, 0xE8, 0xE9, 0xF9, 0xEC, 0xF2, 0xC7, 0x0A, 0xD8, 0xF8, 0x0D, 0xC5, 0xE5],
    [0x394, 0x5F, 0x3A6, 0x393, 0x39B, 0x3A9, 0x3A0, 0x3A8, 0x3A3, 0x398, 0x39E, 0xC6, 0xE6, 0xDF, 0xC9],
    [0x20, 0x21, 0x22, 0x23, 0xA4, *range(0x25, 0x30)],
    [*range(0x30, 0x40)],
    [0xA1, *range(0x41, 0x50)],
    [*range(0x50, 0x5B), 0xC4, 0xD6, 0xD1, 0xDC, 0xA7],
    [0xBF, *range(0x61, 0x70)],
    [*range(0x70, 0x7B), 0xE4, 0xF6, 0xF1, 0xFC, 0xE0],
]
BASIC = {chr(number) for row in ROWS for number in row}
EXTENDED = {chr(number) for number in (0x0C, 0x5E, 0x7B, 0x7D, 0x5C, 0x5B, 0x7E, 0x5D, 0x7C, 0x20AC)}


def reckoned(text: str) -> tuple[str, int]:
    """Return encoding and segments by cutting what goes over the air, and stepping back from a cut."""
    if set(text) <= BASIC | EXTENDED:
        air = "".join("e." if character in EXTENDED else "." for character in text)
        return "GSM-7", 1 if len(air) <= 160 else cuts(air, 153, "e")
    raw = text.encode("utf-16-be")
    units = [int.from_bytes(raw[place : place + 2]) for place in range(0, len(raw), 2)]
    air = "".join("e" if 0xD800 <= unit < 0xDC00 else "." for unit in units)
    return "UCS-2", 1 if len(air) <= 70 else cuts(air, 67, "e")


def cuts(air: str, part: int, opening: str) -> int:
    count = 0
    while air:
        size = part - 1 if len(air) > part and air[part - 1] == opening else part
        air, count = air[size:], count + 1
    return count


def test_the_default_alphabet_has_127_characters_and_an_escape() -> None:
    assert len(BASIC) == 127
    assert {chr(n) for n in range(0x110000) if not 0xD800 <= n < 0xE000 and encoding(chr(n)) == "GSM-7"} == (
        BASIC | EXTENDED
    )


CHARACTERS = st.sampled_from([*sorted(BASIC | EXTENDED)])


@given(
    st.one_of(
        st.text(CHARACTERS, max_size=700),
        st.text(st.sampled_from("a€|"), max_size=700),
        st.text(st.sampled_from("aż😀"), max_size=300),
        st.text(st.characters(exclude_categories=["Cs"]), max_size=300),
    )
)
def test_size_and_encoding_agree_with_a_second_reckoning(text: str) -> None:
    assert (encoding(text), segments(text)) == reckoned(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("your provider’s “word”", 'your provider\'s "word"'),
        ("„so“ «so» ‚so‘", '"so" "so" \'so\''),  # noqa: RUF001  a low quotation mark, not a comma
        ("22–28 Nov — all day… 16½ h", "22-28 Nov - all day... 16.5 h"),
        ("IV‑VI · PRP", "IV-VI | PRP"),
        ("10\u00a0days, 5\u202fml, skin\u00adcare", "10 days, 5 ml, skincare"),
        ("Cafe\u0301 Zoe", "Café Zoe"),  # é by two characters is é
        ("Größe, señor, à, Å", "Größe, señor, à, Å"),
        ("Zoë’s clinic", "Zoë’s clinic"),  # an accent is never dropped; nor is the rest touched then
        ("Łódź", "Łódź"),
        ("what? 5 €", "what? 5 €"),
    ],
)
def test_a_likeness_stands_in_where_it_loses_nothing(text: str, expected: str) -> None:
    assert to_gsm(text) == expected


# When ---------------------------------------------------------------------------------------------

WAITS = [rule(f"w{day:02}", f"P{day}D") for day in range(1, 11)]  # w01 ends after a day, w10 after ten
PHOTO = rule("photo", "P28D", "P28D", Kind.MILESTONE, then=None)
CALL = rule("call", "P3D", "P3D", Kind.MILESTONE, then=None)


def moments(
    schedule: Schedule, treated: Treatment = EXAMPLE, as_of: datetime = AN_HOUR_AFTER
) -> list[tuple[str, str]]:
    """Return the role of each message, and its local time."""
    return [(one["role"], one["send_at"][:16]) for one in sent(plan(treated, schedule), as_of)]


def test_messages_are_few(builtin: Schedule) -> None:
    """Seven of the ten waits are over after seven days, and 70 in 100 are most of them."""
    assert moments(only(builtin, *WAITS, PHOTO)) == [
        ("start", "2026-11-21T14:30"),
        ("evening", "2026-11-22T18:00"),  # w01 ended at 14:30
        ("most-waits", "2026-11-28T14:30"),
        ("milestone/photo", "2026-12-19T09:00"),  # 21 Nov + 28 days
    ]


def test_the_evening_is_that_of_the_second_day_where_nothing_ends_by_the_first(builtin: Schedule) -> None:
    assert moments(only(builtin, *WAITS[1:], PHOTO))[1] == ("evening", "2026-11-23T18:00")
    assert moments(only(builtin, *WAITS), LATE)[:2] == [
        ("start", "2026-11-22T08:00"),  # 23:30 is quiet
        ("evening", "2026-11-23T18:00"),
    ]


def test_a_milestone_of_the_clinics_own_is_told_besides_the_first_photo(builtin: Schedule) -> None:
    later = replace(PHOTO, id="later", recommendations=rule("later", "P60D", "P60D").recommendations)
    schedule = only(builtin, *WAITS, PHOTO, CALL, later)
    assert [role for role, _ in moments(replace(schedule, own_rules=frozenset({"call"})))] == [
        *("start", "evening", "milestone/call", "most-waits", "milestone/photo"),
    ]
    assert [role for role, _ in moments(schedule)] == ["start", "evening", "milestone/call", "most-waits"]


def test_before_it_one_message_and_the_second_where_the_first_came_too_early(builtin: Schedule) -> None:
    sun = rule("sun", "P0D", "-P14D", Kind.PREPARE, then=None)
    drink = rule("drink", "P0D", "-P1D", Kind.PREPARE, then=None)
    schedule = only(builtin, sun, drink)
    assert moments(schedule, as_of=at("2026-11-01T10:00+01:00"))[0] == ("prepare/sun", "2026-11-07T09:00")
    assert moments(schedule, as_of=at("2026-11-07T09:01+01:00"))[0] == ("prepare/drink", "2026-11-20T09:00")
    assert [role for role, _ in moments(every(schedule))] == ["prepare/sun", "prepare/drink", "start"]


@pytest.mark.parametrize(
    ("treated", "quiet", "expected"),
    [
        ("2026-11-21T21:59+01:00", "22:00-08:00", "2026-11-21T21:59:00+01:00"),
        ("2026-11-21T22:00+01:00", "22:00-08:00", "2026-11-22T08:00:00+01:00"),
        ("2026-11-22T07:59+01:00", "22:00-08:00", "2026-11-22T08:00:00+01:00"),
        ("2026-11-22T08:00+01:00", "22:00-08:00", "2026-11-22T08:00:00+01:00"),
        ("2026-11-21T13:00+01:00", "12:00-15:00", "2026-11-21T15:00:00+01:00"),
        ("2026-11-21T23:30+01:00", "00:00-00:00", "2026-11-21T23:30:00+01:00"),
        # 02:30 is skipped, so the quiet hours end at 03:30
        ("2026-03-29T01:30+01:00", "22:00-02:30", "2026-03-29T03:30:00+02:00"),
        # all that is not quiet, 02:45 to 03:30, is moved behind the gap into the quiet hours
        ("2026-03-28T22:00+01:00", "03:30-02:45", "2026-03-30T02:45:00+02:00"),
        # 02:30 comes twice, and it is quiet until the second
        ("2026-10-25T01:30+02:00", "22:00-02:30", "2026-10-25T02:30:00+01:00"),
        # a date has no hour, so 09:00, or the end of the quiet hours
        ("2026-11-21", "22:00-08:00", "2026-11-21T09:00:00+01:00"),
        ("2026-11-21", "22:00-10:30", "2026-11-21T10:30:00+01:00"),
    ],
)
def test_the_first_message_waits_for_the_end_of_the_quiet_hours(
    treated: str, quiet: str, expected: str, builtin: Schedule
) -> None:
    messages = sent(plan(treatment(treated), builtin), quiet=parse_quiet_hours(quiet))
    assert [one["send_at"] for one in messages if one["role"] == "start"] == [expected]


@pytest.mark.parametrize(
    ("treated", "end", "expected"),
    [
        ("2026-11-21T14:30+01:00", "PT24H", "2026-11-22T14:30:00+01:00"),
        ("2026-11-21T14:30+01:00", "P1D@22:00", "2026-11-23T08:00:00+01:00"),
        ("2026-11-21T14:30+01:00", "P2D@00:00", "2026-11-23T08:00:00+01:00"),
        ("2026-03-28T14:30+01:00", "PT24H", "2026-03-29T15:30:00+02:00"),  # 24 hours stay 24 hours
        ("2026-10-24T14:30+02:00", "PT24H", "2026-10-25T13:30:00+01:00"),
        ("2026-11-21T14:30+01:00", "PT4H", "2026-11-22T09:00:00+01:00"),  # not on the day of the first
        ("2026-11-21", "PT4H", "2026-11-22T09:00:00+01:00"),  # the day ends, and 4 hours more
        ("2026-11-21", "P1D", "2026-11-23T09:00:00+01:00"),  # the 22nd ends
        ("2026-11-21", "P1D@08:00", "2026-11-22T09:00:00+01:00"),
        ("2026-11-21", "P1D@09:30", "2026-11-23T09:00:00+01:00"),
    ],
)
def test_an_end_is_told_at_its_hour_or_at_the_next_civil_one(
    treated: str, end: str, expected: str, builtin: Schedule
) -> None:
    start, told = sent(plan(treatment(treated), every(only(builtin, rule("gym", end)))))
    assert "Not until" in start["text"]
    assert (told["role"], told["send_at"]) == ("phase/gym", expected)
    assert told["text"].startswith("Skin care. Gym is fine again.")


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("P2D", "P3D", ["phase/first"]),  # 24 h are half of 48 h
        ("P2D", "PT73H", ["phase/first", "phase/second"]),
        ("P4D", "P6D", ["phase/first"]),  # 48 h are half of 96 h
        ("P4D", "PT145H", ["phase/first", "phase/second"]),
        ("P28D", "P31D", ["phase/first"]),  # three days at most
        ("P28D", "P32D", ["phase/first", "phase/second"]),
        ("P1D@15:00", "P1D@21:00", ["phase/first"]),  # one a day
    ],
)
def test_a_change_waits_for_the_next_for_half_of_the_time_so_far_and_three_days_at_most(
    first: str, second: str, expected: list[str], builtin: Schedule
) -> None:
    made = plan(EXAMPLE, every(only(builtin, rule("first", first), rule("second", second))))
    assert [one["role"] for one in sent(made)[1:]] == expected


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        ("2026-11-01T00:00+01:00", "upcoming"),
        ("2026-11-21T14:30+01:00", "upcoming"),  # due now
        ("2026-11-21T14:31+01:00", "past"),
    ],
)
def test_a_message_is_past_once_its_time_has_passed(as_of: str, expected: str, builtin: Schedule) -> None:
    messages = sent(plan(EXAMPLE, builtin), at(as_of))
    assert {one["role"]: one["status"] for one in messages}["start"] == expected


# What ---------------------------------------------------------------------------------------------


def test_the_messages_of_the_example_are_the_ones_that_were_read(builtin: Schedule) -> None:
    text = sms(plan(EXAMPLE, builtin), AN_HOUR_AFTER, ref=None, detail=Detail.DISCREET, quiet=NIGHT)
    assert_golden("sms.ndjson", text)


def test_a_message_has_these_fields(builtin: Schedule) -> None:
    for one in sent(plan(EXAMPLE, builtin), ref="A-17"):
        assert list(one) == ["ref", "role", "send_at", "status", "text", "encoding", "segments", "notes"]
        assert one["ref"] == "A-17"
    assert {one["ref"] for one in sent(plan(EXAMPLE, builtin))} == {None}


def test_the_message_after_it_and_the_first_to_come_say_whom_to_call_in_an_emergency(
    builtin: Schedule,
) -> None:
    made = plan(EXAMPLE, replace(builtin, clinic=CLINIC))
    for as_of, standing in (
        ("2026-11-01T10:00+01:00", ["prepare/sun-before", "start"]),
        ("2026-11-21T14:30+01:00", ["start"]),
        ("2026-11-22T09:00+01:00", ["start", "evening"]),  # an export made the next morning
        ("2026-11-23T09:00+01:00", ["start", "most-waits"]),
        ("2027-11-23T09:00+01:00", ["start"]),
    ):
        messages = sent(made, at(as_of))
        assert [
            one["role"] for one in messages if EMERGENCY in one["text"] and "call 112" in one["text"]
        ] == standing
        assert [one["role"] for one in messages if GENERAL in one["text"]] == standing


def test_what_does_not_fit_is_on_the_sheet_and_never_a_number(builtin: Schedule) -> None:
    texts = [one["text"] for one in sent(plan(EXAMPLE, builtin))]
    assert sum(SHEET in text for text in texts) >= 3
    assert not any(re.search("[0-9]+ (more|things|waits)", text) for text in texts)
    (start,) = sent(plan(EXAMPLE, only(builtin, rule("gym", "P9D"))))[:1]
    assert SHEET not in start["text"]


def test_an_accent_costs_segments_and_no_names(builtin: Schedule) -> None:
    names = [f"activity {number}" for number in range(9)]
    plain = sent(plan(EXAMPLE, only(builtin, *(rule(name, "P5D") for name in names))))
    accented = [name.replace("v", "\u1e7d") for name in names]  # v with a tilde is not in GSM-7
    there = sent(plan(EXAMPLE, only(builtin, *(rule(name, "P5D") for name in accented))))
    assert [one["text"].replace("\u1e7d", "v") for one in there] == [one["text"] for one in plain]
    assert {one["encoding"] for one in there} == {"UCS-2"}
    assert max(one["segments"] for one in plain) == 2


def test_opening_and_closing_are_the_clinics_and_pass_through_untouched(builtin: Schedule) -> None:
    wording = SmsWording(opening="Hi {{first_name}} \u2013 it\u2019s us.", closing="Reply STOP\nto end")
    for one in sent(plan(EXAMPLE, replace(builtin, sms=wording))):
        assert one["text"].startswith(f"{wording.opening} ")
        assert one["text"].endswith(f" {wording.closing}")
        assert one["segments"] <= 5  # the dash makes it UCS-2, and takes no name


def test_what_the_clinic_asks_for_is_told_at_once(builtin: Schedule) -> None:
    mask = rule("our calming mask", "P2D", kind=Kind.DO, id="mask")
    cream = rule("cream", "P2D", kind=Kind.DO)
    schedule = replace(only(builtin, mask, cream, *WAITS), own_rules=frozenset({"mask"}))
    start = sent(plan(EXAMPLE, schedule))[0]["text"]
    assert start.startswith("Skin care. Do: our calming mask. Not until Sun 22 Nov 14:30: w01.")


def test_a_medicine_is_named_only_with_what_goes_with_it(builtin: Schedule) -> None:
    tablet = rule("tablet", "P7D", medicine=True)
    for one in sent(plan(EXAMPLE, only(builtin, *WAITS, tablet))):
        assert ("tablet" in one["text"]) <= ("Prescribed medicine" in one["text"])
    made = plan(EXAMPLE, only(builtin, rule("gym", "P2D"), tablet))
    texts = [one["text"] for one in sent(made, at("2026-11-01T10:00+01:00"))]
    assert any("tablet" in text for text in texts)


def test_a_sign_that_has_come_to_count_is_told_with_the_telephone(builtin: Schedule) -> None:
    texts = {one["role"]: one["text"] for one in sent(plan(EXAMPLE, replace(builtin, clinic=CLINIC)))}
    assert "Call your clinic (+49 30 1234567) about " in texts["most-waits"]
    assert "Call your clinic" not in texts["evening"]


def test_what_begins_later_is_told_from_when(builtin: Schedule) -> None:
    made = plan(EXAMPLE, only(builtin, rule("gym", "P1D"), rule("sauna", "P5D", "P2D")))
    assert sent(made, at("2026-11-21T14:00+01:00"))[1]["text"] == (
        "Skin care. Gym is fine again. Not from Mon 23 Nov 14:30 until Thu 26 Nov 14:30: sauna."
    )


@pytest.mark.parametrize("treated", [EXAMPLE, LATE, EARLY, A_DATE])
def test_a_discreet_message_names_no_clinic_and_no_procedure(treated: Treatment, builtin: Schedule) -> None:
    made = plan(treated, replace(builtin, clinic=CLINIC))
    for one in sent(made):
        assert one["text"].startswith("Skin care. ")
        assert not re.search(r"needling|PRP|plasma|Müller|www|http", one["text"], re.IGNORECASE)


def test_a_full_message_names_both(builtin: Schedule) -> None:
    for one in sent(plan(EXAMPLE, replace(builtin, clinic=CLINIC)), detail=Detail.FULL):
        assert one["text"].startswith("Praxis Dr. Müller: Microneedling of the face. ")


@pytest.mark.parametrize(
    ("treated", "options", "expected"),
    [
        (A_DATE, {}, {"start": ["date-only"]}),
        (EXAMPLE, {"follow": ["egrari"]}, {"start": ["follow"]}),
    ],
)
def test_notes_are_for_who_sends_and_stand_in_no_text(
    treated: Treatment, options: dict[str, Any], expected: dict[str, list[str]], builtin: Schedule
) -> None:
    messages = sent(plan(treated, builtin, **options))
    found = {one["role"]: [note["code"] for note in one["notes"]] for one in messages}
    assert {role: found[role] for role in expected} == expected
    assert all(note["text"] not in one["text"] for one in messages for note in one["notes"])


@pytest.mark.parametrize("wanted", ["few", "all"])
def test_messages_are_easy_to_read(builtin: Schedule, wanted: str) -> None:
    """Design, section 8.2: Flesch-Kincaid grade 6 or lower, SMOG 8 or lower, over all that a patient gets."""
    schedule = replace(builtin, sms=SmsWording(messages=wanted))
    for treated in (EXAMPLE, EARLY, A_DATE):
        text = " ".join(one["text"] for one in sent(plan(treated, schedule), at("2026-11-01T10:00+01:00")))
        assert textstat.flesch_kincaid_grade(text) <= 6
        assert textstat.smog_index(text) <= 8


# Laws ---------------------------------------------------------------------------------------------

ZONES = [BERLIN, "America/New_York", "America/Nuuk", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]
SCHEDULE = read_schedule(BUILTIN.read_bytes(), file=BUILTIN.name)
BODY = read_schedule(
    BUILTIN.with_name("microneedling-body.toml").read_bytes(), file="microneedling-body.toml"
)
SWIMMING = replace(SCHEDULE.rules["swimming"], short="nataci\u00f3n")  # an accent that is not in GSM-7
SCHEDULES = st.sampled_from(
    [
        SCHEDULE,
        BODY,
        replace(
            SCHEDULE,
            rules={**SCHEDULE.rules, "swimming": SWIMMING},
            own_rules=frozenset({"swimming"}),
        ),
    ]
)
MINUTES = st.integers(0, 2 * 365 * 24 * 60)
TREATMENTS = st.builds(
    Treatment,
    treated=st.one_of(
        MINUTES.map(lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)),
        st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    ),
    zone=st.sampled_from([ZoneInfo(zone) for zone in ZONES]),
    prp=st.booleans(),
    scars=st.booleans(),
    skin_type=st.none() | st.sampled_from(SkinType),
)
QUIET = st.builds(
    QuietHours,
    start=st.integers(0, 95).map(lambda n: time(n // 4, n % 4 * 15)),
    end=st.integers(0, 95).map(lambda n: time(n // 4, n % 4 * 15)),
)


CLINICS = st.sampled_from(
    [
        None,
        CLINIC,
        replace(CLINIC, name="x" * 40, telephone="+44 20 7946 0123 ext. 45", emergency="112"),
        replace(
            CLINIC, telephone="\u2706 020 7946 0123", emergency="\u0661\u0661\u0662"
        ),  # neither is in GSM-7
    ]
)
WORDINGS = st.builds(
    SmsWording,
    opening=st.sampled_from(["", "Hi {first}, your clinic here.", "\u4f60\u597d {first}, your clinic here."]),
    closing=st.sampled_from(["", "Reply STOP to end."]),
    messages=st.sampled_from(["few", "all"]),
)


@given(TREATMENTS, QUIET, SCHEDULES, CLINICS, st.sampled_from(Detail), WORDINGS, st.integers(-20, 40))
def test_the_laws_of_every_set_of_messages(  # noqa: PLR0917  what a set depends on
    treated: Treatment,
    quiet: QuietHours,
    rules: Schedule,
    clinic: Clinic | None,
    detail: Detail,
    wording: SmsWording,
    day: int,
) -> None:
    schedule = replace(rules, clinic=clinic, sms=wording)
    emergency = standing_text("emergency", schedule, short=True)
    warned = any("UCS-2" in remark.what for remark in text_remarks(schedule))
    made = plan(treated, schedule)
    as_of = begins(made) + timedelta(days=day)
    messages = sent(made, as_of, quiet=quiet, detail=detail)
    times = [datetime.fromisoformat(one["send_at"]) for one in messages]
    assert [one.astimezone(UTC) for one in times] == sorted(one.astimezone(UTC) for one in times)
    assert (
        len({one["role"] for one in messages})
        == len({one["send_at"][:10] for one in messages})
        == len(messages)
    )
    assert len(messages) <= (12 if wording.messages == "all" else 6)
    first_to_come = next((one for one in messages if one["status"] == "upcoming"), None)
    for moment, one in zip(times, messages, strict=True):
        text = one["text"]
        assert not quiet.holds(moment.time())
        assert moment.utcoffset() == moment.astimezone(treated.zone).utcoffset()
        assert (one["encoding"], one["segments"]) == reckoned(text)
        # the clinic's own characters are kept; check warns of what they cost
        assert one["segments"] <= (2 if one["encoding"] == "GSM-7" else 5)
        assert warned or one["encoding"] == "GSM-7"
        assert (emergency in text and GENERAL in text) == (one["role"] == "start" or one is first_to_come)
        for window in made.windows:
            assert window.end is not None
            if window.rule.then and f"{window.rule.then[1:]}" in text:
                assert moment.astimezone(UTC) >= window.end, window.rule.id
        if "ibuprofen" in text or "allergy tablet" in text:
            assert "Prescribed medicine" in text


# The program --------------------------------------------------------------------------------------

EXAMPLE_LINE = ("2026-11-21T14:30", "--prp", "--skin-type", "IV", "--tz", BERLIN)
AT_THREE = ("--as-of", "2026-11-21T15:30")


def test_the_program_prints_a_message_a_line(builtin: Schedule) -> None:
    done = needlecare(*EXAMPLE_LINE, *AT_THREE, "--format", "sms")
    assert (done.code, done.err) == (0, "")
    assert done.out == sms(
        plan(EXAMPLE, builtin), AN_HOUR_AFTER, ref=None, detail=Detail.DISCREET, quiet=NIGHT
    )


def test_options_reach_the_messages(tmp_path: Path) -> None:
    options = ("--ref", "A-17", "--detail", "full", "--quiet-hours", "14:00-16:00", "-o", "messages.ndjson")
    done = needlecare(*EXAMPLE_LINE, *AT_THREE, "--format", "sms", *options, cwd=tmp_path)
    assert (done.code, done.out) == (0, "")
    lines = (tmp_path / "messages.ndjson").read_text(encoding="utf-8").splitlines()
    start = next(one for one in map(json.loads, lines) if one["role"] == "start")
    assert (start["ref"], start["send_at"]) == ("A-17", "2026-11-21T16:00:00+01:00")
    assert start["text"].startswith("Microneedling of the face. ")


def test_messages_cost_no_import_of_the_calendar_library() -> None:
    code = (
        "import sys, needlecare.output.sms.messages; sys.exit('ics' in sys.modules or 'rich' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
