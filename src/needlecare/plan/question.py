"""What somebody asks: which kind of question, about which time, and about what.

"Is it normal that my face is still red after 10 days?" asks whether something is usual, ten
days after the treatment, in the words "face red". Only English is here, nothing clinical.
"""

import re
from enum import StrEnum
from functools import cached_property

from msgspec import Struct

from needlecare.plan.language import PAST_FORMS, is_past_form, normalize, word_set


class Form(StrEnum):
    """What somebody wants to know."""

    MAY = "may I?"
    NORMAL = "is it normal?"
    MISTAKE = "I already did it"


class Question(Struct, frozen=True, kw_only=True):
    """A question, taken apart.

    `words` say what it is about: the question without what makes it one. `inverted`: "yes" would be misread ("is
    it bad to swim?"). `negated`: something has not happened ("no results yet"). At most one time is given: the `day`
    of the plan, the hours after the treatment, or `when` as a person types it ("friday 6pm"). `prescribed`: a doctor
    ordered it. `core` is the question at the end of a story ("I'm in Spain with friends, can I swim").
    """

    form: Form
    words: tuple[str, ...]
    inverted: bool = False
    negated: bool = False
    day: int | None = None
    after_hours: int | None = None
    when: str | None = None
    prescribed: bool = False
    core: tuple[str, ...] = ()


class _Pattern:
    """A regular expression that is compiled only when a question may match it: most questions match none.

    It is looked for only in words that begin with one of `first` (separated by spaces) or contain one of `within`
    (separated by "|", since a hint may contain spaces).
    """

    def __init__(self, text: str, *, first: str = "", within: str = "") -> None:
        self.text = text
        self.first = word_set(first)
        self.within = within

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        return re.compile(self.text)

    def search(self, words: str) -> re.Match[str] | None:
        if self.first and words.partition(" ")[0] not in self.first:
            return None
        if self.within:
            padded = f" {words} "
            if not any(hint in padded for hint in self.within.split("|")):
                return None
        return self.compiled.search(words)

    def cut(self, words: str) -> str:
        """Return words without the first match."""
        found = self.search(words)
        return words if found is None else _cut(words, found)

    def cut_all(self, words: str) -> str:
        """Return words without any match."""
        return words if self.search(words) is None else " ".join(self.compiled.sub(" ", words).split())


