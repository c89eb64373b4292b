"""The handout: what stands on the page, that it needs nothing else, and what a browser and a printer make of it.

The tests marked "client" run headless Chromium (the program `chromium` on PATH,
with Playwright for Python). NEEDLECARE_AXE names a folder that holds node_modules
with axe-core, which looks for what shuts people out.
"""

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from html.parser import HTMLParser
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from clients import missing
from examples import CLINIC, EXAMPLE, HEAVY, moment, treatments
from golden import assert_golden
from needlecare import __version__
from needlecare.model import Clinic, Kind, Plan, Rule, Schedule, SkinType, Standing, StandingText, Treatment
from needlecare.output.paper.handout import handout
from needlecare.plan.combine import begins, plan
from needlecare.rules.load import read_schedule
from needlecare.time.offsets import parse_offset
from program import needlecare

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


def page(
    schedule: Schedule,
    *,
    treatment: Treatment = EXAMPLE,
    clinic: Clinic | None = None,
    as_of: str = "2026-11-21T15:30",
    follow: tuple[str, ...] = (),
) -> str:
    made = plan(treatment, replace(schedule, clinic=clinic), follow=follow)
    return handout(made, moment(as_of))


def parsed(html: str) -> ET.Element:
    """Read a handout as XML, which refuses whatever is not closed, not quoted or not escaped."""
    return ET.fromstring(html.removeprefix("<!DOCTYPE html>\n"))  # noqa: S314  our own page


def text(element: ET.Element | None) -> str:
    assert element is not None
    return " ".join("".join(element.itertext()).split())


def section(html: str, key: str) -> ET.Element | None:
    return parsed(html).find(f".//section[@class='{key}']")


def points(html: str, key: str) -> list[str]:
    found = section(html, key)
    return [] if found is None else [text(point) for point in found.iter("li")]


# What it says -------------------------------------------------------------------------------------


def test_the_handout_is_the_picture_that_was_read(builtin: Schedule) -> None:
    html = page(builtin, clinic=CLINIC)
    assert_golden("handout-day-0.html", html.replace(f"needlecare {__version__}", "needlecare VERSION"))


def test_what_is_not_allowed_stands_below_its_last_moment(schedule_v1: Schedule) -> None:
    """The ends of the example, as the design has them in section 8."""
    found = section(page(schedule_v1), "dont")
    assert found is not None
    assert [text(heading) for heading in found.iter("h3")] == [
        "Until Sun 22 Nov 08:00",
        "Until Sun 22 Nov 14:30",
        "Until Mon 23 Nov 14:30",
        "Until Tue 24 Nov 14:30",
        "Until Thu 26 Nov 14:30",
        "Through Fri 27 Nov",
        "Until Sat 28 Nov 14:30",
        "Until Sat 5 Dec 14:30",
        "Until Sat 19 Dec 14:30",
        "Until Mon 21 Dec 14:30",
    ]
    said = [text(point) for point in found.iter("li")]
    assert "No makeup: Wear no makeup on the treated skin." in said
    assert "No swimming (some say Mon 23 Nov 14:30): No pool, sea or lake." in said
    legend = section(page(schedule_v1), "chart").find("p[@class='legend']")  # type: ignore[union-attr]
    assert text(legend).endswith("The longest time is safest. Ask your clinic before a shorter one.")


def test_the_emergency_is_on_top_then_the_chart_then_the_days(schedule_v1: Schedule) -> None:
    root = parsed(page(schedule_v1, as_of="2026-10-01"))
    keys = [found.get("class") for found in root.iter("section")]
    assert keys[:5] == ["call", "chart", "before", "tell", "days"]
    assert keys.index("days") < keys.index("dont") < keys.index("do")


