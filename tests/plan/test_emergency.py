"""What sets off the emergency line, what asks for help the same day, and what does neither."""

import json
from pathlib import Path

import pytest

from needlecare.model import Schedule
from needlecare.plan.emergency import Urgency, describes, urgency
from program import needlecare

# The first six kinds are those that the emergency text names; "no trouble breathing" is the safe side.
EMERGENCIES = [
    "trouble breathing",
    "having trouble breathing",
    "I can't breathe properly",
    "I cant breathe",
    "can not breathe",
    "cannot breath",
    "I can hardly breathe",
    "it's hard to breathe",
    "difficulty breathing",
    "i have difficulty in breathing",
    "struggling to breathe",
    "short of breath",
    "shortness of breath",
    "I'm out of breath and my face is swollen",
    "I can't catch my breath",
    "breathing is difficult",
    "breathing problems",
    "troubble breathing",
    "trouble breathng",
    "no trouble breathing",
    "wheezing",
    "my chest feels tight",
    "chest pain",
    "tightness in my chest",
    "my throat is closing up",
    "throat closing",
    "my throat feels tight",
    "throat tightness",
    "is it normal that my throat is swollen",
    "throat swelling",
    "swollen throat",
    "tongue swollen",
    "my tounge is swollen",
    "my tongue feels thick",
    "tongue is getting bigger",
    "my lips are swelling",
    "swollen lips",
    "lips swollen",
    "swolen lips",
    "my top lip is really swollen",
    "lips and tongue swelling",
    "my lips have puffed up",
    "why are my lips so swollen",
    "trouble swallowing",
    "I can't swallow",
    "my mouth is swelling up",
    "passed out",
    "I passed out",
    "I just passed out in the shower",
    "I fainted",
    "fainting",
    "I feel faint",
    "feeling faint and dizzy",
    "I think I'm going to faint",
    "nearly fainted",
    "blacked out",
    "I blacked out for a minute",
    "she collapsed",
    "lost consciousness",
    "unconscious",
    "had a seizure",
    "sudden blindness",
    "I went blind in one eye",
    "I'm going blind",
    "sudden loss of sight",
    "sudden loss of vision",
    "I lost my sight",
    "I suddenly lost vision in my right eye",
    "I can't see",
    "I can't see out of my left eye",
    "cant see properly",
    "vision suddenly blurry",
    "my vision went blurry suddenly",
    "suddenly blurred vision",
    "everything went dark",
    "my vision is gone",
    "double vision",
    "fever and the redness is spreading",
    "fever with spreading redness",
    "high temperature and redness spreading",
    "fever and I feel awful",
    "fever and feeling very ill",
    "I have a fever and the red area is spreading fast",
    "high temperature and I feel really unwell",
    "fever and chills and I feel terrible",
    "feeling very ill",
    "I feel really ill",
    "used my epipen",
    "I used my EpiPen",
    "had to use my epi-pen",
    "I had to use my adrenaline pen",
    "gave myself epinephrine",
    "adrenaline auto-injector used",
    "anaphylaxis",
    "anaphylactic shock",
    "anaphylatic shock",
    "severe allergic reaction",
    "I'm having a bad allergic reaction",
    "hives and my face is swelling",
    "should I call an ambulance",
    "my lips are turning blue",
    "can I go to the gym I can't breathe",
    "can I wear makeup with a swollen tongue",
    "throat feels like it's closing",
    "my airway feels blocked",
    "choking",
    "gasping for air",
    "I'm not getting enough air",
    "struggling for breath",
    "i cant see anything",
    "sepsis",
    "my speech is slurred",
    "I am struggling to breathe",
    "breathing is getting harder",
    "it hurts to breathe",
    "can't get my breath",
    "I can't get enough air",
    "feels like I can't breathe",
    "breathless",
    "breathlessness",
    "my breathing is laboured",
    "my breath is short",
    "I'm wheezy",
    "wheezing and coughing",
    "my airway is closing",
    "throat is swelling up",
    "my throat is getting tight",
    "throat swollen and itchy",
    "lump in my throat and can't swallow",
    "tongue is swelling",
    "my tongue feels swollen",
    "swelling of the tongue",
    "swelling of my lips",
    "lips are really puffy",
    "my bottom lip is huge",
    "lip swelling",
    "lips swelled up",
    "is it normal for my lips to swell",
    "mouth and tongue swollen",
    "I keep fainting",
    "I almost fainted",
    "nearly passed out",
    "keep passing out",
    "feel like passing out",
    "going to pass out",
    "blacking out",
    "lightheaded and fainted",
    "I collapsed",
    "fell unconscious",
    "sudden vision loss",
    "loss of vision",
    "lost vision in one eye",
    "lost sight in my eye",
    "can't see from one eye",
    "can't see out of one eye",
    "I have gone blind",
    "blind in my left eye",
    "everything is black",
    "vision has gone black",
    "my eyesight is going",
    "sudden blurry vision",
    "my sight suddenly went blurry",
    "fever and spreading redness",
    "redness spreading and fever",
    "I have a fever and feel very unwell",
    "feverish and the redness is spreading",
    "high fever and very ill",
    "fever, chills, redness spreading",
    "shivering and fever and feel really sick",
    "temperature of 39 and redness is spreading",
    "38.5 fever and I feel terrible",
    "very unwell",
    "I feel seriously ill",
    "epipen",
    "just used an epipen",
    "I've used my adrenaline auto injector",
    "used my epi pen",
    "needed my adrenaline pen",
    "used an adrenalin pen",
    "injected adrenaline",
    "anaphalaxis",
    "anaphylactic reaction",
    "I think I'm having an allergic reaction and can't breathe",
    "hives all over and swelling",
    "face swelling and trouble breathing",
    "chest tightness",
    "tight chest",
    "heart attack",
    "call 911",
    "do I need an ambulance",
    "dial 999",
    "seizure",
    "convulsions",
    "turning blue",
    "gasping",
    "suffocating",
    "can't swallow",
    "difficulty swallowing",
    "difficulty speaking",
    "passed out after my session",
    "fainted in the shower",
    "i fainted is that normal",
    "can I swim after fainting",
    "my tonge is swollen",
    "throath closing",
    "dificulty breathing",
    "trouble breething",
    "cant breth",
    "shortnes of breath",
]

