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
    Treatment,
)
from needlecare.output.sms.gsm import encoding, segments, to_gsm
from needlecare.output.sms.messages import sms
from needlecare.plan.combine import plan
from needlecare.rules.load import read_schedule
from needlecare.time.offsets import parse_offset
from needlecare.time.parsing import parse_quiet_hours
from program import needlecare

BUILTIN = Path(__file__).parents[2] / "schedules" / "microneedling.toml"
NIGHT = parse_quiet_hours("22:00-08:00")
CLINIC = Clinic(name="Praxis Dr. Müller", telephone="+49 30 1234567", emergency="112")
GENERAL = "General information, not medical advice; your provider's word comes first."
PRESCRIBED = "Prescribed medicine (aspirin and blood thinners too): keep taking it, ask its prescriber."


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


@pytest.mark.parametrize(
    ("treated", "expected"),
    [
        # day 1 08:00 and 14:30; day 2 and 3 (24 h <= 48 h / 2); day 5 to 7 (48 h <= 120 h / 2);
        # day 14 (7 days > 3); day 28 and the photo of a month (2 days) in the morning, so laser and
        # peels (14:30 of that day) on the next
        (
            EXAMPLE,
            [
                ("start", "2026-11-21T14:30:00+01:00"),
                ("phase/wash-face", "2026-11-22T14:30:00+01:00"),
                ("phase/makeup", "2026-11-24T14:30:00+01:00"),
                ("phase/swimming", "2026-11-28T14:30:00+01:00"),
                ("phase/retinoids", "2026-12-05T14:30:00+01:00"),
                ("phase/direct-sun", "2026-12-21T09:00:00+01:00"),
                ("phase/laser-peel", "2026-12-22T09:00:00+01:00"),
                ("milestone/photo-six-months", "2027-05-21T09:00:00+02:00"),
            ],
        ),
        # quiet at 23:30, so all of it at 08:00 of the next day; washing (11:30 on the day of the first
        # message) waits for the day after. The photo has its day, laser and peels end at 23:30 of it.
        (
            LATE,
            [
                ("start", "2026-11-22T08:00:00+01:00"),
                ("phase/wash-face", "2026-11-23T09:00:00+01:00"),
                ("phase/makeup", "2026-11-25T08:00:00+01:00"),
                ("phase/swimming", "2026-11-29T08:00:00+01:00"),
                ("phase/retinoids", "2026-12-06T08:00:00+01:00"),
                ("phase/direct-sun", "2026-12-21T09:00:00+01:00"),
                ("phase/laser-peel", "2026-12-22T08:00:00+01:00"),
                ("milestone/photo-six-months", "2027-05-21T09:00:00+02:00"),
            ],
        ),
        # washing 12:30 on day 0 goes to 09:00 of day 1; makeup 48 h: its patience is 24 h, and
        # swimming ends on day 5
        (
            EARLY,
            [
                ("start", "2026-11-21T08:30:00+01:00"),
                ("phase/wash-face", "2026-11-22T09:00:00+01:00"),
                ("phase/makeup", "2026-11-23T08:30:00+01:00"),
                ("phase/swimming", "2026-11-28T08:30:00+01:00"),
                ("phase/direct-sun", "2026-12-05T08:30:00+01:00"),
                ("phase/laser-peel", "2026-12-21T09:00:00+01:00"),
                ("milestone/photo-six-months", "2027-05-21T09:00:00+02:00"),
            ],
        ),
        # a date: each at 09:00, washing (04:00 of the next day) on that day; own products end with the
        # 22nd, makeup with the 23rd: 24 h <= 57 h / 2
        (
            A_DATE,
            [
                ("start", "2026-11-21T09:00:00+01:00"),
                ("phase/wash-face", "2026-11-22T09:00:00+01:00"),
                ("phase/unapproved-products", "2026-11-24T09:00:00+01:00"),
                ("phase/swimming", "2026-11-29T09:00:00+01:00"),
                ("phase/retinoids", "2026-12-06T09:00:00+01:00"),
                ("phase/direct-sun", "2026-12-21T09:00:00+01:00"),
                ("phase/laser-peel", "2026-12-22T09:00:00+01:00"),
                ("milestone/photo-six-months", "2027-05-21T09:00:00+02:00"),
            ],
        ),
    ],
)
def test_a_patient_gets_few_messages_after_it(
    treated: Treatment, expected: list[tuple[str, str]], builtin: Schedule
) -> None:
    messages = after(sent(plan(treated, builtin)))
    assert [(one["role"], one["send_at"]) for one in messages] == expected


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
    start, told = sent(plan(treatment(treated), only(builtin, rule("gym", end))))
    assert "gym until" in start["text"]
    assert (told["role"], told["send_at"]) == ("phase/gym", expected)
    assert told["text"] == "Skin care. Gym is fine again."


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
    made = plan(EXAMPLE, only(builtin, rule("first", first), rule("second", second)))
    assert [one["role"] for one in sent(made)[1:]] == expected