def test_each_day_has_its_news(schedule_v1: Schedule) -> None:
    """Washing from Sunday 08:00, makeup from Monday 14:30; the gym's last day is Friday, so from Saturday on."""
    found = section(page(schedule_v1), "days")
    assert found is not None
    days = {text(one.find("h3")): [text(point) for point in one.iter("li")] for one in found.iter("div")}
    assert list(days)[:2] == ["Day 1, Sun 22 Nov", "Day 2, Mon 23 Nov"]
    assert "From 08:00: A gentle wash with lukewarm water is fine." in days["Day 1, Sun 22 Nov"]
    assert days["Day 2, Mon 23 Nov"] == ["From 14:30: Makeup is fine again, with clean brushes."]
    assert days["Day 7, Sat 28 Nov"][0].startswith("All day: Exercise is fine again.")


def test_sheets_can_be_told_apart_by_their_reference(schedule_v1: Schedule) -> None:
    made = plan(EXAMPLE, schedule_v1)
    html = handout(made, moment("2026-11-21T15:30"), ref="A-17")
    assert text(parsed(html).find(".//p[@class='facts']")).endswith("Reference: A-17.")
    assert "Reference" not in page(schedule_v1)


CLINIC_FILE = """\
extends = "microneedling"
id = "clinic"
version = "1"
reviewed = 2026-01-01
review_due = 2036-01-01
[clinic]
name = "Rosengarten Dermatology"
[sources.ours]
tier = 2
title = "Our sheet"
[rules.swimming]
recommendations = [
  { source = "ours", statement = "2 to 4 days", start = "P0D", end = "P4D", earliest = "P2D" },
]
"""


@pytest.fixture(scope="module")
def clinics_own() -> Schedule:
    base = (Path(__file__).parents[2] / "schedules" / "microneedling.toml").read_bytes()
    return read_schedule(CLINIC_FILE.encode(), file="clinic.toml", base=lambda _: base)


def test_a_clinic_is_not_asked_about_its_own_word(clinics_own: Schedule, builtin: Schedule) -> None:
    """Its file gives a range for swimming; sources still differ about the gym, which it leaves as it is."""
    mine, theirs = (points(page(schedule), "dont") for schedule in (clinics_own, builtin))
    (swimming,) = [point for point in mine if point.startswith("No swimming")]
    assert "some say" not in swimming
    assert any(point.startswith("No swimming (some say") for point in theirs)
    assert any(point.startswith("No sweaty exercise (some say") for point in mine)
    html = handout(plan(EXAMPLE, clinics_own), moment("2026-11-21T15:30"))
    assert "Ask us before a shorter one." in html
    assert "Ask your clinic before" not in html


def test_a_clinics_page_lists_sources_only_when_asked(clinics_own: Schedule, builtin: Schedule) -> None:
    made, as_of = plan(EXAMPLE, clinics_own), moment("2026-11-21T15:30")
    assert "lifestyle site" not in handout(made, as_of)
    assert "lifestyle site" in handout(made, as_of, sources=True)
    assert "lifestyle site" in page(builtin)
    assert "lifestyle site" not in handout(plan(EXAMPLE, builtin), as_of, sources=False)


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("do", "Clean pillowcase and towels (until Tue 24 Nov 14:30): "),  # PT0S to P3D
        ("do", "Paracetamol if it hurts¹ (until Tue 24 Nov 14:30): "),
        ("normal", "Swelling at its strongest (Sun 22 Nov to Mon 23 Nov): "),  # PT24H to PT48H
        ("normal", "Red, warm and tight, like sunburn (Sat 21 Nov to Sat 28 Nov) (some say Mon 23 Nov): "),
        ("call", "Redness, pain or swelling still growing (from Mon 23 Nov 14:30): "),  # PT48H
        ("later", "Progress photo (Mon 21 Dec): "),  # P30D
        ("later", "The telling photo (Fri 21 May 2027): "),  # P6M
    ],
)
def test_every_other_chapter_tells_weekdays_and_dates(key: str, said: str, schedule_v1: Schedule) -> None:
    assert any(point.startswith(said) for point in points(page(schedule_v1), key))