# Other things with the same words in them.
NO_EMERGENCIES = [
    "lip balm",
    "use lip balm",
    "lip balm ok?",
    "eye cream",
    "eye cream on swollen face",
    "chest workout",
    "chest day at the gym",
    "chest press",
    "faint redness",
    "a faint pink line",
    "fever blister",
    "fever blisters",
    "swollen cheeks",
    "swollen face",
    "is it normal that my face is swollen",
    "breathing exercises",
    "breathing exercise ok?",
    "breathwork",
    "throat lozenges",
    "throat lozenge",
    "tongue scraper",
    "tongue piercing",
    "lip filler",
    "lip filler hurts",
    "lip gloss",
    "lip liner",
    "lip scrub",
    "lip mask",
    "lipstick",
    "dry lips",
    "chapped lips",
    "upper lip wax",
    "eye mask",
    "eye makeup",
    "eye drops",
    "contact lenses",
    "eyelash extensions",
    "eyebrow threading",
    "rub my eyes",
    "sunglasses",
    "hay fever tablets",
    "hay fever",
    "blind date",
    "blind pimple",
    "I can't see results",
    "I can't see any difference yet",
    "I cant see any results",
    "not seeing results",
    "no results yet",
    "I see no improvement",
    "my face feels tight",
    "skin feels tight",
    "tight skin",
    "swelling",
    "swollen",
    "puffy face",
    "puffy eyes",
    "swollen eyelids",
    "is swelling normal",
    "redness spreading to my neck",
    "red face",
    "still red",
    "itchy",
    "hot skin",
    "my skin feels hot",
    "headache",
    "sore throat",
    "cough",
    "allergy tablets",
    "antihistamine",
    "breathable mask",
    "work out",
    "go out",
    "go out with friends",
    "painted",
    "paint my nails",
    "see my friends",
    "see a doctor",
    "see the dermatologist",
    "see the sun",
    "not swimming",
    "not washing my face",
    "can't wash my face",
    "can't sleep",
    "can I not wear makeup",
    "stop breathing exercises",
    "blue light from my phone",
    "blue jeans",
    "black coffee",
    "dark spots",
    "dark patches",
    "dark chocolate",
    "vision board",
    "is it hard to wait",
    "hard hat",
    "hard water",
    "hot temperature shower",
    "water temperature",
    "room temperature water",
    "low temperature wash",
    "temperature of the shower",
    "heavy lifting",
    "press ups",
    "gym chest and back",
    "allergic to aspirin",
    "allergy",
    "hives",
    "shaking my protein shake",
    "sick of waiting",
    "ill go to the gym",
    "I'll go running",
    "call the clinic",
    "swollen under my eyes",
    "thick cream",
    "my lips are dry",
    "lips peeling",
    "cold sore on my lip",
    "tattoo on my lip",
    "kiss on the lips",
    "lip balm on swollen skin",
    "eye cream ok?",
    "chest and triceps",
    "work out my chest",
    "heart rate",
    "cardio",
    "faint lines",
    "faint smell",
    "swollen forehead",
    "swelling under eyes",
    "deep breathing",
    "yoga breathing",
    "pranayama",
    "breathe right strips",
    "throat spray",
    "cough drops",
    "lip flip",
    "blind pimples",
    "blinds",
    "venetian blinds",
    "blindfold",
    "night vision",
    "can't see a difference",
    "I don't see any difference",
    "see results",
    "see my dermatologist",
    "short walk",
    "shortness of my hair",
    "out of breath mints",
    "pass the time",
    "black mask",
    "black head remover",
    "black tea",
    "black skin",
    "emergency contraception",
    "feel tired",
    "feeling sick",
    "sick day",
    "very red",
    "really red",
    "so swollen",
    "extremely itchy",
    "tight clothes",
    "tight hat",
    "tight headband",
    "closing my pores",
    "close my eyes",
    "drive home",
    "hard workout",
    "hard to sleep",
    "hard skin",
    "trouble sleeping",
    "difficulty sleeping",
    "problem skin",
    "problems with makeup",
    "use my inhaler",
    "allergic to nickel",
    "fit into my jeans",
    "get fit",
    "collapse",
    "confused about sunscreen",
    "temperature",
    "hot temperature",
    "sudden rain",
    "gone swimming",
    "lost my sunscreen",
    "lose weight",
    "blue light",
    "turning pages",
    "thick moisturiser",
    "huge pores",
    "bigger pores",
    "bigger hat",
    "air conditioning",
    "fresh air",
    "air dry my hair",
    "mouth guard",
    "mouthwash",
    "gum",
    "chewing gum",
    "lips chapped",
    "peeling lips",
    "cold sore on lip",
    "shadow",
    "eye shadow",
    "curtain bangs",
    "dark room",
    "dark hair",
]

