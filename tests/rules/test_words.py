"""The words of the built-in schedules: easy to read, safe to follow, and never more than a source says."""

import re
from collections.abc import Iterator

import pytest
import textstat

from needlecare.model import Kind, Rule, Schedule
from needlecare.storage.rule_files import load_schedule

BUILT_IN = ("microneedling", "microneedling-body")
LONGEST_SHORT = 22  # characters: the first column of a chart
LONGEST_SENTENCE = 15  # words
GRADE = 6  # Flesch-Kincaid
SMOG = 8


def filled(text: str) -> str:
    """Return a standing text as read by a person whose clinic gives no name and no number."""
    return text.replace("{clinic}", "your clinic").replace("{emergency}", "your emergency number")


def standing_texts(schedule: Schedule) -> Iterator[tuple[str, str]]:
    for name in type(schedule.standing).__struct_fields__:
        if (standing := getattr(schedule.standing, name)) is not None:
            yield f"standing.{name}", filled(standing.text)


def said(rule: Rule) -> str:
    """Return all sentences of a rule."""
    return " ".join([rule.advice, rule.why, *(one.say for one in rule.exceptions)])


def sentences(text: str) -> list[str]:
    """Return the sentences of a text; a list whose parts are set off counts by its parts."""
    return [one for one in re.split(r"(?<=[.!?:;])\s+", text) if one]


def texts(schedule: Schedule) -> Iterator[tuple[str, str]]:
    """Yield every text of a schedule that a reader may see, with its place."""
    yield "treatment", schedule.treatment
    for name in type(schedule.standing).__struct_fields__:
        if (standing := getattr(schedule.standing, name)) is not None:
            yield f"standing.{name}", standing.text
            yield f"standing.{name}.short", standing.short
    for rule in schedule.rules.values():
        for name in ("title", "short", "advice", "why", "then"):
            yield f"{rule.id}.{name}", getattr(rule, name) or ""
        for cover in rule.covers:
            yield f"{rule.id}.covers", cover
        for exception in rule.exceptions:
            yield f"{rule.id}.exceptions", exception.say
        for one in rule.recommendations:
            for name in ("statement", "note", "set_aside"):
                yield f"{rule.id}.{one.claim}.{name}", getattr(one, name) or ""


# Easy to read -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", BUILT_IN)
@pytest.mark.parametrize(
    "part",
    ["advice", "why", "title", "say", "standing"],
)
def test_the_words_of_the_rules_are_read_at_twelve(name: str, part: str) -> None:
    schedule = load_schedule(name)
    match part:
        case "standing":
            text = " ".join(text for _, text in standing_texts(schedule))
        case "say":
            text = " ".join(one.say for rule in schedule.rules.values() for one in rule.exceptions)
        case _:
            text = " ".join(f"{getattr(rule, part).rstrip('.')}." for rule in schedule.rules.values())
    if text:
        assert textstat.flesch_kincaid_grade(text) <= GRADE
        assert textstat.smog_index(text) <= SMOG


@pytest.mark.parametrize("name", BUILT_IN)
def test_no_sentence_is_long(name: str) -> None:
    schedule = load_schedule(name)
    written = [*standing_texts(schedule), *((rule.id, said(rule)) for rule in schedule.rules.values())]
    long = [
        (where, sentence)
        for where, text in written
        for sentence in sentences(text)
        if len(re.findall(r"[\w'’-]+", sentence)) > LONGEST_SENTENCE
    ]
    assert long == []


@pytest.mark.parametrize("name", BUILT_IN)
def test_a_short_name_fits_the_first_column_and_is_no_sentence(name: str) -> None:
    for rule in load_schedule(name).rules.values():
        assert len(rule.short) <= LONGEST_SHORT, rule.short
        assert not rule.short.endswith("."), rule.short
        assert len(rule.title) <= 60, rule.title


@pytest.mark.parametrize("name", BUILT_IN)
def test_the_short_names_of_a_kind_can_be_told_apart(name: str) -> None:
    rules = load_schedule(name).rules.values()
    shorts = [(rule.kind, rule.short) for rule in rules]
    assert len(shorts) == len(set(shorts))