def test_only_the_preparation_and_the_date_below_depend_on_when_it_is_made(schedule_v1: Schedule) -> None:
    made = [page(schedule_v1, as_of=day) for day in ("2026-11-21T14:30", "2026-12-01", "2027-06-30")]
    assert len({re.sub(r"Made on [^.]+ by", "Made by", html) for html in made}) == 1
    assert "Made on Tue 1 Dec 2026 by the rules “microneedling” 1.0.0, reviewed Sun 22 Nov 2026." in made[1]


def test_the_preparation_and_the_checklist_stand_on_it_until_the_treatment(schedule_v1: Schedule) -> None:
    before, at = page(schedule_v1, as_of="2026-11-21T14:29"), page(schedule_v1, as_of="2026-11-21T14:30")
    assert "Arrive with a clean face: Come with a clean face: no makeup, cream, oil or lotion." in points(
        before, "before"
    )
    assert len(points(before, "tell")) == 5
    assert section(at, "before") is section(at, "tell") is None
    heading = next(section(before, "before").iter("h3"))  # type: ignore[union-attr]
    assert text(heading) == "From Thu 21 May"  # six months before 21 November


@given(treatment=treatments(), hours=st.integers(-24 * 30, 24 * 200))
def test_no_window_is_left_out_whatever_has_ended(
    builtin: Schedule, treatment: Treatment, hours: int
) -> None:
    made = plan(treatment, builtin)
    root = parsed(handout(made, begins(made) + timedelta(hours=hours)))
    named = {text(found).removesuffix("¹") for found in root.iter("strong")}
    wanted = [*made.windows, *made.warnings]
    assert {w.rule.title for w in wanted if w.kind is not Kind.PREPARE} <= named


def test_what_bears_on_all_dates_stands_on_top(schedule_v1: Schedule) -> None:
    """Unknown skin may end as skin of types I-III does: 14 whole days behind 21 November."""
    html = page(schedule_v1, treatment=HEAVY, as_of="2028-01-01", follow=("dagan", "skinpen-ifu"))
    notices = [text(found) for found in parsed(html).iterfind(".//p[@class='notice']")]
    assert notices[0] == "The review of these rules was due by 2027-11-22; ask for a newer version."
    assert notices[1].startswith("The time of day is unknown, so the safe hours count;")
    assert notices[2].startswith("Only dagan and skinpen-ifu count;")
    (skin,) = [
        text(found)
        for found in parsed(page(schedule_v1, treatment=HEAVY)).iterfind(".//p[@class='notice']")
        if "skin type" in text(found)
    ]
    assert skin == (
        "The skin type is not given, so the stricter advice counts: "
        "direct sun may have to wait only until the end of Sat 5 Dec. Ask your clinic."
    )


def test_it_carries_the_six_standing_texts_with_the_clinic_and_its_numbers(schedule_v1: Schedule) -> None:
    said = text(parsed(page(schedule_v1, clinic=CLINIC)))
    for _, standing in schedule_v1.standing:
        short = standing.short.replace("{clinic}", "Rosengarten Dermatology (+49 30 123456)")
        assert short.replace("{emergency}", "112") in said
    assert CLINIC.footer in said


@pytest.mark.parametrize(
    ("telephone", "dialled"),
    [
        ("+49 30 123456", "tel:+4930123456"),
        ("030/12 34-56", "tel:030123456"),
        ("+49 (0)30 123456", None),  # the zero in brackets is not dialled behind +49
        ("030 123456, 9-17 h", None),  # hours are no digits of a number
        ("javascript:alert(1)", None),
    ],
)
def test_a_number_that_a_telephone_can_dial_is_a_link(
    telephone: str, dialled: str | None, schedule_v1: Schedule
) -> None:
    clinic = parsed(page(schedule_v1, clinic=replace(CLINIC, telephone=telephone))).find(
        ".//p[@class='clinic']"
    )
    assert text(clinic) == f"Rosengarten Dermatology · {telephone}"
    assert clinic is not None
    assert [link.get("href") for link in clinic.iter("a")] == ([dialled] if dialled else [])