THE_SAME_DAY = [
    "my eye is swollen shut",
    "I can't open my eye",
    "my eyes won't open",
    "eyelid swollen shut",
    "my eye hurts",
    "a painful eye",
    "pain in my left eye",
    "my eye is throbbing",
    "blurred vision",
    "blurry vision",
    "my vision is blurry",
    "my sight is foggy",
    "blisters near my eye",
    "a blister on my eyelid",
    "pus in my eye",
    "my eye is bloodshot",
    "my eyes are burning",
    "I got retinol in my eye",
    "serum in my eye",
    "light hurts my eyes",
    "red streaks spreading from my cheek",
]

NOT_THE_SAME_DAY = [
    "eye cream",
    "put cream around my eyes",
    "puffy eyes",
    "swollen eyes",
    "swollen eyelids",
    "rub my eyes",
    "makeup on my eyes",
    "eye makeup",
    "eye drops",
    "eye mask",
    "eyeliner",
    "wear contact lenses",
    "wear glasses",
    "eyelash extensions",
    "get my eyebrows done",
    "wax my eyebrows",
    "dark circles under my eyes",
    "blisters",
    "sore skin",
    "my skin is sore",
    "redness spreading",
    "pain",
    "bright light",
    "sunlight",
    "cream",
    "red lines on my cheek",
]