_NUMBERS = {
    word: number
    for number, word in enumerate(
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
    )
} | {"a": 1, "an": 1}
_NUMBER = rf"(?P<number>[0-9]{{1,3}}|{'|'.join(_NUMBERS)})"
_HOURS = {"hour": 1, "hr": 1, "h": 1, "day": 24, "week": 168, "month": 720}
_UNIT = r"(?P<unit>hour|hr|h|day|week|month)s?\b"
_NEEDLING = "(?:treatment|session|appointment|procedure|microneedling|needling)"
_TREATMENT = rf"(?: (?:my |the |having |getting )?{_NEEDLING})?"
_DAY = _Pattern(
    rf"\b(?:(?:on|at|by|im on|its|now|from) )?day {_NUMBER}\b"
    rf"(?: (?:after|post|of|since)\b{_TREATMENT})?",
    within="day ",
)
_LATER = _Pattern(
    rf"\b(?:(?:after|for|its been|at|within) (?:about |only |over |more than )?{_NUMBER} (?:full |whole )?{_UNIT}(?: (?:later|on|now|out))?"
    rf"|{_NUMBER.replace('number', 'number2')} {_UNIT.replace('unit', 'unit2')} (?:after|later|post|out|past|since|in|on)\b)"
    rf"(?: (?:after|post|since))?{_TREATMENT}",
    within="hour|hr|day|week|month| h ",
)
_AGO = _Pattern(
    rf"\b(?:(?:{_NUMBER}|few|couple of) (?:hour|hr|day|week|minute|min)s? ago|yesterday|last night|earlier(?: today)?"
    r"|this (?:morning|afternoon|evening)|today|the other day|at the weekend|(?:on )?the weekend)\b",
    within="ago|yesterday|night|earlier|morning|afternoon|evening|today|day|weekend",
)
_WEEKDAY = "monday|tuesday|wednesday|thursday|friday|saturday|sunday"
_EARLIER = _Pattern(
    rf"\b(?:the |a )?(?:{_NUMBER} )?{_UNIT.replace('|week', '|night|evening|morning|week')} before\b{_TREATMENT}"
    rf"|\b(?:before|to|for) (?:my |the ){_NEEDLING}\b",
    within=" before| to | for ",
)
# How people begin: "hi, I had microneedling on Saturday, and …".
_HAD_IT = _Pattern(
    r"^(?:(?:hi|hello|hey|so|ok|okay|please help) )*(?:i|we) (?:just |only )?(?:had|got|did)"
    rf" (?:my |a |the )?(?:(?:first|second|third|last|face|facial) )?(?:{_NEEDLING}|it)(?: done)?"
    rf"(?: (?:(?:on|this|last) )?(?:{_WEEKDAY}|morning|afternoon|week|weekend)| yesterday| today| this morning"
    rf"| {_NUMBER} {_UNIT} ago)?(?: (?:and|so|but|then))* (?=[a-z])",
    first="hi hello hey so ok okay please i we",
)
_AFTER_IT = _Pattern(
    rf"\b(?:after|following|post|since|from) (?:my |the |having |getting |a )?{_NEEDLING}\b",
    within="after|following|post|since|from",
)
_NEXT_DAY = _Pattern(r"\b(?:on |by )?(?:the )?(?:next day|day after|following day)\b", within="day")
# Times without a date. They are ignored: the answer gives a date, which shows whether something may be done then.
_SOME_TIME = _Pattern(
    r"\b(?:(?:for )?(?:next|later this|this|the coming) (?:week|month|weekend)|(?:at|on|over) the weekend"
    r"|later (?:today|on))\b",
    within="week|month|later",
)
_HOW_OFTEN = _Pattern(
    r"\b(?:once|twice|(?:two|three|four|[0-9]) times) (?:a|per) (?:day|week)\b|\b(?:every|each)(?: other| second)? (?:day|night|morning)\b"
    r"|\bfor (?:[0-9]{1,3}|a few|a couple of|a|one|five|ten) (?:min|minute|sec|second)s?\b",
    within="day|week|every|each| for ",
)
_AT_ONCE = _Pattern(
    r"\b(?:on )?(?:the same day|(?:straight|right|immediately|directly) (?:away|after|afterwards))\b",
    within="same day|away|after",
)
# Who prescribed it: such a question is for that doctor.
_DOCTOR = "doctor|dr|gp|dermatologist|derm|consultant|specialist|nurse|surgeon|physician|hospital"
_PRESCRIBED = _Pattern(
    rf"\b(?:that |which )?(?:my|the|a) (?:{_DOCTOR}) (?:has )?(?:prescribed|gave|told|recommended|ordered|put)(?: (?:me|it))?"
    r"(?: (?:on|to (?:use|take)))?\b"
    rf"|\b(?:prescribed|given|ordered) by (?:my|the|a) (?:{_DOCTOR})\b|\bfrom (?:my|the|a) (?:{_DOCTOR})\b"
    r"|\b(?:on )?prescription\b|\bprescribed\b",
    within=f"prescri|ordered by|given by|{_DOCTOR}",
)
_WHEN = _Pattern(
    rf"(?:\b(?:on|this|by|for) )?\b(?P<day>tomorrow|{_WEEKDAY}|in (?:[0-9]{{1,3}}|a|{'|'.join(_NUMBERS)}) (?:day|week|month)s?)(?: (?:morning|afternoon|evening|night))?"
    r"(?: ?(?:at |@ ?)?(?P<clock>[0-9]{1,2}(?:[:.][0-9]{2})? ?[ap]m|[0-9]{1,2}[:.][0-9]{2}))?[ ?.!]*$",
    within="tomorrow|day|week|month",
)
_HOW_LONG = _Pattern(
    r"^(?:whats|what is|whens|when is) the (?:earliest|soonest|first)(?: (?:time|day|date|moment))?(?: that| when)?"
    r" (?:i|we) (?:can|could|may)\b ?"
    r"|^how (?:long|soon|many (?:days|hours|weeks)|much longer)(?: is it)?(?: (?:do|should|must|would) (?:i|you|we))?"
    r"(?: (?:have|need))?(?: to)?(?: (?:wait|stay out of|stay away from|keep out of|avoid|stay off))? ?(?:until|till|before|to|after|for)?(?: (?:i|you|we) (?:can|could|may|should))?\b ?",
    first="how whats what whens when",
)
_INVERTED = _Pattern(
    r"^(?:is|would|was|will) (?:it|that|this) (?:be )?(?:really |very |so )?"
    r"(?:bad|dangerous|harmful|risky|unsafe|wrong|forbidden|unhealthy|a problem|a bad idea|a risk|too (?:soon|early))"
    r"(?: (?:to|if|for|when|that))?(?: me to)?\b ?"
    r"|^(?:will|does|would) (?:it|that) (?:hurt|harm|matter|be bad|affect anything)(?: if)?\b ?"
    r"|^is there (?:any |a )?(?:harm|risk|problem|danger|issue)(?: in| with| if)?\b ?"
    r"|^should (?:i|we|you) not\b ?"
    r"|^(?:should|must|do) (?:i|we|you) (?:still )?(?:need to |have to )?"
    r"(?:avoid|skip|stop|pause|give up|stay away from|keep away from|stay out of|keep out of|refrain from|quit|leave out)\b ?",
    first="is would was will does should must do",
)
_CORE = _Pattern(
    r"^.+\b(?:can|may|could|should) (?:i|we) (?P<core>.+)$", within=" can | may | could | should "
)
_CANNOT = _Pattern(
    r"^(?:why )?(?:cant|cannot|can not|shouldnt|should not|mustnt|must not|may not) (?:i|we|you)\b ?|^why (?:no|not)\b ?",
    first="why cant cannot can shouldnt should mustnt must may",
)
_INVERTED_END = _Pattern(
    r"^(?:is|are|would) (?P<thing>.+) (?:be )?(?:bad|harmful|dangerous|forbidden|risky|a problem|unsafe|a bad idea)(?: for (?:me|my skin|my face|it))?(?: now)?$"
    r"|^(?:would|could) (?P<other>.+) (?:hurt|harm(?: me| it)?|do (?:any )?(?:harm|damage))$",
    first="is are would could",
)
# One for each way to begin, since together they would take a hundredth of a command's time to compile.
_NORMAL = (
    _Pattern(
        r"^(?:so )?(?:is|are) (?:it|this|that|these|they) (?:totally |completely |still |really )?"
        r"(?:normal|usual|common|expected|typical|natural|to be expected|supposed to|a bad sign|concerning|worrying|serious)\b"
        r"(?: (?:that|to|if|for|when|be))*(?: (?:have|get|feel|see|be))* ?",
        first="so is are",
    ),
    _Pattern(
        r"^is it (?:ok|okay|fine|alright|bad) (?:that|if) (?:my|i am|im|i have|i still have)\b ?", first="is"
    ),
    _Pattern(r"^(?:normal|usual|common) (?:to|that|for)\b ?", first="normal usual common"),
    _Pattern(r"^(?:should|shouldnt|will|would) (?:my|the|your)\b ?", first="should shouldnt will would"),
    _Pattern(r"^(?:is|are|was) (?:my|the) ", first="is are was"),
    _Pattern(r"^why (?:is|are|does|do|has|have|am|did) (?:my|the|there|it|i)\b ?", first="why"),
    _Pattern(r"^how (?:long|much) (?:will|does|do|should|is) (?:my |the |this |it )?", first="how"),
    _Pattern(
        r"^when (?:will|does|do|should) (?:my |the |this |it |i (?:see|get|notice) )?",
        first="when",
    ),
    _Pattern(
        r"^(?:what if|help|worried|im worried|concerned)(?: (?:that|about|my|i))*\b ?",
        first="what help worried im concerned",
    ),
    _Pattern(
        r"^(?:my|the) (?=.* (?:is|are|has|have|feels|feel|looks|look|keeps|got|wont|isnt|doesnt)\b)",
        first="my the",
    ),
    _Pattern(
        r"^(?:i|ive|im) (?:have|got|am|keep|notice|noticed|see|getting|feel|developed|still have|still)\b ?",
        first="i ive im",
    ),
)
_NORMAL_END = _Pattern(
    r"(?:^| )(?:is (?:that|this|it) (?:normal|usual|ok|okay|bad|serious)|normal|a bad sign"
    r"|should i (?:worry|be worried|be concerned|call)|(?:go|goes|going) (?:away|down)|(?:supposed|meant) to"
    r"|(?:stop|settle|fade|last|heal|disappear|subside|calm down|wear off|take))$",
    within="normal|usual|is |sign|should i|away|down|supposed|meant|stop|settle|fade|last|heal|disappear|subside|off|take",
)
_MISTAKE = _Pattern(
    r"(?:^|\b)(?:by (?:accident|mistake)|on accident|accident(?:al)?ly|mistakenly|unintentionally|without (?:thinking|knowing)|not knowing|before i knew|i didnt know|oops|whoops"
    r"|(?:and )?(?:what (?:now|do i do|should i do|can i do)(?: now)?|(?<=.)\bis (?:that|this|it) (?:bad|ok|okay|a problem)$|did i ruin (?:it|everything))"
    r"|i (?:totally |completely )?forgot(?: (?:and|that|i was not allowed|i shouldnt|not to))+|^(?:sorry |help )?(?:i |ive )?(?:totally |completely )?forgot(?:ten)?(?: and| about| to)?)\b",
    within="accident|mistak|unintention|thinking|know|knew|oops|what |is that|is this|is it|ruin|forgot",
)
_FIRST_PERSON = _Pattern(
    r"^(?:sorry |so |help |ok |hi |what if |and if )*(?:i|ive|we|already)(?: have| already| just| only| totally| accidentally)* (?P<verb>[a-z]+)",
    first="sorry so help ok hi what and i ive we already",
)
_NEGATIONS = word_set(
    "no not nothing none without dont cant doesnt isnt arent havent hasnt wont didnt never yet"
)
_DROPPED_AFTER_I = word_set(
    "i ive we have had already just only totally accidentally sorry so help and then also was been did what if"
)