def test_the_sources_are_those_that_speak_of_this_treatment(schedule_v1: Schedule) -> None:
    plain = replace(EXAMPLE, prp=False, skin_type=SkinType.I)
    with_prp, without = (
        text(parsed(page(schedule_v1, treatment=t)).find(".//footer")) for t in (EXAMPLE, plain)
    )
    assert "PRP facial sheet, dermatology clinic, pinnacledermar.com." in with_prp
    assert "pinnacledermar.com" not in without  # a sheet about PRP alone
    assert "skinpen" in without.lower()


@pytest.mark.parametrize(
    ("address", "linked"),
    [
        ("chelwest.nhs.uk/microneedling", "https://chelwest.nhs.uk/microneedling"),
        ("https://example.org/a?b=c&d", "https://example.org/a?b=c&d"),
        ("javascript:alert(1)", None),
        ("the folder in room 3", None),
    ],
)
def test_a_source_is_a_link_where_its_address_is_one_of_the_web(
    address: str, linked: str | None, schedule_v1: Schedule
) -> None:
    source = replace(schedule_v1.sources["nhs-chelwest"], title="The sheet", publisher="", address=address)
    schedule = replace(schedule_v1, sources={**schedule_v1.sources, source.key: source})
    (found,) = [one for one in parsed(page(schedule)).iterfind(".//footer//li") if "The sheet" in text(one)]
    assert [link.get("href") for link in found.iter("a")] == ([linked] if linked else [])
    assert text(found) == ("The sheet." if linked else f"The sheet. {address}")


def test_a_window_with_one_edge_or_a_later_start_says_so(schedule_v1: Schedule) -> None:
    def with_edges(rule: str, start: str | None, end: str | None) -> Rule:
        one = replace(
            schedule_v1.rules[rule].recommendations[0],
            start=parse_offset(start) if start else None,
            end=parse_offset(end) if end else None,
            earliest=None,
        )
        return replace(schedule_v1.rules[rule], recommendations=(one,))

    changed = [
        with_edges("makeup", "PT24H", "PT48H"),
        with_edges("peeling", "P7D", None),
        with_edges("swelling-peak", None, "PT24H"),
        with_edges("photo-six-months", "P6M", None),
    ]
    html = page(replace(schedule_v1, rules={**schedule_v1.rules, **{rule.id: rule for rule in changed}}))
    said = [*points(html, "dont"), *points(html, "normal"), *points(html, "later")]
    for start in (
        "No makeup (from Sun 22 Nov 14:30): ",
        "Flaking and peeling (from Sat 28 Nov): ",
        "Swelling at its strongest (until Sun 22 Nov): ",
        "The telling photo (from Fri 21 May 2027): ",
    ):
        assert any(point.startswith(start) for point in said), start


def test_the_program_writes_it(tmp_path: Path) -> None:
    options = ("--tz", "Europe/Berlin", "--as-of", "2026-11-21T15:30", "--format", "html")
    done = needlecare("2026-11-21T14:30", *options, "-o", "handout.html", cwd=tmp_path)
    assert (done.code, done.out) == (0, "")
    printed = needlecare("2026-11-21T14:30", *options)
    assert printed.out == (tmp_path / "handout.html").read_text(encoding="utf-8")
    assert text(parsed(printed.out).find(".//h1")) == "Microneedling of the face"


# The chart ----------------------------------------------------------------------------------------


