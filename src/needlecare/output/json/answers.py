"""Answers to questions as JSON: "may I?", "is this normal?", and emergencies."""

from needlecare.model import Rule, Schedule, Window
from needlecare.output.json.plan import (
    Json,
    iso,
    json_text,
    note_json,
    schedule_json,
    treatment_json,
    window_summary_json,
)
from needlecare.output.standing import standing_text
from needlecare.output.terminal.alarm import alarm_line
from needlecare.output.terminal.can import AnswerWording, override_notes
from needlecare.output.terminal.normal import SignWording
from needlecare.output.wording import whole_sentence
from needlecare.plan.answer import Answer, Ruling
from needlecare.plan.combine import review_notes
from needlecare.plan.emergency import Alarm
from needlecare.plan.reply import Reply
from needlecare.plan.signs import Sign, SignAnswer, Today, Usual
from needlecare.time.zones import local


def can_json(reply: Reply, asked: str, *, at: bool = False) -> str:
    """Write the answer to "may I?" as JSON; `asked` is what was typed, `at` is that of can()."""
    words = AnswerWording(reply, at=at)
    answer = words.answer
    zone = answer.plan.treatment.zone
    schedule = answer.plan.schedule
    day = local(answer.moment, zone).date()
    return json_text(
        {
            "schedule": schedule_json(schedule),
            "treatment": treatment_json(answer.plan.treatment),
            "as_of": iso(answer.moment, zone),
            "asked": asked,
            "answer": answer.verdict.value,
            "allowed": answer.verdict.allowed,
            "mistake": words.mistake,
            "first": list(answer.first),
            "text": " ".join(words.rows()),
            "rules": [_ruling_json(ruling, answer) for ruling in answer.rulings],
            "notes": [note_json(n) for n in (*review_notes(schedule, day), *override_notes(answer))],
            "standing": {name: standing_text(name, schedule) for name in words.standing()},
        }
    )


def normal_json(answer: SignAnswer, asked: str, *, at: bool = False) -> str:
    """Write the answer to "is this normal?" as JSON; `asked` is what was typed."""
    plan = answer.plan
    return json_text(
        {
            "schedule": schedule_json(plan.schedule),
            "treatment": treatment_json(plan.treatment),
            "as_of": iso(answer.moment, plan.treatment.zone),
            "asked": asked,
            "answer": answer.usual.value,
            "usual": answer.usual is Usual.USUAL,
            "text": " ".join(SignWording(answer, at=at).rows()),
            "signs": [_sign_json(sign, answer) for sign in answer.signs],
            "watch": [_rule_json(rule) for rule in (*answer.watch, *answer.others)],
            "standing": _standing(answer),
        }
    )


def today_json(view: Today) -> str:
    """Write what is usual at a moment, and when to call, as JSON."""
    plan, zone = view.plan, view.plan.treatment.zone
    return json_text(
        {
            "schedule": schedule_json(plan.schedule),
            "treatment": treatment_json(plan.treatment),
            "as_of": iso(view.moment, zone),
            "now": [window_summary_json(window, view.moment, zone) for window in view.now],
            "soon": [window_summary_json(window, view.moment, zone) for window in view.soon],
            "watch": [_rule_json(rule) for rule in view.watch],
            "standing": _standing(view),
        }
    )


def alarm_json(level: Alarm, schedule: Schedule, words: str) -> str:
    """Write the answer to an emergency as JSON; `words` is what was typed."""
    return json_text(
        {
            "schedule": schedule_json(schedule),
            "asked": words,
            "answer": level.value,
            "allowed": False,
            "text": alarm_line(level, schedule),
            "standing": {level.value: standing_text(level.value, schedule)},
        }
    )


def _ruling_json(ruling: Ruling, answer: Answer) -> Json:
    """Return a rule that was meant, with its window; without one, its times are null."""
    rule = ruling.rule
    window = ruling.window or Window(rule=rule)
    said = {"verdict": ruling.verdict and ruling.verdict.value, "decides": ruling in answer.deciding}
    facts = window_summary_json(window, answer.moment, answer.plan.treatment.zone)
    if ruling.window is None:
        facts["status"] = None
    return {**said, **facts}


def _standing(view: SignAnswer | Today) -> Json:
    schedule = view.plan.schedule
    return {name: standing_text(name, schedule) for name in ("call", "emergency", "general")}


def _sign_json(sign: Sign, answer: SignAnswer) -> Json:
    window = sign.window or Window(rule=sign.rule)
    facts = window_summary_json(window, answer.moment, answer.plan.treatment.zone)
    if sign.window is None:
        facts["status"] = None
    return {"usual": sign.usual.value, **facts}


def _rule_json(rule: Rule) -> Json:
    return {"rule": rule.id, "title": whole_sentence(rule.title), "advice": rule.advice}