# What no text may hold ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", BUILT_IN)
@pytest.mark.parametrize(
    ("unwanted", "reason"),
    [
        (r"\bproven?\b|\bproves\b|\bproved\b", "sources advise; they do not prove"),
        (r"\ball sources\b|\bevery source\b", "some are set aside"),
        (r"</?[a-z!]|&#?\w+;", "a text is plain, not HTML"),
        (r"\b(?:you|your skin) (?:are|is|have|has) healed", "nobody is told that they have healed"),
        (r"[*_`#]{2}|\]\(", "a text is plain, not markdown"),
        (r" {2}|^\s|\s$", "white space is folded"),
    ],
)
def test_no_text_contains_what_it_should_not(name: str, unwanted: str, reason: str) -> None:
    every = texts(load_schedule(name))
    assert [(where, text) for where, text in every if re.search(unwanted, text, re.IGNORECASE)] == [], reason


@pytest.mark.parametrize("name", BUILT_IN)
def test_our_own_words_say_clinic_and_doctor(name: str) -> None:
    """Neither "provider" nor "prescriber" is a word of a twelve-year-old; statements quote sources."""
    schedule = load_schedule(name)
    ours = [*standing_texts(schedule)]
    for rule in schedule.rules.values():
        ours += [(rule.id, text) for text in (rule.title, rule.short, said(rule), rule.then or "")]
    assert [one for one in ours if re.search(r"\b(?:provider|prescriber)s?\b", one[1], re.IGNORECASE)] == []


@pytest.mark.parametrize("name", BUILT_IN)
def test_every_avoid_rule_has_words_for_its_end(name: str) -> None:
    for rule in load_schedule(name).rules.values():
        assert rule.then or rule.kind is not Kind.AVOID, rule.id


@pytest.mark.parametrize("rule", ["smoking", "direct-sun", "long-sun", "picking"])
def test_what_is_unwise_later_too_is_not_said_to_be_fine_again(builtin: Schedule, rule: str) -> None:
    assert "fine again" not in (builtin.rules[rule].then or "")


# Medicines ----------------------------------------------------------------------------------------

# rule: what its advice must say of a prescribed medicine, by design section 6
MEDICINES = {
    "pigment-prep": r"Ask a skin doctor .* Never start one on your own",
    "antihistamines": r"Ask your clinic .* If a doctor prescribed it, keep taking it and ask that doctor",
    "nsaids-before": r"For pain, .* If a doctor told you to take one, keep taking it\. .* Ask that doctor",
    "cold-sores": r"Ask a doctor",
    "numbing-cream": r"If a doctor prescribed one, ask that doctor",
    "isotretinoin": r"Tell your clinic and the doctor who prescribed it\. Never stop it on your own",
    "nsaids": r"For pain, .* If a doctor told you to take one, keep taking it\. .* Ask that doctor",
    "pain-relief": r"If a painkiller is prescribed, keep taking it and ask the doctor who prescribed it",
}


def test_every_rule_about_a_medicine_is_looked_at(builtin: Schedule) -> None:
    assert {rule.id for rule in builtin.rules.values() if rule.medicine} == set(MEDICINES)


@pytest.mark.parametrize("rule", MEDICINES)
def test_a_prescribed_medicine_goes_on_being_taken(builtin: Schedule, rule: str) -> None:
    advice = builtin.rules[rule].advice
    assert re.search(MEDICINES[rule], advice)
    # Nothing else in it may be read as an order to stop, start or put off.
    rest = re.sub(r"Never (?:stop it on|start one on|put one off)|Ask when to stop it", "", advice)
    assert not re.search(r"\b(?:stop|pause|quit|discontinue|skip|start|put off)\b", rest, re.IGNORECASE)


@pytest.mark.parametrize("rule", ["nsaids-before", "nsaids"])
def test_a_painkiller_is_mentioned_only_for_pain(builtin: Schedule, rule: str) -> None:
    named = builtin.rules[rule]
    for text in (named.title, named.short, named.advice):
        assert re.search(r"\bfor pain\b", text, re.IGNORECASE), text
    assert named.then is None or "for pain" in named.then