def test_a_photo_keeps_its_day_and_a_milestone_of_several_days_waits_within_them(builtin: Schedule) -> None:
    photo = rule("photo", "P28D", "P28D", Kind.MILESTONE, then=None)
    session = rule("session", "P30D", "P26D", Kind.MILESTONE, then=None)
    sun = rule("sun", "P27D")  # waits, and not beyond the day of the photo
    laser = rule("laser", "P29D")
    messages = sent(plan(EXAMPLE, only(builtin, photo, session, sun, laser)))[1:]
    assert [(one["role"], one["send_at"]) for one in messages] == [
        ("phase/sun", "2026-12-19T09:00:00+01:00"),  # 21 Nov + 28 = 19 Dec
        ("phase/laser", "2026-12-20T14:30:00+01:00"),
    ]
    assert messages[0]["text"] == (
        "Skin care. Sun is fine again. No session: from Thu 17 Dec. No photo. Wait. "
        "Not yet: laser until Sun 20 Dec 14:30."
    )


def test_the_message_of_a_single_day_comes_in_its_morning_and_a_later_end_the_day_after(
    builtin: Schedule,
) -> None:
    call = rule("call", "P3D", "P3D", Kind.MILESTONE, then=None)
    messages = sent(plan(EXAMPLE, only(builtin, call, rule("alcohol", "P3D"))))[1:]
    assert [(one["role"], one["send_at"]) for one in messages] == [
        ("milestone/call", "2026-11-24T09:00:00+01:00"),
        ("phase/alcohol", "2026-11-25T09:00:00+01:00"),  # it ended on the 24th at 14:30
    ]
    assert messages[0]["text"] == "Skin care. No call. Wait. Not yet: alcohol until Tue 24 Nov 14:30."


def test_before_it_two_messages_at_most_each_in_time_for_what_begins(builtin: Schedule) -> None:
    messages = sent(plan(EXAMPLE, builtin))
    # 14 days before 14:30 no sun; the day before no allergy tablet without asking
    assert [(one["role"], one["send_at"]) for one in messages[:3]] == [
        ("prepare/sun-before", "2026-11-07T09:00:00+01:00"),
        ("prepare/antihistamines", "2026-11-20T09:00:00+01:00"),
        ("start", "2026-11-21T14:30:00+01:00"),
    ]
    # at 08:30 both begin before 09:00, so the message comes on the day before
    early = sent(plan(EARLY, builtin))
    assert [one["send_at"][:10] for one in early[:2]] == ["2026-11-06", "2026-11-19"]


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        ("2026-11-01T00:00+01:00", "upcoming"),
        ("2026-11-21T14:30+01:00", "upcoming"),  # due now
        ("2026-11-21T14:31+01:00", "past"),
    ],
)
def test_the_clock_changes_the_status_and_nothing_else(as_of: str, expected: str, builtin: Schedule) -> None:
    made = plan(EXAMPLE, builtin)
    messages = sent(made, at(as_of))
    assert {one["role"]: one["status"] for one in messages}["start"] == expected
    for one in messages:
        one["status"] = "past"
    assert messages == sent(made, at("2199-01-01T00:00Z"))