def bars(html: str) -> dict[str, list[tuple[str, float, float]]]:
    """Return the bars of each row of the chart by its name, with both ends in days of the axis's week.

    An open bar is drawn as its outline, half a unit inside.
    """
    (svg,) = parsed(html).iter("svg")
    grid = [float(line.get("x1", "")) for line in svg.iter("line") if line.get("x1") == line.get("x2")]
    left, day = grid[0], (grid[8] - grid[0]) / 8
    rows: dict[str, list[tuple[str, float, float]]] = {}
    for shape in svg:
        if shape.tag == "text" and shape.get("class") is None:
            rows[text(shape)] = []
        elif "bar" in shape.get("class", ""):
            edges = (round((float(shape.get(edge, "")) - left) / day, 1) for edge in ("x1", "x2"))
            list(rows.values())[-1].append((shape.get("class", ""), *edges))  # type: ignore[arg-type]
        elif shape.tag == "rect":
            start, width = float(shape.get("x", "")) - 0.5, float(shape.get("width", "")) + 1
            ends = [round((edge - left) / day, 1) for edge in (start, start + width)]
            list(rows.values())[-1].append(("do", *ends))  # type: ignore[arg-type]
    return rows


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        # days from Saturday's midnight; 14:30 is 0.6 of a day, 08:00 a third
        ("makeup", [("bar", 0.6, 2.6)]),
        ("washing the face", [("bar", 0.6, 1.0), ("bar differs", 1.0, 1.3)]),
        ("gym", [("bar", 0.6, 5.6), ("bar differs", 5.6, 7.0)]),  # the end of Friday
        ("vitamin C", [("bar", 0.6, 7.6)]),
        # Sat 5 Dec 14:30 is 6.6 days into a week of 0.9 days behind the eighth: 8 + 0.9 * 6.6 / 7
        ("ibuprofen for pain¹", [("bar", 0.6, 8.8)]),
        # washing from Sunday 08:00 to the end of three days, PT72H
        ("wash gently with luke…", [("do", 1.3, 3.6)]),
    ],
)
def test_a_bar_goes_from_the_treatment_to_its_end(
    name: str, wanted: list[tuple[str, float, float]], schedule_v1: Schedule
) -> None:
    assert bars(page(schedule_v1))[name] == wanted


def test_the_chart_has_a_row_for_each_thing_and_a_text_in_its_place(schedule_v1: Schedule) -> None:
    html = page(schedule_v1)
    (svg,) = parsed(html).iter("svg")
    drawn = [w for w in plan(EXAMPLE, schedule_v1).windows if w.kind in {Kind.AVOID, Kind.DO}]
    assert len(bars(html)) == len(drawn)
    headings = [text(found) for found in svg.iter("text") if found.get("class") == "section"]
    assert headings == ["DON’T", "DO"]
    assert svg.get("role") == "img"
    ids = {element.get("id"): text(element) for element in svg.iter() if element.get("id")}
    assert all(ids[name] for name in svg.get("aria-labelledby", "").split())


def test_a_bar_behind_the_last_week_ends_in_an_arrow_and_a_long_name_is_cut(schedule_v1: Schedule) -> None:
    """Eight weeks behind the first are 64 days; half a year is longer."""
    rule = schedule_v1.rules["laser-peel"]
    (one,) = [one for one in schedule_v1.rules["photo-six-months"].recommendations if one.end][:1]
    longer = replace(
        rule,
        short="laser and peels and whatever else burns",
        recommendations=(replace(rule.recommendations[0], end=one.end), *rule.recommendations),
    )
    schedule = replace(schedule_v1, rules={**schedule_v1.rules, rule.id: longer})
    html = page(schedule)
    assert len([shape for shape in parsed(html).iter("path") if shape.get("class") == "over"]) == 1
    (name,) = [name for name in bars(html) if name.startswith("laser")]
    assert name == "laser and peels and w…"
    assert rule.title in html


# That it needs nothing and lets nothing in --------------------------------------------------------

PARTS = {
    *("html", "head", "meta", "title", "style", "body", "header", "main", "section", "footer", "div"),
    *("h1", "h2", "h3", "p", "ul", "li", "strong", "span", "a", "figure"),
    *("svg", "desc", "line", "text", "path", "rect"),
}