def test_the_tables_are_long_enough() -> None:
    assert len(set(EMERGENCIES)) >= 60
    assert len(set(NO_EMERGENCIES)) >= 60


@pytest.mark.parametrize("words", EMERGENCIES)
def test_an_emergency_is_recognised(builtin: Schedule, words: str) -> None:
    assert urgency(words, builtin.standing) is Urgency.EMERGENCY


@pytest.mark.parametrize("words", NO_EMERGENCIES)
def test_words_that_only_sound_alike_set_nothing_off(builtin: Schedule, words: str) -> None:
    assert urgency(words, builtin.standing) is None


@pytest.mark.parametrize("words", THE_SAME_DAY)
def test_an_eye_in_trouble_means_help_the_same_day(builtin: Schedule, words: str) -> None:
    assert urgency(words, builtin.standing) is Urgency.URGENT


@pytest.mark.parametrize("words", NOT_THE_SAME_DAY)
def test_other_words_about_eyes_and_skin_are_not_urgent(builtin: Schedule, words: str) -> None:
    assert urgency(words, builtin.standing) is None


AROUND = [
    "help {}",
    "{}!!!",
    "is it normal that {}",
    "can I go to the gym, {}",
    "{} and my face is red",
    "{} since yesterday",
]


@pytest.mark.parametrize("around", AROUND)
def test_words_around_an_emergency_never_hide_it(builtin: Schedule, around: str) -> None:
    for words in EMERGENCIES:
        assert urgency(around.format(words), builtin.standing) is Urgency.EMERGENCY, words


# Through the installed program: no treatment is saved here, and nothing else is needed.


@pytest.mark.parametrize("command", ["can", "normal", "why"])
def test_the_first_line_is_the_emergency_line_and_nothing_else_is_suggested(command: str) -> None:
    result = needlecare(command, "trouble", "breathing")
    first, *more = result.out.splitlines()
    assert (result.code, result.err) == (1, "")
    assert first == "EMERGENCY: call 112/911/your emergency number now"
    assert "sudden loss of sight" in " ".join(more)
    assert "did you mean" not in result.out


def test_an_eye_that_is_swollen_shut_gets_help_the_same_day_and_the_line_between_the_two() -> None:
    result = needlecare("can", "my eye is swollen shut")
    assert result.code == 1
    assert result.out.startswith("URGENT: get help the same day.\n")
    assert "sudden loss of sight is an emergency" in " ".join(result.out.split())


BROKEN = 'extends = "microneedling"\nid = "skin-clinic"\n[rules'
OWN_NUMBER = """
extends = "microneedling"
id = "skin-clinic"
version = "1"
reviewed = 2026-01-01
review_due = 2036-01-01
[clinic]
name = "Skin Clinic"
emergency = "999"
[standing.emergency]
covers = ["purple spots all over"]
"""


@pytest.mark.parametrize("command", ["can", "normal", "why"])
def test_a_broken_or_missing_rule_file_hides_no_emergency(command: str, tmp_path: Path) -> None:
    file = tmp_path / "clinic.toml"
    for _ in range(2):
        result = needlecare(command, "my throat is closing up", "--schedule", str(file))
        assert (result.code, result.out[:9], result.err) == (1, "EMERGENCY", "")
        file.write_text(BROKEN)


def test_a_clinic_adds_its_number_and_its_words_and_takes_none_away(tmp_path: Path) -> None:
    file = tmp_path / "clinic.toml"
    file.write_text(OWN_NUMBER)
    for words in ("purple spots all over", "I fainted"):
        result = needlecare("can", words, "--schedule", str(file), "--treated", "2026-11-21", "--tz", "UTC")
        assert (result.code, result.out.split("\n")[0]) == (1, "EMERGENCY: call 999 now")