# What ---------------------------------------------------------------------------------------------


def test_the_messages_of_the_example_are_the_ones_that_were_read(builtin: Schedule) -> None:
    text = sms(plan(EXAMPLE, builtin), AN_HOUR_AFTER, ref=None, detail=Detail.DISCREET, quiet=NIGHT)
    assert_golden("sms.ndjson", text)


def test_a_message_has_these_fields(builtin: Schedule) -> None:
    for one in sent(plan(EXAMPLE, builtin), ref="A-17"):
        assert list(one) == ["ref", "role", "send_at", "status", "text", "encoding", "segments", "notes"]
        assert one["ref"] == "A-17"
    assert {one["ref"] for one in sent(plan(EXAMPLE, builtin))} == {None}


def test_the_first_message_says_whom_to_call_and_what_it_is(builtin: Schedule) -> None:
    made = plan(EXAMPLE, replace(builtin, clinic=CLINIC))
    start = next(one["text"] for one in sent(made) if one["role"] == "start")
    assert "Call your clinic (+49 30 1234567) at any time about pus, a rash" in start
    assert "anything wrong with an eye: call 112." in start
    assert "longer: ibuprofen for pain, makeup" in start
    assert PRESCRIBED in start
    assert sum(GENERAL in one["text"] for one in sent(made)) == 1


def test_every_medicine_is_named_on_the_first_day(builtin: Schedule) -> None:
    names = ["tablet a", "tablet b", "tablet c", "tablet d"]
    rules = [rule("gym", "P6D"), *(rule(name, "P7D", medicine=True) for name in names)]
    start = sent(plan(EXAMPLE, only(builtin, *rules, rule("makeup", "P1D"))))[0]["text"]
    assert "makeup until Sun 22 Nov 14:30; longer: tablet a, tablet b, tablet c, tablet d and 1 more" in start
    assert PRESCRIBED in start


def test_a_sign_that_comes_to_count_is_told_with_the_telephone(builtin: Schedule) -> None:
    # "growing" counts from 48 h, "not-settled" from day 7
    texts = {one["role"]: one["text"] for one in sent(plan(EXAMPLE, replace(builtin, clinic=CLINIC)))}
    told = "Call your clinic (+49 30 1234567) about redness or"
    assert f"{told} pain or swelling still growing." in texts["phase/makeup"]
    assert f"{told} swelling not settled." in texts["phase/swimming"]
    assert "Call" not in texts["phase/wash-face"]


def test_what_ends_until_the_next_message_is_announced_with_its_time(builtin: Schedule) -> None:
    texts = {one["role"]: one["text"] for one in sent(plan(EXAMPLE, builtin))}
    assert (
        "makeup until Mon 23 Nov 14:30; alcohol, smoking until Tue 24 Nov 14:30" in texts["phase/wash-face"]
    )
    # differs from Thu 26 Nov 14:30 on, and is still not yet
    assert "gym, sauna and hot bath, face brush until the end of Fri 27 Nov" in texts["phase/makeup"]