def read(text: str) -> Question:
    """Return what somebody asks."""
    lowered = " ".join(text.casefold().split())
    when = None
    if found := _WHEN.search(lowered):
        when = " ".join(filter(None, (found["day"], found["clock"])))
        lowered = lowered[: found.start()]
    words = normalize(lowered)
    words, day, hours = _moment(_HAD_IT.cut(words))
    words = _HOW_OFTEN.cut(_SOME_TIME.cut(_AFTER_IT.cut(words)))
    form, inverted = Form.MAY, False
    first_person = _FIRST_PERSON.search(words)
    if _MISTAKE.search(words):
        form, words = Form.MISTAKE, _MISTAKE.cut_all(words)
    elif words.partition(" ")[0] in PAST_FORMS or (first_person and is_past_form(first_person["verb"])):
        form = Form.MISTAKE
    if form is Form.MISTAKE:
        when = None  # it has already happened, on the past Friday; the answer is about now
        words = " ".join(_without_first_person(_AGO.cut_all(words).split()))
    elif (without := _INVERTED.cut(_CANNOT.cut(words))) != words:
        words, inverted = without, True
    elif (found := _INVERTED_END.search(words)) and (thing := found["thing"] or found["other"]) not in {
        "it",
        "that",
        "this",
    }:
        words, inverted = thing, True
    elif (without := _HOW_LONG.cut(words)) != words and not _NORMAL_END.search(without):
        words = without
    elif (without := _without_normal(words)) != words:
        form, words = Form.NORMAL, without
    without_doctor = _PRESCRIBED.cut_all(words)
    prescribed = without_doctor != words and bool(without_doctor.strip())
    core = _CORE.search(words)
    tokens = tuple((without_doctor if prescribed else words).split())
    return Question(
        form=form,
        words=tokens,
        inverted=inverted,
        negated=not _NEGATIONS.isdisjoint(tokens),
        day=day,
        after_hours=hours,
        when=when,
        prescribed=prescribed,
        core=tuple(core["core"].split()) if core else (),
    )


