"""May I? What the rules say at a moment, and how it is told. The schedule is one that never changes."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from msgspec.structs import replace

from conftest import BUILTIN
from examples import EXAMPLE, parse_moment, treatment, vocabulary_of
from needlecare.model import Condition, Kind, Plan, Schedule
from needlecare.output.answers.can import can
from needlecare.output.terminal.screen import Screen
from needlecare.plan.answer import Answer, Verdict, answer
from needlecare.plan.combine import plan
from needlecare.plan.question import read
from needlecare.plan.reply import Reply, reply
from needlecare.rules.load import read_schedule
from needlecare.time.zones import zone_named

BERLIN = zone_named("Europe/Berlin")


@pytest.fixture(scope="module")
def made(schedule_v1: Schedule) -> Plan:
    return plan(EXAMPLE, schedule_v1)


def moment(text: str) -> datetime:
    return parse_moment(text, now=datetime(2026, 11, 21, tzinfo=UTC), zone=BERLIN)


def asked(words: str, made: Plan, at: str | datetime) -> Reply:
    at = moment(at) if isinstance(at, str) else at
    return reply(read(words), vocabulary_of(made.schedule), made, at)


def answered(words: str, made: Plan, at: str | datetime) -> Answer:
    found = asked(words, made, at).answer
    assert isinstance(found, Answer)
    return found


# Treated on Saturday 21 November 2026 at 14:30, with PRP, skin type IV.
ANSWERS = [
    # words, moment, verdict, the first line without the treatment
    #
    # makeup: 48 hours, so until Monday 14:30
    ("makeup", "2026-11-21T15:30", Verdict.NOT_YET, "Not yet until Mon 23 Nov 14:30, in 47 h. No makeup."),
    ("makeup", "2026-11-23T14:29", Verdict.NOT_YET, "Not yet until Mon 23 Nov 14:30, in 1 min. No makeup."),
    (
        "makeup",
        "2026-11-23T14:30",
        Verdict.YES,
        "Yes. Makeup is fine again, with clean brushes. The wait ended on Mon 23 Nov 14:30.",
    ),
    # swimming: two days at the least strict (Monday 14:30), five at the strictest (Thursday 14:30)
    (
        "swim",
        "2026-11-23T14:29",
        Verdict.NOT_YET,
        "Not yet until Thu 26 Nov 14:30, in 3½ days. No swimming.",
    ),
    ("swim", "2026-11-23T14:30", Verdict.DIFFERS, "Not yet until Thu 26 Nov 14:30, in 3 days. No swimming."),
    (
        "swim",
        "2026-11-26T14:30",
        Verdict.YES,
        "Yes. Swimming is fine again. The wait ended on Thu 26 Nov 14:30.",
    ),
    # exercise: days 1 to 6, so to the end of Friday the 27th; PRP five days, Thursday 14:30
    (
        "go to the gym",
        "2026-11-27T23:59",
        Verdict.DIFFERS,
        "Not yet until the end of Fri 27 Nov, in 1 min. No sweaty exercise.",
    ),
    (
        "go to the gym",
        "2026-11-28T00:00",
        Verdict.YES,
        "Yes. Exercise is fine again. The wait ended with Fri 27 Nov.",
    ),
    # sunscreen: 24 hours, four at the least strict; it waits for washing, Sunday 08:00 with PRP
    (
        "sunscreen",
        "2026-11-22T09:00",
        Verdict.DIFFERS,
        "Not yet until Sun 22 Nov 14:30, in 5½ h. No sunscreen yet.",
    ),
    # moisturiser is something to do from 24 hours to nine days: Sunday 14:30 to Monday the 30th
    (
        "moisturise",
        "2026-11-22T09:00",
        Verdict.NOT_YET,
        "Not yet until Sun 22 Nov 14:30, in 5½ h. Then: Moisturise often.",
    ),
    ("moisturise", "2026-11-22T14:30", Verdict.YES, "Yes. Moisturise often until Mon 30 Nov 14:30."),
    (
        "moisturise",
        "2026-11-30T14:30",
        Verdict.NOBODY,
        "No source gives a time for this; ask your clinic.",
    ),
    # a known word without a window: coffee is a matter of the days before
    ("coffee", "2026-11-22T09:00", Verdict.NOBODY, "No source gives a time for this; ask your clinic."),
    # a sign for which to call the clinic is never allowed, though scratching an itch has ended
    ("itching", "2026-11-29T09:00", Verdict.NOBODY, "No source gives a time for this; ask your clinic."),
    # before the treatment: retinol is to be paused seven days before (Saturday the 14th), one at the least strict
    (
        "retinol",
        "2026-11-14T14:29",
        Verdict.NOTHING_AGAINST,
        "Nothing against it until Sat 14 Nov 14:30. Then: Pause retinol, acids and scrubs.",
    ),
    (
        "retinol",
        "2026-11-14T14:30",
        Verdict.DIFFERS,
        "Not yet until your appointment, Sat 21 Nov 14:30, in 7 days. Pause retinol, acids and scrubs.",
    ),
    (
        "retinol",
        "2026-11-20T14:30",
        Verdict.NOT_YET,
        "Not yet until your appointment, Sat 21 Nov 14:30, in 24 h. Pause retinol, acids and scrubs.",
    ),
    (
        "breastfeed",
        "2026-11-20T14:30",
        Verdict.NOT_YET,
        "Not yet. Ask your clinic before the appointment: Pregnant or breastfeeding.",
    ),
    (
        "gym",
        "2026-11-20T14:30",
        Verdict.NOTHING_AGAINST,
        "Nothing against it until the treatment, Sat 21 Nov 14:30. Then: No sweaty exercise.",
    ),
    ("drink water", "2026-11-20T14:30", Verdict.NOBODY, "No source gives a time for this; ask your clinic."),
    ("drink water", "2026-11-21T14:30", Verdict.YES, "Yes. Drink plenty of water until Sat 28 Nov 14:30."),
    # another session: four weeks are the day of the last source to start, Saturday 19 December
    (
        "microneedling again",
        "2026-12-18T14:30",
        Verdict.NOT_YET,
        "Not yet until Sat 19 Dec, in 9½ h. Then: Next session, if one is planned.",
    ),
]


@pytest.mark.parametrize(("words", "at", "verdict", "line"), ANSWERS, ids=lambda value: str(value)[:24])
def test_the_first_line_is_the_answer(made: Plan, words: str, at: str, verdict: Verdict, line: str) -> None:
    assert answered(words, made, at).verdict is verdict
    first = can(asked(words, made, at)).splitlines()[0]
    assert first.rpartition(" (")[0] == line
    assert first.endswith(("treated Sat 21 Nov 14:30)", "appointment Sat 21 Nov 14:30)"))


DIFFERENCES = [
    # Monday 14:30 until Thursday 14:30: not yet, and some allow it
    ("swim", "2026-11-23T15:00", "Sources differ from Mon 23 Nov 14:30 on"),
    ("go to the gym", "2026-11-27T23:59", "Sources differ from Thu 26 Nov 14:30 on"),
    ("retinol", "2026-11-14T14:30", "Sources differ until Fri 20 Nov 14:30"),
    ("makeup", "2026-11-21T15:30", None),  # with PRP every source that certainly holds says 48 hours
]


@pytest.mark.parametrize(("words", "at", "said"), DIFFERENCES)
def test_the_answer_comes_before_where_sources_differ(
    made: Plan, words: str, at: str, said: str | None
) -> None:
    _, *rows = can(asked(words, made, at)).splitlines()
    found = [row for row in rows if "differ" in row]
    assert (found[0].startswith(said) and "Ask your clinic." in found[0]) if said else not found


STRICTEST = [
    # words that fit several rules, at a moment: the verdict, and of which rules
    #
    # Thursday 14:30: swimming has ended; heat is disputed, five days with PRP against the end of Friday
    ("hot tub", "2026-11-26T14:30", Verdict.DIFFERS, ["heat"], ["swimming"]),
    # Monday 15:00: heat still agreed until Thursday, swimming disputed since Monday 14:30
    ("hot tub", "2026-11-23T15:00", Verdict.NOT_YET, ["heat"], ["swimming"]),
    # a week: scrubbing and scrubs end together, on Saturday 14:30
    ("scrub", "2026-11-24T09:00", Verdict.NOT_YET, ["exfoliants", "picking"], ["actives"]),
    # ibuprofen two weeks, and paracetamol is allowed: a painkiller is not
    ("painkillers", "2026-11-22T09:00", Verdict.NOT_YET, ["nsaids"], ["pain-relief", "nsaids-before"]),
    # a month against a week: peels are disputed by none until Monday 21 December
    ("peel", "2026-12-01T09:00", Verdict.NOT_YET, ["laser-peel"], ["picking", "peeling"]),
    ("peel", "2026-12-21T14:30", Verdict.YES, ["laser-peel", "picking"], ["peeling"]),
    # toner with alcohol: 14 days; a usual product: 7. In doubt it is the one with alcohol.
    ("toner", "2026-11-29T09:00", Verdict.NOT_YET, ["alcohol-toner"], ["usual-products"]),
    # the hat is in the way for a day, the wide one too, though it is good for shade
    ("sun hat", "2026-11-21T15:30", Verdict.NOT_YET, ["friction"], ["shade"]),
]


@pytest.mark.parametrize(
    ("words", "at", "verdict", "deciding", "others"), STRICTEST, ids=lambda value: str(value)[:24]
)
def test_words_that_fit_several_rules_answer_for_the_strictest_and_name_them_all(
    made: Plan, words: str, at: str, verdict: Verdict, deciding: list[str], others: list[str]
) -> None:
    found = answered(words, made, at)
    assert found.verdict is verdict
    assert [ruling.rule.id for ruling in found.deciding] == deciding
    assert [ruling.rule.id for ruling in found.others] == others
    text = can(asked(words, made, at))
    for ruling in found.rulings:
        assert ruling.rule.title in text or (ruling.rule.then or "?")[1:] in text


ALONE = {
    # a rule, asked alone, and a moment in Berlin: its verdict without PRP
    ("pregnancy", "2026-11-20T14:30"): Verdict.NOT_YET,  # a contraindication holds until the treatment
    ("pregnancy", "2026-11-21T14:30"): None,
    ("isotretinoin", "2026-05-20T14:30"): None,  # six months before it begins on 21 May
    ("isotretinoin", "2026-05-22T14:30"): Verdict.NOT_YET,
    ("actives", "2026-11-21T14:29"): Verdict.NOT_YET,
    ("actives", "2026-11-21T14:30"): None,  # a preparation is over with the treatment
    ("disclose", "2026-11-20T14:30"): None,  # one without a time
    ("drink-water", "2026-11-28T14:29"): Verdict.YES,
    ("drink-water", "2026-11-28T14:30"): None,
    ("moisturise", "2026-11-21T14:29"): Verdict.NOTHING_AGAINST,
    ("moisturise", "2026-11-21T14:30"): Verdict.NOT_YET,
    ("smoking", "2026-11-22T14:30"): Verdict.NOBODY,  # its sources speak of PRP alone
    ("redness", "2026-11-22T14:30"): None,
    ("infection", "2026-11-22T14:30"): Verdict.NOBODY,
    ("next-session", "2026-12-18T23:59"): Verdict.NOT_YET,
    ("next-session", "2026-12-19T00:00"): Verdict.YES,
    ("photo-one-month", "2026-12-21T14:30"): None,  # a photo is no session
}


@pytest.mark.parametrize(("rule", "at"), ALONE)
def test_each_kind_of_rule_answers_in_its_time(schedule_v1: Schedule, rule: str, at: str) -> None:
    made = plan(treatment("2026-11-21T14:30+01:00"), schedule_v1)
    found = answer([schedule_v1.rules[rule]], made, moment(at))
    assert found.rulings[0].verdict is ALONE[rule, at]
    assert found.verdict is (ALONE[rule, at] or Verdict.NOBODY)


def test_something_to_do_without_a_time_is_nobodys_once_the_treatment_has_begun(
    schedule_v1: Schedule,
) -> None:
    rule = schedule_v1.rules["drink-water"]
    for_prp = (replace(rule.recommendations[0], condition=Condition.PRP),)
    schedule = replace(
        schedule_v1, rules={**schedule_v1.rules, rule.id: replace(rule, recommendations=for_prp)}
    )
    made = plan(treatment("2026-11-21T14:30+01:00"), schedule)
    verdicts = {
        at: answer([schedule.rules[rule.id]], made, moment(at)).rulings[0].verdict
        for at in ("2026-11-21T14:29", "2026-11-21T14:30")
    }
    assert verdicts == {"2026-11-21T14:29": None, "2026-11-21T14:30": Verdict.NOBODY}


def test_a_source_that_is_silent_is_stricter_than_one_that_allows(schedule_v1: Schedule) -> None:
    """roller-blog ends heat after 48 hours, Monday 14:30, and says nothing of swimming."""
    followed = plan(EXAMPLE, schedule_v1, follow=["roller-blog"])
    assert answered("hot tub", followed, "2026-11-23T14:30").verdict is Verdict.NOBODY
    assert answered("sauna", followed, "2026-11-23T14:30").verdict is Verdict.YES


def test_hours_stay_hours_across_a_clock_change(schedule_v1: Schedule) -> None:
    """Saturday 24 October 14:30 plus 48 hours; on Sunday the clocks go back an hour: Monday 13:30."""
    made = plan(treatment("2026-10-24T14:30+02:00"), schedule_v1)
    assert "until Mon 26 Oct 13:30, in 25 h" in can(asked("makeup", made, "2026-10-25T12:30"))
    assert answered("makeup", made, "2026-10-26T13:30").verdict is Verdict.YES


def test_a_date_alone_counts_to_the_end_of_the_day(schedule_v1: Schedule) -> None:
    """Monday 28 December: 48 hours from its end are the end of the 30th, 14 days the end of 11 January."""
    made = plan(treatment("2026-12-28"), schedule_v1)
    assert isinstance(made.treatment.treated, date)
    assert "until the end of Wed 30 Dec, in " in can(asked("makeup", made, "2026-12-29"))
    assert "until the end of Mon 11 Jan, in 14 days" in can(asked("retinol", made, "2026-12-29"))


def test_what_a_clinic_forbids_only_later_is_allowed_until_then() -> None:
    """A clinic that forbids from day 2 to day 4: nothing is said against it on day 1."""
    clinic = """
        extends = "microneedling"
        id = "skin-clinic"
        version = "1"
        reviewed = 2026-01-01
        review_due = 2036-01-01
        [sources.ours]
        tier = 2
        title = "Our own sheet"
        [rules.swimming]
        recommendations = [{ source = "ours", statement = "Later", start = "P2D", end = "P4D" }]
    """
    base = BUILTIN.read_bytes()
    made = plan(EXAMPLE, read_schedule(clinic.encode(), file="clinic.toml", base=lambda _: base))
    before = can(asked("swim", made, "2026-11-22T14:30"))
    assert before.startswith("Nothing against it until Mon 23 Nov 14:30. Then: No swimming.")
    assert answered("swim", made, "2026-11-23T14:30").verdict is Verdict.NOT_YET
    assert answered("swim", made, "2026-11-25T14:30").verdict is Verdict.YES


def test_a_rule_for_prp_alone_says_so_without_prp(schedule_v1: Schedule) -> None:
    made = plan(treatment("2026-11-21T14:30+01:00"), schedule_v1)
    text = can(asked("smoke weed", made, "2026-11-22T09:00"))
    assert "No smoking (the sources only cover treatments with PRP)." in text
    assert not text.startswith("Not yet")


# How it is asked ----------------------------------------------------------------------------------


def test_another_moment_is_named_and_counted_from(made: Plan) -> None:
    """Friday 27 November 18:00: the day ends six hours later."""
    told = can(asked("run", made, "2026-11-27T18:00"), at=True)
    assert told.startswith("Not yet on Fri 27 Nov 18:00, until the end of Fri 27 Nov, 6 h later. No sweaty")


INVERTED = [
    ("is it bad to swim", "2026-11-26T14:30", "The wait is over. Swimming is fine again."),
    ("should I avoid swimming", "2026-11-26T14:30", "The wait is over. Swimming is fine again."),
    ("is it bad to swim", "2026-11-22T14:30", "Not yet until Thu 26 Nov 14:30, in 4 days. No swimming."),
    (
        "is it bad to moisturise",
        "2026-11-22T14:30",
        "It is advised. Moisturise often until Mon 30 Nov 14:30.",
    ),
]


@pytest.mark.parametrize(("words", "at", "line"), INVERTED)
def test_a_question_turned_round_never_hears_a_yes_that_means_no(
    made: Plan, words: str, at: str, line: str
) -> None:
    assert can(asked(words, made, at)).startswith(line)


def test_what_was_done_already_says_what_to_do_now_and_what_to_watch_for(builtin: Schedule) -> None:
    text = can(asked("I washed my face by accident", plan(EXAMPLE, builtin), "2026-11-21T17:30"))
    first, *rows = text.splitlines()
    assert first.startswith("Stop now. If the skin stings, rinse it with clean, cool water. Tell your clinic")
    assert any(row.startswith("Not yet until") for row in rows)
    assert any(row.startswith("Watch for: pus") for row in rows)
    assert any(row.startswith("EMERGENCY: ") for row in rows)


@pytest.mark.parametrize(
    ("words", "begin"),
    [
        ("I took an aspirin by mistake", "If a doctor told you to take it, keep taking it."),
        ("I took my prescribed isotretinoin", "Prescribed medicine (aspirin and blood thinners too): keep"),
        ("I wore my bike helmet", "Never ride or work without the helmet"),
    ],
)
def test_nobody_is_told_to_stop_what_should_go_on(builtin: Schedule, words: str, begin: str) -> None:
    text = can(asked(words, plan(EXAMPLE, builtin), "2026-11-21T17:30"))
    first, second, *_ = text.splitlines()
    assert first.startswith(begin)
    assert second == "Tell your clinic what happened."
    assert "Stop now" not in text


def test_what_was_done_after_its_wait_was_no_mistake(made: Plan) -> None:
    assert can(asked("I already washed my face", made, "2026-11-23T17:30")).startswith("Yes. ")


FIRST = [
    # words, and how the answer begins: nobody takes a helmet off or leaves a medicine out
    ("wear a bike helmet", "Never ride or work without the helmet"),
    ("ride my bike with a helmet", "Never ride or work without the helmet"),
    ("wear a surgical mask", "Keep on a mask that you need."),
    ("take baby aspirin", "If a doctor told you to take it, keep taking it."),
    ("antibiotic cream", "Did a doctor prescribe it? Then do not leave it out on your own."),
    (
        "ibuprofen my doctor prescribed",
        "Prescribed medicine (aspirin and blood thinners too): keep taking it",
    ),
]


@pytest.mark.parametrize(("words", "begin"), FIRST)
def test_a_safety_device_and_a_needed_medicine_come_first(builtin: Schedule, words: str, begin: str) -> None:
    assert can(asked(words, plan(EXAMPLE, builtin), "2026-11-21T17:30")).startswith(begin)


@pytest.mark.parametrize("words", ["cream my doctor prescribed", "moisturiser from my dermatologist"])
def test_what_a_doctor_prescribed_is_for_the_doctor_to_allow(builtin: Schedule, words: str) -> None:
    """Moisturiser is allowed then; one that was prescribed is another thing."""
    assert answered(words, plan(EXAMPLE, builtin), "2026-11-23T14:30").verdict is Verdict.NOBODY


# How it looks ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [40, 80, 120])
def test_an_answer_wraps_on_a_screen_and_says_the_same(made: Plan, width: int) -> None:
    found = asked("hot yoga", made, "2026-11-23T18:00")
    line = can(found)
    shown = can(found, screen=Screen(width=width))
    assert max(map(len, shown.splitlines())) <= width
    assert shown.split() == line.split()
    coloured = can(found, screen=Screen(width=width, colour=True))
    assert coloured.startswith("\x1b[1;31mNot yet")
    assert re.sub("\x1b\\[[0-9;]*m", "", coloured) == shown
    plain = can(found, screen=Screen(width=width, unicode=False))
    assert plain.isascii()
    assert max(map(len, plain.splitlines())) <= width


def test_the_small_print_names_the_whole_treatment(made: Plan) -> None:
    *_, treated, general = can(asked("swim", made, "2026-11-23T18:00"), name="left cheek").splitlines()
    assert treated == (
        "Microneedling of the face + PRP · skin type IV, treated Sat 21 Nov 2026 14:30 (Europe/Berlin)."
    )
    assert general.startswith("General information, not medical advice")


def test_the_first_line_says_which_treatment_by_its_name_too(made: Plan) -> None:
    first = can(asked("swim", made, "2026-11-23T18:00"), name="left cheek").splitlines()[0]
    assert first.endswith("(left cheek, treated Sat 21 Nov 14:30)")


# Laws, tried on every word of the schedule ------------------------------------------------------------

TREATED = moment("2026-11-21T14:30")
AFTER = [timedelta(hours=hours) for hours in (0, 5, 20, 24, 50, 73, 130, 180, 350, 700, 1000, 5000)]


def every_word(schedule: Schedule) -> set[str]:
    return {word for rule in schedule.rules.values() for word in rule.covers[:6]}


def test_yes_needs_a_window_that_has_ended_or_something_to_do_that_is_open(
    schedule_v1: Schedule, made: Plan
) -> None:
    for words in every_word(schedule_v1):
        for at in (TREATED + later for later in AFTER):
            found = asked(words, made, at).answer
            if isinstance(found, Answer) and found.verdict is Verdict.YES:
                windows = [r.window for r in found.rulings if r.window and r.rule.kind is Kind.AVOID]
                to_do = [r.window for r in found.rulings if r.window and r.rule.kind is Kind.DO]
                assert not any(window.end and window.end > at for window in windows), (words, at)
                open_now = [w for w in to_do if w.start and w.end and w.start <= at < w.end]
                next_session = [r for r in found.deciding if r.rule.kind is Kind.MILESTONE]
                assert windows or open_now or next_session, (words, at)


def test_a_medicine_is_never_mentioned_without_the_doctor(schedule_v1: Schedule, made: Plan) -> None:
    for rule in schedule_v1.rules.values():
        if not rule.medicine:
            continue
        for words in rule.covers:
            for later in (timedelta(days=-3), *AFTER[::4]):
                assert "keep taking it" in can(asked(words, made, TREATED + later)), (words, later)


def test_before_the_treatment_nothing_here_says_yes(schedule_v1: Schedule, made: Plan) -> None:
    for words in every_word(schedule_v1):
        for days in (400, 20, 6, 0.01):
            found = asked(words, made, TREATED - timedelta(days=days)).answer
            assert not (isinstance(found, Answer) and found.verdict is Verdict.YES), words
