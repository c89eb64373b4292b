"""Answers to questions as JSON: "may I?", "is this normal?", "why?", and emergencies."""

from collections.abc import Sequence

from needlecare.model import Rule, Schedule, Window
from needlecare.output.answers.alarm import alarm_line
from needlecare.output.answers.can import AnswerWording, override_notes
from needlecare.output.answers.normal import SignWording
from needlecare.output.answers.why import Reason, calculation
from needlecare.output.json.parts import (
    Json,
    about_json,
    json_text,
    note_json,
    recommendation_json,
    schedule_json,
    source_json,
    treatment_json,
    window_json,
    window_summary_json,
)
from needlecare.output.standing import standing_text
from needlecare.output.wording import whole_sentence
from needlecare.plan.answer import Answer, Ruling
from needlecare.plan.combine import begins, placed_recommendations, review_notes
from needlecare.plan.emergency import Urgency
from needlecare.plan.overview import Overview, windows_of
from needlecare.plan.reply import Reply
from needlecare.plan.signs import Sign, SignAnswer, Usual
from needlecare.time.zones import local


def can_json(reply: Reply, asked: str, *, at: bool = False) -> str:
    """Write the answer to "may I?" as JSON. `asked` is what was typed; `at`: about another time than now."""
    words = AnswerWording(reply, at=at)
    answer = words.answer
    plan = answer.plan
    day = local(answer.moment, plan.treatment.zone).date()
    return json_text(
        {
            **about_json(plan, answer.moment),
            "asked": asked,
            "answer": answer.verdict.value,
            "allowed": answer.verdict.allowed,
            "mistake": words.mistake,
            "first": list(answer.first),
            "text": " ".join(words.rows()),
            "rules": [
                {
                    "verdict": ruling.verdict and ruling.verdict.value,
                    "decides": ruling in answer.deciding,
                    **_window_json(ruling, answer),
                }
                for ruling in answer.rulings
            ],
            "notes": [note_json(n) for n in (*review_notes(plan.schedule, day), *override_notes(answer))],
            "standing": {name: standing_text(name, plan.schedule) for name in words.standing()},
        }
    )


def normal_json(answer: SignAnswer, asked: str, *, at: bool = False) -> str:
    """Write the answer to "is this normal?" as JSON; `asked` and `at` as for can_json."""
    return json_text(
        {
            **about_json(answer.plan, answer.moment),
            "asked": asked,
            "answer": answer.usual.value,
            "usual": answer.usual is Usual.USUAL,
            "text": " ".join(SignWording(answer, at=at).rows()),
            "signs": [{"usual": sign.usual.value, **_window_json(sign, answer)} for sign in answer.signs],
            "watch": [_rule_json(rule) for rule in (*answer.watch, *answer.others)],
            "standing": _standing(answer),
        }
    )


def today_json(view: Overview) -> str:
    """Write what is normal now and soon, and which signs to call about, as JSON."""
    zone = view.plan.treatment.zone
    return json_text(
        {
            **about_json(view.plan, view.as_of),
            "now": [window_summary_json(window, view.as_of, zone) for window in view.normal_now],
            "soon": [
                window_summary_json(window, view.as_of, zone) for window in windows_of(view.normal_soon)
            ],
            "watch": [_rule_json(window.rule) for window in view.call_now],
            "standing": _standing(view),
        }
    )


def alarm_json(level: Urgency, schedule: Schedule, asked: str) -> str:
    """Write the answer to an emergency as JSON; `asked` is what was typed."""
    return json_text(
        {
            "schedule": schedule_json(schedule),
            "asked": asked,
            "answer": level.value,
            "allowed": False,
            "text": alarm_line(level, schedule),
            "standing": {level.value: standing_text(level.value, schedule)},
        }
    )


def why_json(reasons: Sequence[Reason]) -> str:
    """Write why some rules exist, as JSON."""
    plan, dated = reasons[0].plan, reasons[0].dated
    return json_text(
        {
            "schedule": schedule_json(plan.schedule),
            "treatment": treatment_json(plan.treatment) if dated else None,
            "rules": [_reason_json(reason) for reason in reasons],
            "notes": [note_json(note) for note in review_notes(plan.schedule, reasons[0].today)],
            "standing": {"general": standing_text("general", plan.schedule)},
        }
    )


def _reason_json(reason: Reason) -> Json:
    rule, plan, window = reason.rule, reason.plan, reason.window
    sources = plan.schedule.sources
    return {
        "rule": rule.id,
        "kind": rule.kind.value,
        "title": rule.title,
        "advice": rule.advice,
        "why": rule.why,
        "then": rule.then,
        "covers": list(rule.covers),
        "after": rule.after,
        "medicine": rule.medicine,
        "arithmetic": list(calculation(reason)),
        "recommendations": [
            {**recommendation_json(claim), "cited": source_json(sources[claim.recommendation.source])}
            for claim in placed_recommendations(rule, plan)
        ],
        "window": window_json(window, begins(plan), plan.treatment.zone) if window and reason.dated else None,
    }


def _window_json(meant: Ruling | Sign, answer: Answer | SignAnswer) -> Json:
    """Return the window of a rule that was meant. A rule without one has the same keys, with null for its times."""
    window = meant.window or Window(rule=meant.rule)
    facts = window_summary_json(window, answer.moment, answer.plan.treatment.zone)
    return facts if meant.window else {**facts, "status": None}


def _standing(view: SignAnswer | Overview) -> Json:
    schedule = view.plan.schedule
    return {name: standing_text(name, schedule) for name in ("call", "emergency", "general")}


def _rule_json(rule: Rule) -> Json:
    return {"rule": rule.id, "title": whole_sentence(rule.title), "advice": rule.advice}