def test_a_wrong_option_of_another_kind_hides_no_emergency() -> None:
    result = needlecare("can", "my tongue is swollen", "--treated", "last sumer", "--at", "whenever")
    assert (result.code, result.out[:9]) == (1, "EMERGENCY")


@pytest.mark.parametrize("typed", [("my", "throat", "is", "closing"), ("cant", "breathe"), ("I fainted",)])
def test_a_command_that_was_forgotten_hides_no_emergency(typed: tuple[str, ...]) -> None:
    result = needlecare(*typed)
    assert (result.code, result.out[:9], result.err) == (1, "EMERGENCY", "")


def test_a_script_reads_the_same_as_json() -> None:
    result = needlecare("can", "i passed out", "--json")
    answer = json.loads(result.out)
    assert (result.code, answer["answer"], answer["allowed"]) == (1, "emergency", False)


# How words are matched ------------------------------------------------------------------------------

SAYS = {
    # a phrase and what somebody types: whether that says it
    ("chest pain", "a pain in my chest"): True,
    ("chest pain", "chest aaa bbb pain"): True,  # two other words may be between two
    ("chest pain", "chest aaa bbb ccc pain"): False,
    ("chest pain", "chest is so very aaa really bbb just pain"): True,  # small ones count as nothing
    ("cannot see light", "not aaa bbb see ccc ddd eee fff light"): True,  # six between three
    ("cannot see light", "not aaa bbb see ccc ddd eee fff ggg light"): False,
    ("chest pain", "chest"): False,
    ("pain pain", "pain"): False,  # each word of a phrase needs one of its own
    ("pain pain", "pain after pain"): True,
    ("cant breathe", "hardly breathing"): True,
    ("cant breathe", "can breathe"): False,
    ("throat swollen", "throet swollen"): True,  # a slip, in a word of six letters
    ("throat swollen", "thoat swollen"): True,
    ("throat swollen", "throoat swollen"): True,
    ("throat swollen", "throat swolen"): True,
    ("chest pain", "chist pain"): True,  # in one of five it has to be a likely one: the same sound
    ("chest pain", "cheet pain"): True,  # or the next key
    ("chest pain", "chebt pain"): False,
    ("chest pain", "chest paon"): False,  # four letters
    ("passed out", "passef out"): True,
    ("fainted", "fainter"): True,  # so rule files name what is only lighter
    ("throat swollen", "rhroat swollen"): False,  # people begin words right
    ("wheezing", "wheezng"): True,  # alone, a word needs eight letters for a slip
    ("wheezing", "wheezzing"): True,
    ("fainted", "faintd"): True,  # or seven letters for a likely one
    ("fainted", "faxnted"): False,
    ("faints", "fants"): False,
    ("fainted", "faint redness"): False,
    ("fainted", "I fainted"): True,
    ("passed out", "passing out"): True,
    ("passed out", "passed the test out"): False,
    ("epipen", "used my epi pen"): True,
    ("lip/tongue swollen/thick", "my tongue feels thick"): True,
    ("lip/tongue swollen/thick", "my lip and tongue"): False,
    ("lip swollen", "a swollen lip balm"): False,  # a thing of that name
    ("lip swollen", "my lip is swollen, no lip balm helps"): True,
    ("chest pain", f"{'aaa ' * 398}chest pain"): True,  # the last two of 400 words
    ("chest pain", f"{'aaa ' * 399}chest pain"): False,
    ("chest pain", ""): False,
}


@pytest.mark.parametrize(("phrase", "words"), SAYS, ids=lambda text: text[-40:])
def test_a_phrase_is_found_in_other_forms_and_between_other_words(phrase: str, words: str) -> None:
    assert describes(words, [phrase], ["lip balm"]) == SAYS[phrase, words]
