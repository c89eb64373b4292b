"""Which rules everyday words mean, and what is said where they mean none."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from conftest import BUILTIN
from needlecare.model import Schedule
from needlecare.plan.language import normalize, stem
from needlecare.plan.search import NotUnderstood, Vocabulary, known_words
from needlecare.rules.load import read_schedule
from small_rules import SMALL


@pytest.fixture(scope="module")
def vocabulary(builtin: Schedule) -> Vocabulary:
    return Vocabulary(builtin)


def meant(words: str, vocabulary: Vocabulary) -> set[str]:
    return {rule.id for rule in vocabulary.meant(words).rules}


def test_every_word_that_a_rule_covers_means_it(builtin: Schedule, vocabulary: Vocabulary) -> None:
    for rule in builtin.rules.values():
        for word in known_words(rule):
            assert rule.id in meant(word, vocabulary), word


def test_the_short_name_is_a_word_for_what_to_avoid_and_none_for_what_is_usual() -> None:
    text = SMALL.replace('short = "makeup"', 'short = "lash tint"')
    usual = (
        SMALL.partition("[rules.makeup]")[2].replace('"avoid"', '"expect"').replace('"makeup"', '"odd glow"')
    )
    usual = usual.replace('then = "fine again"\n', "")
    vocabulary = Vocabulary(read_schedule(f"{text}\n[rules.glow]{usual}".encode(), file="small.toml"))
    assert meant("lash tints", vocabulary) == {"makeup"}
    with pytest.raises(NotUnderstood):
        vocabulary.meant("odd glow")


def test_a_long_word_with_a_wrong_and_a_missing_letter_is_suggested(vocabulary: Vocabulary) -> None:
    with pytest.raises(NotUnderstood, match='Did you mean "sunscreen"'):
        vocabulary.meant("snskreen")  # without its u, and k for c


ALIKE = [
    # two ways to write the same; each row shows one of the ways
    ("swim", "swimming"),  # a doubled letter
    ("swim", "swam"),  # an irregular form
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
    ("mascara", "wear mascara to a wedding"),
    ("Retin-A", "retin-a when"),  # that A is no article
    ("aspirin", "aspirin 75mg"),
    ("swim", "swimming lesson then"),
]


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_a_word_is_known_in_every_form(vocabulary: Vocabulary, one: str, other: str) -> None:
    assert meant(one, vocabulary) == meant(other, vocabulary)


@pytest.mark.parametrize("words", ["haematoma", "hematoma"])
def test_a_word_with_ae_is_known_in_both_spellings(words: str, builtin: Schedule) -> None:
    rule = replace(builtin.rules["picking"], covers=("haematoma",))
    assert meant(words, Vocabulary(replace(builtin, rules={rule.id: rule}))) == {"picking"}


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
    ("drink coffee", {"caffeine", "caffeine-before"}),  # not alcohol
    ("sun cream", {"sunscreen", "sunscreen-daily"}),  # neither the sun nor a cream
    ("vitamin A", {"retinoids", "actives"}),  # the A is no article
    ("vitamin C", {"vitamin-c"}),
    ("hot shower", {"heat", "wash-face"}),  # more than a shower
    ("shower", {"wash-face"}),
    ("swim and sauna", {"swimming", "heat"}),  # both, where "and" joins them
    ("wax or shave", {"hair-removal", "hair-removal-before"}),
    ("how and when can I swim", {"swimming"}),  # "and" joins small words as well
]


@pytest.mark.parametrize(("words", "rules"), NOT_THE_SAME)
def test_the_longest_known_words_count(vocabulary: Vocabulary, words: str, rules: set[str]) -> None:
    assert meant(words, vocabulary) == rules


@pytest.mark.parametrize(
    "word", ["not", "no", "stop", "skip", "without", "never", "avoid", "instead of", "out of", "xyzzy"]
)
@pytest.mark.parametrize("words", ["swim", "wash my face", "take aspirin", "sunscreen", "wear a hat"])
def test_a_word_that_may_turn_the_question_round_is_never_passed_over(
    vocabulary: Vocabulary, word: str, words: str
) -> None:
    with pytest.raises(NotUnderstood):
        vocabulary.meant(f"{word} {words}")
    with pytest.raises(NotUnderstood):
        vocabulary.meant(f"{words} {word}")


def test_two_known_words_together_may_name_a_third_thing(vocabulary: Vocabulary) -> None:
    """A mask is one thing, water another; a water mask may be neither, so nobody hears yes."""
    assert vocabulary.meant("water").certain
    assert not vocabulary.meant("water mask").certain
    assert vocabulary.meant("swim in the sea").certain


SUGGESTIONS = {
    # what is typed: the hint, or None where no word is close enough to help
    "swin": 'Did you mean "swim"?',
    "exercise tractors": 'Did you mean "exercise"?',
    "sunscreeen": 'Did you mean "sunscreen"?',
    "wear mascarra": 'Did you mean "mascara"?',
    "stop my ibuprofen": 'Did you mean "ibuprofen"?',
    "water skis": 'Did you mean "water"?',
    "wedding": None,  # not "bedding"
    "drive a tractor": 'Did you mean "drive"?',
    "strive": None,  # not "drive"
    "call the clinic": None,  # not "calpol"
    "brush my teeth": None,  # not "blush"
    "paint my house": None,  # not "pain"
    "fly": None,
    "cat grooming": 'Did you mean "cat"?',  # not "growing"
    "mkup": 'Did you mean "makeup"?',  # a rule knows "makup" too; no misspelling is offered
    "asprn": 'Did you mean "aspirin"?',
    "sunscrean": 'Did you mean "sunscreen"?',
    "consealr": 'Did you mean "concealer"?',  # two slips, in a word of eight letters
    "exersis": None,  # as many in one of seven, of "exercise"
    "foundaon": 'Did you mean "foundation"?',
    "consealer to cover redness": 'Did you mean "concealer"?',  # the word that is wrong, not those beside it
    "swin retinol": 'Did you mean "retinol"?',  # beside a known word, four letters may be any other word
    "spring": None,  # an ordinary word, although one letter, the next key, makes it "sprint"
    "go there in spring": None,
    "springs": None,
    "house": None,  # o and r are far apart, so it is no "horse"
    "creating": None,  # two slips, but "creatine" has only eight letters
    "swimmimg lessons": 'Did you mean "swimming"?',  # "lessons" alone is no word of a rule
    "smoknig": 'Did you mean "smoking"?',
    "hikee": 'Did you mean "hike"?',  # not "bike", which the rule names first
    "ibuprophhen": 'Did you mean "ibuprofen"?',  # a rule knows "ibuprophen", which is a misspelling
    "retinol spring": 'Did you mean "retinol"?',
    "ice cream": None,  # neither ice nor cream
    "hot dog": None,
}


@pytest.mark.parametrize(("words", "hint"), SUGGESTIONS.items(), ids=lambda value: str(value)[:20])
def test_a_suggestion_is_close_or_there_is_none(vocabulary: Vocabulary, words: str, hint: str | None) -> None:
    with pytest.raises(NotUnderstood) as refused:
        vocabulary.meant(words)
    said = str(refused.value)
    assert said.startswith(f'I don\'t have anything on "{words}".')
    assert (hint in said) if hint else ("Did you mean" not in said)
    assert "Ask your clinic" in said


@pytest.mark.parametrize(
    "path", [BUILTIN, BUILTIN.with_name("microneedling-body.toml")], ids=lambda path: path.stem
)
def test_no_word_is_suggested_for_an_ordinary_one(path: Path) -> None:
    schedule = read_schedule(path.read_bytes(), file=path.name)
    vocabulary = Vocabulary(schedule)
    for word in schedule.not_misspelt:
        with pytest.raises(NotUnderstood) as refused:
            vocabulary.meant(word)
        assert "Did you mean" not in str(refused.value)


@pytest.mark.parametrize(
    "form", ["{} tablets", "{} by mouth", "capsules of {}", "drink {}", "oral {} and water"]
)
def test_what_is_swallowed_is_not_about_the_skin(
    builtin: Schedule, vocabulary: Vocabulary, form: str
) -> None:
    on_skin = [rule for rule in builtin.rules.values() if rule.on_skin]
    products = [word for rule in on_skin for word in known_words(rule) if len(normalize(word).split()) < 3]
    a_drinking_brand = "drunk elephant"
    known = {normalize(word) for rule in builtin.rules.values() for word in known_words(rule)}
    for product in products:
        words = form.format(product)
        if normalize(words) not in known and product != a_drinking_brand:
            with suppress(NotUnderstood):
                assert not any(rule.on_skin for rule in vocabulary.meant(words).rules), words


@pytest.mark.parametrize("words", ["", "!?"])
def test_nothing_at_all_says_what_to_write(vocabulary: Vocabulary, words: str) -> None:
    with pytest.raises(NotUnderstood, match="needlecare can swim"):
        vocabulary.meant(words)


@given(words=st.text(max_size=80))
def test_any_text_is_understood_or_refused_on_one_line(vocabulary: Vocabulary, words: str) -> None:
    with suppress(NotUnderstood):
        assert vocabulary.meant(words).rules
        return
    with pytest.raises(NotUnderstood) as refused:
        vocabulary.meant(words)
    assert str(refused.value).isprintable()


def test_a_question_may_have_forty_words(vocabulary: Vocabulary) -> None:
    assert meant(f"{'really ' * 39}swim", vocabulary) == {"swimming"}
    with pytest.raises(NotUnderstood):
        vocabulary.meant(f"{'really ' * 40}swim")


def test_a_rule_is_named_by_its_id_or_its_title(vocabulary: Vocabulary, builtin: Schedule) -> None:
    for rule in builtin.rules.values():
        assert vocabulary.named(rule.id) is rule
        assert vocabulary.named(rule.title.upper()) in {
            other for other in builtin.rules.values() if other.title == rule.title
        }
    assert vocabulary.named("hot tub") is None


SIGNS = [
    # words, the rules about what skin does, the words that nobody knows
    ("red", {"redness"}, ()),
    ("both cheeks look quite red still", {"redness"}, ()),
    ("red and covered in zorbs", {"redness"}, ("covered", "zorbs")),
    ("red with some pus", {"redness", "infection"}, ()),
    ("not red", {"redness"}, ("not",)),
    ("swim", set(), ("swim",)),
]


@pytest.mark.parametrize(("words", "rules", "unknown"), SIGNS)
def test_signs_are_found_anywhere_and_unknown_words_are_named(
    vocabulary: Vocabulary, words: str, rules: set[str], unknown: tuple[str, ...]
) -> None:
    signs = vocabulary.matched(words.split()).signs()
    assert {rule.id for rule in signs.rules} == rules
    assert signs.unknown == unknown