def _moment(words: str) -> tuple[str, int | None, int | None]:
    """Return words without a time relative to the treatment, the day that they name, and the hours."""
    if found := _EARLIER.search(words):
        number, unit = found["number"] or "1", found["unit"]
        hours = -_number(number) * _HOURS.get(unit, 24) if unit else -1
        return _cut(words, found), None, hours
    if found := _DAY.search(words):
        return _cut(words, found), _number(found["number"]), None
    if found := _NEXT_DAY.search(words):
        return _cut(words, found), 1, None
    if found := _AT_ONCE.search(words):
        return _cut(words, found), None, 0
    if found := _LATER.search(words):
        number, unit = found["number"] or found["number2"], found["unit"] or found["unit2"]
        return _cut(words, found), None, _number(number) * _HOURS[unit]
    return words, None, None


def _cut(words: str, found: re.Match[str]) -> str:
    return " ".join(f"{words[: found.start()]} {words[found.end() :]}".split())


def _number(text: str) -> int:
    return _NUMBERS[text] if text in _NUMBERS else int(text)


def _without_normal(words: str) -> str:
    """Return words without "is it normal that" and the like, at both ends."""
    before = ""
    while words != before:
        before, words = words, _NORMAL_END.cut(words)
        words = next((normal.cut(words) for normal in _NORMAL if normal.search(words)), words)
    return words


def _without_first_person(tokens: list[str]) -> list[str]:
    while tokens and tokens[0] in _DROPPED_AFTER_I:
        tokens = tokens[1:]
    while tokens and tokens[-1] in {"and", "so", "already"}:
        tokens = tokens[:-1]
    return tokens