class Tags(HTMLParser):
    """The elements of a page as a browser reads it, and whether each was closed in its turn."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.open.append(tag)
        assert all(not name.startswith("on") and name not in {"style", "src"} for name, _ in attrs)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("as_of", ["2026-10-01", "2026-11-21T15:30"])
def test_it_is_well_formed_and_asks_for_nothing(as_of: str, builtin: Schedule) -> None:
    html = page(builtin, treatment=HEAVY, clinic=CLINIC, as_of=as_of)
    tags = Tags()
    tags.feed(html)
    tags.close()
    assert tags.open == []
    assert tags.seen <= PARTS
    root = parsed(html)
    style = text(root.find(".//style"))
    assert not re.search(r"url\(|@import|@font-face|expression|http", style)
    policy = root.find(".//meta[@http-equiv='Content-Security-Policy']")
    assert policy is not None
    assert policy.get("content", "").startswith("default-src 'none'; style-src 'unsafe-inline';")
    addresses = [link.get("href", "") for link in root.iter("a")]
    assert {address.partition(":")[0] for address in addresses} <= {"https", "tel"}
    assert html.count("https:") == len([a for a in addresses if a.startswith("https:")])
    assert "http:" not in html
    assert len(html.encode()) < 96 * 1024


def test_headings_go_down_by_one_and_every_id_stands_once(builtin: Schedule) -> None:
    root = parsed(page(builtin, treatment=HEAVY, clinic=CLINIC, as_of="2026-10-01"))
    assert root.get("lang") == "en"
    levels = [int(element.tag[1]) for element in root.iter() if re.fullmatch("h[1-6]", element.tag)]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    named = [element.get("aria-labelledby", "") for element in root.iter() if element.get("aria-labelledby")]
    assert {name for names in named for name in names.split()} <= set(ids)


NASTY = """</style></title><b onclick="x()">Dr. "X" & 'Co'</b>--><script>alert(1)</script>&amp;]]>"""


def nasty(schedule: Schedule) -> Schedule:
    """Return a schedule whose every text is an attack."""
    rules = {
        key: replace(
            rule,
            title=f"{key} {NASTY}",
            short=NASTY,
            advice=NASTY,
            then=NASTY,
            recommendations=tuple(replace(one, statement=NASTY) for one in rule.recommendations),
        )
        for key, rule in schedule.rules.items()
    }
    sources = {
        key: replace(source, title=NASTY, publisher=NASTY, address=f"{key}/{NASTY}")
        for key, source in schedule.sources.items()
    }
    texts = {name: StandingText(text=NASTY, short=f"{name} {NASTY}") for name, _ in schedule.standing}
    return replace(
        schedule,
        id=NASTY,
        version=NASTY,
        treatment=NASTY,
        rules=rules,
        sources=sources,
        standing=Standing(**texts),
        clinic=Clinic(name=NASTY, telephone=NASTY, emergency=NASTY, footer=NASTY),
    )


@pytest.mark.parametrize("as_of", ["2026-10-01", "2026-11-21T15:30"])
def test_every_text_of_a_rule_file_is_a_text_on_the_page(as_of: str, builtin: Schedule) -> None:
    made = plan(HEAVY, nasty(builtin))
    html = handout(made, moment(as_of))
    tags = Tags()
    tags.feed(html)
    assert tags.seen <= PARTS
    root = parsed(html)
    assert text(root.find(".//h1")).startswith(NASTY)
    assert text(root.find(".//p[@class='clinic']")) == f"{NASTY} · {NASTY}"
    assert any(text(found).startswith(f"makeup {NASTY}") for found in root.iter("strong"))
    assert all(link.get("href", "").startswith("https://") for link in root.iter("a"))


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_measured_as_wcag_does() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#ffffff", "#767676") == pytest.approx(4.54, abs=0.01)  # the well-known grey


def test_every_text_stands_out_from_every_ground_in_grey_too(builtin: Schedule) -> None:
    """WCAG AAA (7 to 1). It is measured by luminance, so a printer without colour keeps it."""
    html = page(builtin)
    schemes = re.findall(r"\{ (?:color-scheme: light dark; )?(--paper: [^}]+) \}", html)
    assert len(schemes) == 2
    seen = set()
    for scheme in schemes:
        colours = dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", scheme))
        seen |= set(colours.values())
        for ink in ("ink", "quiet", "accent", "alarm", "go"):
            for ground in ("paper", "pale", "blush"):
                assert contrast(colours[ink], colours[ground]) > 7, (ink, ground, scheme)
    assert set(re.findall(r"#[0-9a-f]{6}\b", html)) == seen


# In a browser and on paper ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A treatment whose handout is printed."""

    treatment: Treatment
    as_of: str = "2026-11-21T15:30"
    clinic: Clinic | None = None
    follow: tuple[str, ...] = ()
    body: bool = False

    def plan(self, schedule: Schedule) -> Plan:
        if self.body:
            path = Path(__file__).parents[2] / "schedules" / "microneedling-body.toml"
            schedule = read_schedule(path.read_bytes(), file=path.name)
        return plan(self.treatment, replace(schedule, clinic=self.clinic), follow=self.follow)