# A safety device or a medicine that a doctor ordered: the rule whose words fit, and what is said first.
EXCEPTIONS = [
    ("friction", "bike helmet", "Never ride or work without the helmet"),
    ("friction", "motorcycle helmet", "Never ride or work without the helmet"),
    ("friction", "hard hat", "Never ride or work without the helmet"),
    ("friction", "surgical mask", "Keep on a mask that you need."),
    ("friction", "n95", "Keep on a mask that you need."),
    (
        "nsaids",
        "baby aspirin",
        "If a doctor told you to take it, keep taking it. That counts even if you buy it",
    ),
    ("nsaids-before", "baby aspirin", "If a doctor told you to take it, keep taking it. That counts even if"),
    ("nsaids", "blood thinner", "If a doctor told you to take it, keep taking it."),
    ("medical", "warfarin", "Keep taking it. Do not stop it for this treatment."),
    ("disclose", "blood pressure tablets", "Keep taking what a doctor prescribed."),
    (
        "unapproved-products",
        "antibiotic cream",
        "Did a doctor prescribe it? Then do not leave it out on your own.",
    ),
    ("usual-products", "steroid cream", "Did a doctor prescribe it? Then do not leave it out on your own."),
    ("smoking", "nicotine patch", "Patches and gum are better than smoking."),
    ("exercise", "gentle walk", "A gentle walk that does not make you sweat is fine."),
    (
        "direct-sun",
        "walk the dog",
        "You can go out for a short while. Keep to the shade and wear a loose hat.",
    ),
]


@pytest.mark.parametrize(("rule", "words", "first"), EXCEPTIONS)
def test_a_safety_device_and_a_needed_medicine_are_kept(
    builtin: Schedule, rule: str, words: str, first: str
) -> None:
    answers = [one.say for one in builtin.rules[rule].exceptions if words in one.covers]
    assert len(answers) == 1
    assert answers[0].startswith(first)


# What a review found ------------------------------------------------------------------------------

# Findings by which a reader could come to harm: where the words stand, what they must say now, and
# what they must not say any more. Each row mends one finding of severity "high".
HARM = [
    # A ride without a helmet, a mask taken off in a hospital
    ("friction", "advice", r"Never ride or work without a helmet\. Never go without a mask", r"Wear no"),
    # A swollen face is normal; an alarm about it is ignored by the one it is for
    (
        "standing.emergency",
        "text",
        (
            r"trouble breathing; lips, tongue or throat that swell; fainting; sudden loss of sight; .*very ill "
            r"with a fever and redness that spreads"
        ),
        r"swelling face|anything wrong with an eye",
    ),
    (
        "standing.emergency",
        "text",
        r"A painful eye, blurred vision or blisters near an eye: get help the same day",
        "",
    ),
    # "Within days or even weeks" read as weeks in which to call
    ("rash", "advice", r"^Call your clinic the same day about new itchy bumps, lumps or a rash", ""),
    ("infection", "advice", r"pus, a bad smell or blisters", ""),
    ("infection", "advice", r"itching, pain or swelling gets worse, or with a fever", ""),
    ("infection", "advice", r"If nobody answers, call your doctor or an out-of-hours line the same day", ""),
    ("infection", "advice", r"On brown or black skin, look for heat, pain and a darker or purple colour", ""),
    ("infection", "advice", r"It can start weeks later", ""),
    # The maker says not to treat, and not only to ask
    ("medical", "why", r"says not to needle people with most of these", r"reasons to ask"),
    ("medical", "advice", r"do not have it before a doctor has said yes", r"^Ask"),
    ("medical", "advice", r"cancer treatment or strong steroids, or had them in the last four weeks", ""),
    ("medical", "advice", r"surgery there in the last year", ""),
    ("medical", "advice", r"immune system is weak\. You are allergic to metal or numbing cream", ""),
    ("medical", "advice", r"Do not stop a medicine for it", ""),
    # Small aspirin bought without a prescription, because a doctor said so
    ("nsaids", "advice", r"also counts for a small aspirin that you buy yourself", r"is prescribed"),
    ("nsaids-before", "advice", r"also counts for a small aspirin that you buy yourself", r"is prescribed"),
    # A cream that a doctor prescribed for an infection
    (
        "unapproved-products",
        "advice",
        r"prescribed is another matter\. Ask that doctor or your clinic today",
        "",
    ),
    ("usual-products", "advice", r"prescribed is another matter\. Ask that doctor or your clinic today", ""),
    # To tell the clinic is not the point: not to have the treatment is
    ("pregnancy", "advice", r"^Do not have the treatment if you are or may be pregnant", r"^Tell"),
    ("isotretinoin", "advice", r"^Do not have the treatment while you take isotretinoin", r"^Tell"),
    ("isotretinoin", "advice", r"Never stop it on your own\. Other acne tablets: tell your clinic", ""),
    # A sore on the day, and a new one after it
    ("cold-sores", "advice", r"on the day\? Do not go: call", ""),
    ("cold-sores", "advice", r"blisters afterwards\? Call the same day, near an eye at once", ""),
    # Reused needles and mixed-up blood have harmed people
    ("vet-provider", "advice", r"licensed .* sealed needle .* my name on my blood tube", r"FDA"),
    ("numbing-cream", "advice", r"only if your clinic told you to", ""),
    ("numbing-cream", "advice", r"Not on a large area, and never under cling film", ""),
]