def test_what_begins_later_is_told_from_when(builtin: Schedule) -> None:
    made = plan(EXAMPLE, only(builtin, rule("gym", "P1D"), rule("sauna", "P3D", "P2D")))
    texts = [one["text"] for one in sent(made)]
    assert "sauna" not in texts[0]
    assert texts[1] == (
        "Skin care. Gym is fine again. Not yet: sauna from Mon 23 Nov 14:30 until Tue 24 Nov 14:30."
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
    for one in sent(plan(EXAMPLE, builtin), detail=Detail.FULL):
        assert one["text"].startswith("Microneedling of the face. ")


@pytest.mark.parametrize(
    ("name", "needed"),
    [("Dr. Müller’s", "GSM-7"), ("Skin – Care", "GSM-7"), ("Gabinet Łódź", "UCS-2"), ("皮肤科", "UCS-2")],
)
def test_the_clinics_words_decide_the_encoding(name: str, needed: str, builtin: Schedule) -> None:
    made = plan(EXAMPLE, replace(builtin, clinic=replace(CLINIC, name=name)))
    full = sent(made, detail=Detail.FULL)
    assert {one["encoding"] for one in full if one["role"] != "start"} == {needed}
    for one in full:
        if needed == "UCS-2":
            # with a name in UCS-2 the first would take six segments, so it is headed without
            heading = "Skin care. " if one["role"] == "start" else f"{name}: Microneedling of the face. "
            assert one["text"].startswith(heading)
    assert max(one["segments"] for one in full) <= 4
    assert {one["encoding"] for one in sent(made)} == {"GSM-7"}


@pytest.mark.parametrize(
    ("treated", "options", "expected"),
    [
        # 21 Nov 2027 + 2 days lies behind the review of 22 Nov 2027
        (treatment("2027-11-21T14:30+01:00"), {}, {"start": [], "phase/makeup": ["review-due"]}),
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


def test_without_anything_to_avoid_the_first_message_still_says_whom_to_call(builtin: Schedule) -> None:
    (start,) = sent(plan(EXAMPLE, only(builtin)))
    assert start["text"].startswith("Skin care. Call your clinic at any time")
    assert GENERAL in start["text"]


# Laws ---------------------------------------------------------------------------------------------

ZONES = [BERLIN, "America/New_York", "America/Nuuk", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]
SCHEDULE = read_schedule(BUILTIN.read_bytes(), file=BUILTIN.name)
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


@given(TREATMENTS, QUIET, st.sampled_from([None, CLINIC]), st.sampled_from(Detail))
def test_the_laws_of_every_set_of_messages(
    treated: Treatment, quiet: QuietHours, clinic: Clinic | None, detail: Detail
) -> None:
    made = plan(treated, replace(SCHEDULE, clinic=clinic))
    messages = sent(made, quiet=quiet, detail=detail)
    moments = [datetime.fromisoformat(one["send_at"]) for one in messages]
    assert [one.astimezone(UTC) for one in moments] == sorted(one.astimezone(UTC) for one in moments)
    assert len({one["role"] for one in messages}) == len(messages)
    for moment, one in zip(moments, messages, strict=True):
        text = one["text"]
        assert not quiet.holds(moment.time())
        assert moment.utcoffset() == moment.astimezone(treated.zone).utcoffset()
        assert (one["encoding"], one["segments"]) == reckoned(text)
        assert one["segments"] <= 4
        for window in made.windows:
            assert window.end is not None
            if window.rule.then and f"{window.rule.then[1:]}" in text:
                assert moment.astimezone(UTC) >= window.end, window.rule.id
            if window.kind is Kind.AVOID and f"{window.rule.short} until" in text:
                assert moment.astimezone(UTC) < window.end, window.rule.id
        if "ibuprofen" in text or "allergy tablet" in text:
            assert PRESCRIBED in text
    assert sum(GENERAL in one["text"] for one in messages) == 1


@given(TREATMENTS)
def test_no_day_has_two_messages_and_each_wait_is_told_by_its_end_or_soon_after(treated: Treatment) -> None:
    made = plan(treated, SCHEDULE)
    messages = sent(made)
    days = [one["send_at"][:10] for one in messages]
    assert len(set(days)) == len(days)
    assert len(messages) <= 12
    last = datetime.fromisoformat(
        [one for one in messages if one["role"].startswith("phase/")][-1]["send_at"]
    )
    ends = [w.end for w in made.windows if w.kind is Kind.AVOID and w.end is not None]
    assert last.astimezone(UTC) >= max(ends)
    assert last.astimezone(UTC) - max(ends) <= timedelta(days=4)  # three, and a night


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
