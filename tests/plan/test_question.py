"""What kind of question it is, about which moment, and what is left when the question around it is gone."""

import pytest

from needlecare.plan.question import Form, read

FORMS = [
    # what is typed, the form, the words left
    ("can I wash my hair", Form.MAY, "can i wash my hair"),
    ("how long until I can swim", Form.MAY, "swim"),
    ("how long before i can swim", Form.MAY, "swim"),
    ("how long should I wait to exercise", Form.MAY, "exercise"),
    ("how soon can i exercise", Form.MAY, "can i exercise"),
    ("how soon after microneedling can I exercise", Form.MAY, "can i exercise"),
    ("is it ok that my skin is red", Form.NORMAL, "skin is red"),
    ("still red", Form.MAY, "still red"),
    ("is it normal that my face is still red", Form.NORMAL, "face is still red"),
    ("is this normal", Form.NORMAL, ""),
    ("is my skin supposed to peel", Form.NORMAL, "skin supposed to peel"),
    ("why is my face swollen", Form.NORMAL, "face swollen"),
    ("my face is hot", Form.NORMAL, "face is hot"),
    ("how long will the redness last", Form.NORMAL, "redness"),
    ("when does the peeling stop", Form.NORMAL, "peeling"),
    ("when will I see results", Form.NORMAL, "results"),
    ("la roche posay cicaplast", Form.MAY, "la roche posay cicaplast"),
    ("i washed my face by accident", Form.MISTAKE, "washed my face"),
    ("I accidentally touched my face", Form.MISTAKE, "touched my face"),
    ("i forgot and went to the gym", Form.MISTAKE, "went to the gym"),
    ("I drank wine last night", Form.MISTAKE, "drank wine"),
    ("I had a glass of wine last night", Form.MISTAKE, "a glass of wine"),
    ("I already used retinol", Form.MISTAKE, "used retinol"),
    ("what if I already washed my face", Form.MISTAKE, "washed my face"),
    ("I went in the sauna is that bad", Form.MISTAKE, "went in the sauna"),
    ("oops I used vitamin c", Form.MISTAKE, "used vitamin c"),
    ("went for a run", Form.MISTAKE, "went for a run"),
    ("took ibuprofen before I knew", Form.MISTAKE, "took ibuprofen"),
    ("put makeup on my face", Form.MAY, "put makeup on my face"),  # put is what one may ask to do
    ("forgot my sunscreen", Form.MISTAKE, "my sunscreen"),
    ("I need to swim", Form.MAY, "i need to swim"),  # nothing was done yet
    ("can I use retinol", Form.MAY, "can i use retinol"),
    ("what's the earliest I can go to the gym", Form.MAY, "go to the gym"),
    ("would a quick dip hurt", Form.MAY, "a quick dip"),
    ("should I not wear makeup", Form.MAY, "wear makeup"),
    ("hi, I had microneedling on Saturday, can I swim", Form.MAY, "can i swim"),
    ("swim next week", Form.MAY, "swim"),  # the answer gives its date anyway
    ("is swimming ok at the weekend", Form.MAY, "is swimming ok"),
]


@pytest.mark.parametrize(("text", "form", "words"), FORMS)
def test_a_question_is_taken_apart(text: str, form: Form, words: str) -> None:
    question = read(text)
    assert (question.form, " ".join(question.words)) == (form, words)


MOMENTS = [
    # what is typed: day of the plan, hours after the treatment, when as it is typed
    ("is it normal to be red on day 3", 3, None, None),
    ("red on day ten", 10, None, None),
    ("red after 10 days", None, 240, None),
    ("can I swim 3 days after", None, 72, None),
    ("24 hours after microneedling can i wear makeup", None, 24, None),
    ("still red for two weeks", None, 336, None),
    ("can I swim 5 hours after", None, 5, None),
    ("makeup 12 hr after", None, 12, None),
    ("swim an hour after", None, 1, None),
    ("red after a day", None, 24, None),
    ("swim the day after", 1, None, None),
    ("swim a week after", None, 168, None),
    ("red after 3 months", None, 2160, None),  # of 30 days
    ("retinol the night before", None, -24, None),
    ("coffee an hour before", None, -1, None),
    ("retinol 2 weeks before my session", None, -336, None),
    ("red on day zero", 0, None, None),
    ("run tomorrow", None, None, "tomorrow"),
    ("swim on Friday at 6pm", None, None, "friday 6pm"),
    ("botox in two weeks", None, None, "in two weeks"),
    ("can I wear makeup the next day", 1, None, None),
    ("can I wear makeup straight after", None, 0, None),
    ("gym monday morning", None, None, "monday"),
    ("moisturise twice a day", None, None, None),  # a day is no date
    ("go for a hike", None, None, None),  # nor is an h an hour
    ("swim", None, None, None),
    ("retinol the week before", None, -168, None),
    ("alcohol 2 days before my treatment", None, -48, None),
    ("makeup to my appointment", None, -1, None),
    ("I went to the gym on Friday", None, None, None),  # that Friday is over
]


@pytest.mark.parametrize(("text", "day", "hours", "when"), MOMENTS)
def test_the_moment_in_a_question_is_found(
    text: str, day: int | None, hours: int | None, when: str | None
) -> None:
    question = read(text)
    assert (question.day, question.after_hours, question.when) == (day, hours, when)


@pytest.mark.parametrize(
    "text",
    [
        "is it bad to swim",
        "should I avoid the gym",
        "is it too early to run",
        "is sweating bad",
        "does it matter if I swim",
    ],
)
def test_a_question_that_expects_no_is_inverted(text: str) -> None:
    assert read(text).inverted
    assert not read("can I swim").inverted


@pytest.mark.parametrize(
    "text",
    ["cream my doctor prescribed", "prescribed tretinoin", "tablets from my gp", "retinol on prescription"],
)
def test_what_a_doctor_ordered_is_noticed(text: str) -> None:
    assert read(text).prescribed
    assert not read("cream").prescribed


@pytest.mark.parametrize("text", ["", "?", "\u2019", "is it normal", "a" * 5000, "yet " * 500])
def test_odd_text_is_read_too(text: str) -> None:
    assert read(text).form in Form


def test_what_a_doctor_ordered_is_known_as_such() -> None:
    assert read("my gp put me on aspirin 75mg").prescribed
    assert not read("my gp is nice").prescribed


def test_the_question_at_the_end_of_a_story_is_known() -> None:
    assert read("I'm in Spain with friends, can I swim").core == ("swim",)
    assert read("can I swim").core == ()
