"""May I? Which rules everyday words mean, what they say at a moment, and how it is told."""

import csv
import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from needlecare.model import Kind, Plan, Schedule, SkinType, Treatment
from needlecare.output.terminal.can import can, can_json
from needlecare.output.terminal.screen import Screen
from needlecare.plan.answer import Answer, Verdict, answer
from needlecare.plan.combine import plan
from needlecare.plan.language import stem
from needlecare.plan.search import NotUnderstood, Vocabulary, known_words
from needlecare.rules.load import read_schedule
from needlecare.time.parsing import parse_moment
from needlecare.time.zones import zone_named
from program import needlecare

FOLDER = Path(__file__).parents[2] / "schedules"
BERLIN = zone_named("Europe/Berlin")
# Saturday 21 November 2026, 14:30 in Berlin
TREATMENT = Treatment(
    treated=datetime(2026, 11, 21, 13, 30, tzinfo=UTC), zone=BERLIN, prp=True, skin_type=SkinType.IV
)
WHEN = ("--treated", "2026-11-21T14:30", "--tz", "Europe/Berlin", "--prp", "--skin-type", "IV")


@dataclass(frozen=True)
class Question:
    words: str
    rules: frozenset[str]


def questions() -> Iterator[Question]:
    with (FOLDER / "microneedling.questions.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield Question(row["question"], frozenset(row["rules"].split()))


QUESTIONS = list(questions())
UNDERSTOOD = [question for question in QUESTIONS if question.rules]


@pytest.fixture(scope="module")
def vocabulary(builtin: Schedule) -> Vocabulary:
    return Vocabulary(builtin)


@pytest.fixture(scope="module")
def made(builtin: Schedule) -> Plan:
    return plan(TREATMENT, builtin)


def meant(words: str, vocabulary: Vocabulary) -> set[str]:
    return {rule.id for rule in vocabulary.meant(words)}


def moment(text: str) -> datetime:
    return parse_moment(text, now=datetime(2026, 11, 21, tzinfo=UTC), zone=BERLIN)


def answered(words: str, made: Plan, at: str | datetime) -> Answer:
    rules = Vocabulary(made.schedule).meant(words)
    return answer(rules, made, moment(at) if isinstance(at, str) else at)


# The table of questions ---------------------------------------------------------------------------


def test_the_table_holds_at_least_150_different_questions_that_are_understood() -> None:
    assert len({question.words for question in UNDERSTOOD}) >= 150
    assert len({question.words for question in QUESTIONS}) == len(QUESTIONS)


@pytest.mark.parametrize("question", UNDERSTOOD, ids=lambda question: question.words)
def test_a_question_means_its_rules_and_no_other(vocabulary: Vocabulary, question: Question) -> None:
    assert meant(question.words, vocabulary) == question.rules


@pytest.mark.parametrize(
    "question",
    [question for question in QUESTIONS if not question.rules],
    ids=lambda question: question.words,
)
def test_a_question_without_a_rule_is_not_understood(vocabulary: Vocabulary, question: Question) -> None:
    with pytest.raises(NotUnderstood, match="ask your clinic"):
        vocabulary.meant(question.words)


def test_whatever_is_to_be_avoided_or_done_is_asked_for_in_the_table(builtin: Schedule) -> None:
    asked = frozenset().union(*(question.rules for question in QUESTIONS))
    kinds = {Kind.AVOID, Kind.DO, Kind.PREPARE}
    never_asked = {"vet-provider"}  # it is asked of the provider, and not of oneself
    assert {rule.id for rule in builtin.rules.values() if rule.kind in kinds} - asked == never_asked


# Which rules are meant ----------------------------------------------------------------------------


def test_every_word_that_a_rule_covers_means_it(builtin: Schedule, vocabulary: Vocabulary) -> None:
    for rule in builtin.rules.values():
        for word in known_words(rule):
            assert rule.id in meant(word, vocabulary), word


ALIKE = [
    # two ways to write the same; each row shows one of the ways
    ("swim", "swimming"),  # a doubled letter
    ("shave", "shaving"),  # a lost e
    ("hat", "hats"),
    ("scarf", "scarves"),
    ("face brush", "face brushes"),
    ("wax", "waxed"),
    ("moisturise", "moisturizing"),  # British and American
    ("moisturiser", "moisturizers"),
    ("snorkelling", "snorkeling"),
    ("make-up", "makeup"),  # apart, joined, with a hyphen
    ("sun screen", "sunscreen"),
    ("sun bathing", "sunbathe"),
    ("hot tub", "HOT-TUBS"),
    ("Retin-A", "retin a"),
    ("clinic's products", "the clinic\u2019s product"),
    ("gym", "can I please go to the gym"),
    ("gym", "go back to the gym again"),
    ("gym", "gym after my microneedling session"),
    ("swim", "when can I swim again"),
    ("makeup", "put some makeup on my face"),
    ("wine", "have a glass of wine tonight"),
    ("sun", "sit in the sun"),
    ("retinol", "start using my retinol again"),
    ("wash my face", "washing the face"),
]


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_a_word_is_known_in_every_form(vocabulary: Vocabulary, one: str, other: str) -> None:
    assert meant(one, vocabulary) == meant(other, vocabulary)


@pytest.mark.parametrize(
    ("one", "other"),
    [("sing", "s"), ("red", "r"), ("king", "k"), ("pus", "pu"), ("off", "of"), ("tennis", "tenni")],
)
def test_what_only_looks_like_an_ending_is_left(one: str, other: str) -> None:
    assert stem(one) != other
    assert stem(one) == one


NOT_THE_SAME = [
    # words that share a word, and what they must mean
    ("drink water", {"drink-water", "hydrate"}),  # not alcohol
    ("drink coffee", {"alcohol-before"}),  # not alcohol after the treatment
    ("sun cream", {"sunscreen", "sunscreen-daily"}),  # neither the sun nor a cream
    ("vitamin A", {"retinoids", "actives"}),  # the A is no article
    ("vitamin C", {"vitamin-c"}),
    ("hot shower", {"heat", "wash-face"}),  # more than a shower
    ("shower", {"wash-face"}),
    ("cold sore", {"cold-sores"}),
    ("swim and sauna", {"swimming", "heat"}),  # both, where "and" joins them
    ("wax or shave", {"hair-removal", "hair-removal-before"}),
]


@pytest.mark.parametrize(("words", "rules"), NOT_THE_SAME)
def test_the_longest_known_words_count(vocabulary: Vocabulary, words: str, rules: set[str]) -> None:
    assert meant(words, vocabulary) == rules


TURNED_ROUND = [
    "not",
    "no",
    "stop",
    "skip",
    "without",
    "never",
    "avoid",
    "instead of",
    "out of",
    "xyzzy",
    "cat",
]


@pytest.mark.parametrize("word", TURNED_ROUND)
def test_a_word_that_may_turn_the_question_round_is_never_passed_over(
    vocabulary: Vocabulary, word: str
) -> None:
    for question in UNDERSTOOD:
        with pytest.raises(NotUnderstood):
            vocabulary.meant(f"{word} {question.words}")
        with pytest.raises(NotUnderstood):
            vocabulary.meant(f"{question.words} {word}")


def test_two_known_words_beside_each_other_may_be_a_third_thing(vocabulary: Vocabulary) -> None:
    assert meant("water", vocabulary)
    assert meant("mask", vocabulary)
    with pytest.raises(NotUnderstood, match='did you mean "water" or "mask"'):
        vocabulary.meant("water mask")


SUGGESTIONS = {
    # what is typed: what the message must name
    "swin": 'did you mean "swim"?',
    "makup": 'did you mean "makeup"?',
    "excercise": 'did you mean "exercise"?',
    "wear makup": 'did you mean "makeup"?',
    "sunscren on my nose": 'did you mean "sunscreen"?',
    "stop my ibuprofen": 'did you mean "ibuprofen"?',
    "run tomorrow": "--at tomorrow",
    "swim on Friday": "--at friday",
    "fly": 'no rule is known as "fly"; ask your clinic',
    "": "needlecare can swim",
    "!?": "needlecare can swim",
}


@pytest.mark.parametrize(("words", "said"), SUGGESTIONS.items(), ids=lambda value: value[:20])
def test_what_is_not_understood_says_what_to_write(vocabulary: Vocabulary, words: str, said: str) -> None:
    with pytest.raises(NotUnderstood) as refused:
        vocabulary.meant(words)
    assert said in str(refused.value)


@given(words=st.text(max_size=80))
def test_any_text_is_understood_or_refused_on_one_line(vocabulary: Vocabulary, words: str) -> None:
    with suppress(NotUnderstood):
        assert vocabulary.meant(words)
        return
    with pytest.raises(NotUnderstood) as refused:
        vocabulary.meant(words)
    assert str(refused.value).isprintable()


def test_why_takes_an_id_or_a_title_for_one_rule_and_other_words_as_can_does(
    vocabulary: Vocabulary,
) -> None:
    assert [rule.id for rule in vocabulary.named("makeup")] == ["makeup"]
    assert [rule.id for rule in vocabulary.named("Hands off the treated skin")] == ["touching"]
    assert [rule.id for rule in vocabulary.named("hot tubs")] == ["heat", "swimming"]


def test_a_time_in_an_hour_that_comes_twice_says_which() -> None:
    """In Berlin the clocks go back on 25 October 2026, from 03:00 to 02:00: what takes 24 hours from
    02:30 on the day before ends at 02:30 for the first time.
    """
    asked = ("touch my face", "--treated", "2026-10-24T02:30", "--tz", "Europe/Berlin")
    said = [
        needlecare("can", *asked[0].split(), *asked[1:], "--at", at).out.split("\n")[0]
        for at in ("2026-10-25T02:15+02:00", "2026-10-25T02:15+01:00")
    ]
    assert "Not yet on Sun 25 Oct 02:15 (first time)." in said[0]
    assert "until Sun 25 Oct 02:30 (first time), 15 min later" in said[0]
    assert said[1].startswith(
        "Yes on Sun 25 Oct 02:15 (second time). The wait ended Sun 25 Oct 02:30 (first time)"
    )


# What they say at a moment ------------------------------------------------------------------------

# Treated on Saturday 21 November 2026 at 14:30, with PRP, skin type IV.
ANSWERS = [
    # words, moment, verdict, the answer up to where other rules are named
    #
    # makeup: 48 hours, so until Monday 14:30
    ("makeup", "2026-11-21T15:30", Verdict.NOT_YET, "Not yet. No makeup until Mon 23 Nov 14:30, in 47 h."),
    ("makeup", "2026-11-23T14:29", Verdict.NOT_YET, "Not yet. No makeup until Mon 23 Nov 14:30, in 1 min."),
    (
        "makeup",
        "2026-11-23T14:30",
        Verdict.YES,
        "Yes. The wait ended Mon 23 Nov 14:30: makeup is fine again, with clean brushes.",
    ),
    # swimming: two days at the least strict (Monday 14:30), five at the strictest (Thursday 14:30)
    (
        "swim",
        "2026-11-23T14:29",
        Verdict.NOT_YET,
        "Not yet. No swimming until Thu 26 Nov 14:30, in 3½ days (sources differ from Mon 23 Nov 14:30 on).",
    ),
    (
        "swim",
        "2026-11-23T14:30",
        Verdict.DIFFERS,
        (
            "Sources differ; ask your clinic. "
            "No swimming: some until Mon 23 Nov 14:30, others until Thu 26 Nov 14:30, in 3 days."
        ),
    ),
    (
        "swim",
        "2026-11-26T14:30",
        Verdict.YES,
        "Yes. The wait ended Thu 26 Nov 14:30: swimming is fine again.",
    ),
    # exercise: days 1 to 6, so to the end of Friday the 27th; PRP five days, Thursday 14:30
    (
        "go to the gym",
        "2026-11-27T23:59",
        Verdict.DIFFERS,
        (
            "Sources differ; ask your clinic. "
            "No sweaty exercise: some until Thu 26 Nov 14:30, others until the end of Fri 27 Nov, in 1 min."
        ),
    ),
    (
        "go to the gym",
        "2026-11-28T00:00",
        Verdict.YES,
        "Yes. The wait ended with Fri 27 Nov: exercise is fine again.",
    ),
    # sunscreen: 24 hours, four hours at the least strict; it waits for washing, Sunday 08:00 with PRP
    (
        "sunscreen",
        "2026-11-22T09:00",
        Verdict.DIFFERS,
        (
            "Sources differ; ask your clinic. "
            "No sunscreen yet: some until Sun 22 Nov 08:00, others until Sun 22 Nov 14:30, in 5½ h."
        ),
    ),
    # moisturiser is something to do from 24 hours to nine days: Sunday 14:30 to Monday the 30th
    (
        "moisturise",
        "2026-11-22T09:00",
        Verdict.NOT_YET,
        "Not yet. Moisturise often from Sun 22 Nov 14:30, in 5½ h.",
    ),
    ("moisturise", "2026-11-22T14:30", Verdict.YES, "Yes. Moisturise often until Mon 30 Nov 14:30."),
    ("moisturise", "2026-11-30T14:30", Verdict.NOBODY, "No source here says; ask your clinic."),
    # a known word without a window: coffee is a matter of the days before, redness of none
    ("coffee", "2026-11-22T09:00", Verdict.NOBODY, "No source here says; ask your clinic."),
    ("redness", "2026-11-22T09:00", Verdict.NOBODY, "No source here says; ask your clinic."),
    # what is unwise later too is never called fine
    (
        "pick",
        "2026-11-28T14:30",
        Verdict.YES,
        "Yes. The wait ended Sat 28 Nov 14:30: leave any scab that is left; flakes come off on their own.",
    ),
    # a sign for which to call the clinic is never allowed, though scratching an itch has ended
    ("itching", "2026-11-29T09:00", Verdict.NOBODY, "No source here says; ask your clinic."),
    # before the treatment: retinol is to be paused seven days before (Saturday the 14th), one day at the least strict
    ("retinol", "2026-11-14T14:29", Verdict.NOBODY, "No source here says; ask your clinic."),
    (
        "retinol",
        "2026-11-14T14:30",
        Verdict.DIFFERS,
        (
            "Sources differ; ask your clinic. Pause retinol, acids and scrubs until your appointment: "
            "some from Sat 14 Nov 14:30, others from Fri 20 Nov 14:30."
        ),
    ),
    (
        "retinol",
        "2026-11-20T14:30",
        Verdict.NOT_YET,
        "Not yet. Pause retinol, acids and scrubs until Sat 21 Nov 14:30, in 24 h, when your appointment is.",
    ),
    (
        "breastfeed",
        "2026-11-20T14:30",
        Verdict.NOT_YET,
        "Not yet. Ask before the appointment: Pregnant or breastfeeding.",
    ),
    ("breastfeed", "2026-11-22T14:30", Verdict.NOBODY, "No source here says; ask your clinic."),
    ("gym", "2026-11-20T14:30", Verdict.NOBODY, "No source here says; ask your clinic."),
    ("drink water", "2026-11-20T14:30", Verdict.NOBODY, "No source here says; ask your clinic."),
    ("drink water", "2026-11-21T14:30", Verdict.YES, "Yes. Drink plenty of water until Sat 28 Nov 14:30."),
]


@pytest.mark.parametrize(("words", "at", "verdict", "line"), ANSWERS, ids=lambda value: str(value)[:24])
def test_an_answer_is_yes_not_yet_or_sources_differ_and_until_when(
    made: Plan, words: str, at: str, verdict: Verdict, line: str
) -> None:
    given_answer = answered(words, made, at)
    assert given_answer.verdict is verdict
    first = can(given_answer).splitlines()[0]
    assert re.split(" (?:Also|About it): | Prescribed medicine", first)[0] == line


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
    given_answer = answered(words, made, at)
    assert given_answer.verdict is verdict
    assert [one.rule.id for one in given_answer.deciding] == deciding
    assert [one.rule.id for one in given_answer.others] == others
    line = can(given_answer).splitlines()[0]
    for one in given_answer.rulings:
        assert one.rule.title in line or (one.rule.then or "?") in line


def test_a_source_that_is_silent_is_stricter_than_one_that_allows(builtin: Schedule) -> None:
    """roller-blog ends heat after 48 hours, Monday 14:30, and says nothing of swimming."""
    made = plan(TREATMENT, builtin, follow=["roller-blog"])
    given_answer = answered("hot tub", made, "2026-11-23T14:30")
    assert given_answer.verdict is Verdict.NOBODY
    assert answered("sauna", made, "2026-11-23T14:30").verdict is Verdict.YES


def test_hours_stay_hours_across_a_clock_change(builtin: Schedule) -> None:
    """Saturday 24 October 14:30 plus 48 hours; on Sunday the clocks go back an hour: Monday 13:30."""
    treatment = Treatment(treated=datetime(2026, 10, 24, 12, 30, tzinfo=UTC), zone=BERLIN)
    made = plan(treatment, builtin)
    assert "until Mon 26 Oct 13:30, in 25 h (" in can(answered("makeup", made, "2026-10-25T12:30"))
    assert answered("makeup", made, "2026-10-26T13:30").verdict is Verdict.YES


def test_a_date_alone_counts_to_the_end_of_the_day(builtin: Schedule) -> None:
    """Monday 28 December: 48 hours from its end are the end of the 30th, 14 days the end of 11 January."""
    made = plan(Treatment(treated=date(2026, 12, 28), zone=BERLIN), builtin)
    assert "until the end of Wed 30 Dec, in " in can(answered("makeup", made, "2026-12-29"))
    assert "until the end of Mon 11 Jan, in 14 days " in can(answered("retinol", made, "2026-12-29"))


def test_a_window_that_has_not_begun_allows_nothing() -> None:
    """A clinic that forbids from day 2 to day 4 has not allowed it on day 1."""
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
    base = (FOLDER / "microneedling.toml").read_bytes()
    made = plan(TREATMENT, read_schedule(clinic.encode(), file="clinic.toml", base=lambda _: base))
    assert answered("swim", made, "2026-11-22T14:30").verdict is Verdict.NOBODY
    assert answered("swim", made, "2026-11-23T14:30").verdict is Verdict.NOT_YET
    assert answered("swim", made, "2026-11-25T14:30").verdict is Verdict.YES


# Laws, tried on every question of the table -------------------------------------------------------

TREATED = moment("2026-11-21T14:30")
AFTER = [timedelta(hours=hours) for hours in (0, 5, 20, 24, 50, 73, 130, 180, 350, 700, 1000, 5000)]


def test_yes_needs_an_avoid_window_that_has_ended_or_a_do_window_that_is_open(
    vocabulary: Vocabulary, made: Plan
) -> None:
    for question in UNDERSTOOD:
        windows = [window for window in made.windows if window.rule.id in question.rules]
        ends = [w.end for w in windows if w.kind is Kind.AVOID and w.end]
        to_do = [(w.start, w.end) for w in windows if w.kind is Kind.DO and w.start and w.end]
        for at in (TREATED + later for later in AFTER):
            if answer(vocabulary.meant(question.words), made, at).verdict is Verdict.YES:
                assert not any(end > at for end in ends), (question, at)
                assert ends or any(start <= at < end for start, end in to_do), (question, at)


def test_a_medicine_is_never_spoken_of_without_its_prescriber(vocabulary: Vocabulary, made: Plan) -> None:
    for question in UNDERSTOOD:
        rules = vocabulary.meant(question.words)
        for later in (timedelta(days=-400), timedelta(days=-3), *AFTER[::3]):
            line = can(answer(rules, made, TREATED + later)).splitlines()[0]
            if any(rule.medicine for rule in rules):
                assert "keep taking it, ask its prescriber" in line, question


def test_before_the_treatment_nothing_here_says_yes(vocabulary: Vocabulary, made: Plan) -> None:
    for question in UNDERSTOOD:
        for days in (400, 20, 10, 6, 2, 0.01):
            at = TREATED - timedelta(days=days)
            assert answer(vocabulary.meant(question.words), made, at).verdict is not Verdict.YES, question


# How it is told -----------------------------------------------------------------------------------


def test_another_moment_is_named_and_counted_from(made: Plan) -> None:
    """Friday 27 November 18:00: the day ends six hours later."""
    told = can(answered("run", made, "2026-11-27T18:00"), at=True)
    assert told.startswith("Sources differ on Fri 27 Nov 18:00; ask your clinic.")
    assert "others until the end of Fri 27 Nov, 6 h later." in told


def test_a_warning_sign_brings_whom_to_call(made: Plan) -> None:
    told = can(answered("pus", made, "2026-11-23T18:00"))
    assert "Call the clinic at once" in told
    assert "call your emergency number" in told


@pytest.mark.parametrize("width", [40, 80, 120])
def test_an_answer_wraps_on_a_screen_and_says_the_same(made: Plan, width: int) -> None:
    given_answer = answered("hot yoga", made, "2026-11-23T18:00")
    line = can(given_answer)
    shown = can(given_answer, screen=Screen(width=width))
    assert max(map(len, shown.splitlines())) <= width
    assert shown.split() == line.split()
    coloured = can(given_answer, screen=Screen(width=width, colour=True))
    assert coloured.startswith("\x1b[1;31mNot yet\x1b[0m")
    assert re.sub("\x1b\\[[0-9;]*m", "", coloured) == shown
    plain = can(given_answer, screen=Screen(width=width, unicode=False))
    assert plain.isascii()
    assert max(map(len, plain.splitlines())) <= width


def test_json_says_the_same_for_a_script(builtin: Schedule, made: Plan) -> None:
    document = json.loads(can_json(answered("hot tub", made, "2026-11-26T14:30"), "hot tub"))
    assert document["needlecare"]["format"] == 1
    assert (document["asked"], document["answer"], document["allowed"]) == (
        "hot tub",
        "sources differ",
        False,
    )
    assert document["as_of"] == "2026-11-26T14:30:00+01:00"
    heat, swimming = document["rules"]
    assert (heat["rule"], heat["verdict"], heat["decides"]) == ("heat", "sources differ", True)
    assert heat["end"] == "2026-11-28T00:00:00+01:00"
    assert (swimming["rule"], swimming["verdict"], swimming["decides"]) == ("swimming", "yes", False)
    assert document["text"].startswith("Sources differ; ask your clinic.")
    assert set(document["standing"]) == {"general"}
    silent = json.loads(can_json(answered("smoke weed", plan(_without_prp(), builtin), "2026-11-22"), ""))
    assert silent["rules"][0]["status"] is None
    assert silent["rules"][0]["end"] is None


def _without_prp() -> Treatment:
    return Treatment(treated=TREATMENT.treated, zone=BERLIN)


# Through the installed program --------------------------------------------------------------------

RUNS = [
    # what is typed, exit code, how standard output begins
    (
        ("wash", "my", "face", "--as-of", "2026-11-22T09:00"),
        0,
        "Yes. The wait ended Sun 22 Nov 08:00: a gentle",
    ),
    (
        ("Hot Yoga", "--as-of", "2026-11-24T09:00"),
        1,
        "Not yet. No sweaty exercise until the end of Fri 27 Nov",
    ),
    (("swim", "--as-of", "2026-11-24T14:30"), 1, "Sources differ; ask your clinic. No swimming"),
    (
        ("coffee", "--as-of", "2026-11-24T14:30"),
        1,
        "No source here says; ask your clinic. About it: No alcohol",
    ),
    # Tuesday the 24th: the coming Friday is the 27th
    (
        ("run", "--at", "friday@18:00", "--as-of", "2026-11-24T09:00"),
        1,
        "Sources differ on Fri 27 Nov 18:00;",
    ),
    (
        ("run", "--at", "saturday", "--as-of", "2026-11-24T09:00"),
        0,
        "Yes on Sat 28 Nov 00:00. The wait ended",
    ),
]


@pytest.mark.parametrize(("typed", "code", "begins"), RUNS, ids=lambda value: str(value)[:30])
def test_the_exit_code_says_whether_it_is_allowed(typed: tuple[str, ...], code: int, begins: str) -> None:
    result = needlecare("can", *typed, *WHEN)
    assert (result.code, result.err) == (code, "")
    assert result.out.startswith(begins)
    assert len(result.out.splitlines()) == 2
    assert "General information, not medical advice" in result.out.splitlines()[1]


REFUSED = {
    ("makup", *WHEN): ["makeup"],
    ("stop", "my", "aspirin", *WHEN): ["aspirin", "Do not stop a prescribed medicine"],
    ("swim", "--at", "03/04/2026", *WHEN): ["2026-03-04", "2026-04-03"],
    ("swim",): ["needlecare plan WHEN --save", "--treated WHEN"],
    WHEN: ["ACTIVITY"],
}


@pytest.mark.parametrize(("typed", "named"), REFUSED.items(), ids=lambda value: str(value)[:30])
def test_what_is_not_understood_goes_to_standard_error_alone(
    typed: tuple[str, ...], named: list[str]
) -> None:
    result = needlecare("can", *typed)
    assert (result.code, result.out) == (2, "")
    for word in named:
        assert word in result.err


def test_an_answer_as_json_keeps_the_exit_code() -> None:
    result = needlecare("can", "swim", "--json", "--as-of", "2026-11-24T14:30", *WHEN)
    assert result.code == 1
    assert json.loads(result.out)["answer"] == "sources differ"