@pytest.mark.parametrize(("where", "field", "now", "never"), HARM)
def test_words_that_could_hurt_someone_stay_mended(
    builtin: Schedule, where: str, field: str, now: str, never: str
) -> None:
    standing = where.removeprefix("standing.")
    said_by = getattr(builtin.standing, standing) if standing != where else builtin.rules[where]
    text = getattr(said_by, field)
    assert re.search(now, text, re.IGNORECASE)
    assert not never or not re.search(never, text, re.IGNORECASE)


@pytest.mark.parametrize("rule", ["infection", "rash", "growing"])
def test_a_sign_says_how_soon_what_to_look_for_and_what_if_nobody_answers(
    builtin: Schedule, rule: str
) -> None:
    advice = builtin.rules[rule].advice
    assert "the same day" in advice
    assert "On brown or black skin" in advice
    assert "If nobody answers, call your doctor or an out-of-hours line" in advice


@pytest.mark.parametrize("rule", ["redness", "swelling", "swelling-peak", "breakouts", "tightness"])
def test_what_is_normal_says_what_would_change_that(builtin: Schedule, rule: str) -> None:
    assert re.search(r"Call your clinic (?:if|about)", builtin.rules[rule].advice)


NORMAL = {  # what follows when it is past its usual time
    "redness": "not-settled",
    "swelling": "not-settled",
    "swelling-peak": "growing",
    "pinpoint-bleeding": "not-settled",
    "tightness": "not-settled",
    "peeling": "not-settled",
    "breakouts": "infection",
}


def test_each_part_of_the_normal_course_leads_to_its_warning(builtin: Schedule) -> None:
    assert {rule.id: rule.past for rule in builtin.rules.values() if rule.past} == NORMAL


# Questions about what is normal, or not: the words, and the rule that has them.
ASKED = [
    ("red face", "redness"),
    ("still red", "redness"),
    ("lobster", "redness"),
    ("puffy", "swelling"),
    ("swollen cheeks", "swelling"),
    ("red dots", "pinpoint-bleeding"),
    ("flaky skin", "peeling"),
    ("like sandpaper", "tightness"),
    ("pimples", "breakouts"),
    ("cold sore", "infection"),
    ("fever blister", "infection"),
    ("oozing", "infection"),
    ("getting worse", "growing"),
    ("hives", "allergy"),
    ("itchy bumps", "rash"),
    ("orange peel", "pigment"),
]


@pytest.mark.parametrize(("words", "rule"), ASKED)
def test_a_symptom_is_known_by_the_words_that_people_use(builtin: Schedule, words: str, rule: str) -> None:
    assert words in builtin.rules[rule].covers


# Standing texts -----------------------------------------------------------------------------------


def test_the_standing_texts_say_what_the_design_says(builtin: Schedule) -> None:
    standing = builtin.standing
    assert standing.general.text == (
        "General information, not medical advice. Your clinic's written instructions come first."
    )
    assert standing.medicine.text == (
        "Do not stop a prescribed medicine without asking the doctor who prescribed it. "
        "That includes aspirin and blood thinners."
    )
    said = {  # in the long form and in the short one
        "open_skin": ("open skin", "only", "your clinic approved"),
        "call": ("{clinic}", "at any time"),
        "emergency": (
            "trouble breathing",
            "lips, tongue or throat",
            "fainting",
            "loss of sight",
            "{emergency}",
        ),
        "scope": ("home", "radio-frequency", "exosomes"),
    }
    for name, parts in said.items():
        text = getattr(standing, name)
        for part in parts:
            assert part in text.text.casefold()
            assert part in text.short.casefold()
    assert "professional microneedling of the face" in standing.scope.text