SHAPES = {
    "an hour after": Shape(treatment=EXAMPLE),
    "the longest, with the preparation": Shape(treatment=HEAVY, as_of="2026-05-01", clinic=CLINIC),
    "a date, in hindsight": Shape(treatment=HEAVY, as_of="2028-01-01", clinic=CLINIC),
    "two sources, with the preparation": Shape(
        treatment=HEAVY, as_of="2026-10-01", follow=("dagan", "skinpen-ifu")
    ),
    "the body, with the preparation": Shape(treatment=HEAVY, as_of="2026-10-01", body=True),
}
client = pytest.mark.client
each_shape = pytest.mark.parametrize("name", [pytest.param(name, marks=client) for name in SHAPES])


@pytest.fixture(scope="module")
def chromium() -> "Iterator[Browser]":
    """A headless Chromium for the whole file."""
    program = shutil.which("chromium")
    if program is None:
        missing("chromium is not on PATH: apt-get install chromium")
    try:
        from playwright.sync_api import sync_playwright
    except ModuleNotFoundError:
        missing("Playwright is not installed: pip install playwright")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A page in the browser, what it asked for and what it complained of."""

    page: "Page"
    address: str
    asked: list[str]
    complaints: list[str]


@pytest.fixture
def opened(name: str, chromium: "Browser", builtin: Schedule, tmp_path: Path) -> Iterator[Opened]:
    """A handout, opened from its file; without a network."""
    shape = SHAPES[name]
    file = tmp_path / "handout.html"
    file.write_text(handout(shape.plan(builtin), moment(shape.as_of)), encoding="utf-8")
    context = chromium.new_context(offline=True, viewport={"width": 1280, "height": 900})
    found = Opened(page=context.new_page(), address=file.as_uri(), asked=[], complaints=[])
    found.page.on("request", lambda request: found.asked.append(request.url))
    found.page.on("console", lambda message: found.complaints.append(message.text))
    found.page.on("pageerror", lambda error: found.complaints.append(str(error)))
    found.page.goto(found.address, wait_until="load")
    yield found
    context.close()


@each_shape
def test_a_browser_shows_it_whole_at_every_width_and_asks_for_nothing(opened: Opened) -> None:
    """320 px is what WCAG 1.4.10 asks for; 640 px is a screen of 1280 at 200 %, and so is twice the letter."""
    for width in (320, 360, 640, 1280):
        opened.page.set_viewport_size({"width": width, "height": 900})
        assert opened.page.evaluate("document.documentElement.scrollWidth") <= width, width
        cut = "[...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth)"
        assert opened.page.evaluate(f"{cut}.map(e => e.outerHTML)") == []
    opened.page.set_viewport_size({"width": 640, "height": 900})
    opened.page.add_style_tag(content="html { font-size: 200% }")
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= 640
    assert opened.asked == [opened.address]
    assert opened.complaints == []
    chart = opened.page.locator("svg").bounding_box()
    assert chart is not None
    assert chart["height"] > 40


@each_shape
def test_it_prints_on_two_pages_of_a4_and_letter(name: str, opened: Opened, builtin: Schedule) -> None:
    from pypdf import PdfReader

    for size in ("A4", "Letter"):
        pdf = PdfReader(BytesIO(opened.page.pdf(format=size)))
        assert len(pdf.pages) <= 2, size
        printed = "".join(" ".join(sheet.extract_text() for sheet in pdf.pages).split())
        ban = "No swimming" if SHAPES[name].body else "No makeup"
        emergency = SHAPES[name].plan(builtin).schedule.standing.emergency.short.partition(":")[0]
        for said in (emergency, ban, "At a glance", "Always", "Made on"):
            assert "".join(said.split()) in printed, (size, said)
        if SHAPES[name].clinic is not None:
            assert "".join(CLINIC.footer.split()) in printed


@each_shape
@pytest.mark.long
def test_it_prints_on_two_pages_in_a_wider_letter_as_well(opened: Opened) -> None:
    """DejaVu Sans, a tenth wider than Arial, is what a machine with few fonts has."""
    from pypdf import PdfReader

    opened.page.add_style_tag(content='html { font-family: "DejaVu Sans", Verdana, sans-serif }')
    for size in ("A4", "Letter"):
        pages = PdfReader(BytesIO(opened.page.pdf(format=size))).pages
        resources: list[Any] = [page["/Resources"] for page in pages]
        named = [one["/Font"].get_object() for one in resources]
        fonts = {str(font.get_object()["/BaseFont"]) for fonts in named for font in fonts.values()}
        if not any("DejaVuSans" in font or "Verdana" in font for font in fonts):
            missing("DejaVu Sans is not installed: apt-get install fonts-dejavu-core")
        assert len(pages) <= 2, size


@each_shape
@pytest.mark.long
def test_print_is_large_enough_to_read(opened: Opened) -> None:
    """9 pt, of which one is 4/3 of a CSS pixel, for what is done, left and looked out for."""
    opened.page.emulate_media(media="print")
    opened.page.set_viewport_size({"width": 710, "height": 900})  # A4 between margins of 11 mm
    size = "e => parseFloat(getComputedStyle(e).fontSize) * 3 / 4"
    main = opened.page.locator("main li:visible, main p:visible").element_handles()
    small = [e for e in main if e.evaluate(size) < 9]
    assert all(e.evaluate("e => e.closest('section').className") == "good-to-know" for e in small)
    assert len(small) < len(main) / 4
    # the chart's letters: 11 units of the 360 that it is wide
    widths = [box["width"] for svg in opened.page.locator("svg").all() if (box := svg.bounding_box())]
    assert all(width * 11 / 360 * 3 / 4 > 7 for width in widths)


@client
@pytest.mark.parametrize(
    ("name", "width"), [("an hour after", 1280), ("the longest, with the preparation", 360)]
)
def test_axe_finds_nothing_that_shuts_people_out(opened: Opened, width: int) -> None:
    script = Path(os.environ.get("NEEDLECARE_AXE", "nowhere"), "node_modules", "axe-core", "axe.min.js")
    if not script.is_file():
        missing("NEEDLECARE_AXE names no folder with axe-core: npm install --prefix FOLDER axe-core@4")
    opened.page.evaluate(script.read_text(encoding="utf-8"))
    opened.page.set_viewport_size({"width": width, "height": 900})
    found = opened.page.evaluate("axe.run(document)")
    assert [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]] == []
    assert len(found["passes"]) > 20  # it did look
