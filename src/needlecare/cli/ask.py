"""Answering a question: what can, normal and why share."""

from datetime import datetime

import typer

from needlecare.cli import options, terminal
from needlecare.cli.emergency import answer_emergency
from needlecare.cli.options import PrintOptions
from needlecare.cli.saved_treatments import Current
from needlecare.errors import UsageError
from needlecare.model import Kind, Plan
from needlecare.plan.question import Question, read
from needlecare.plan.reply import Reply, moment_asked_about, reply
from needlecare.plan.search import NotUnderstood, Vocabulary
from needlecare.plan.signs import SignAnswer, Usual
from needlecare.time.parsing import DateOrder


def ask(
    words: str,
    current: Current,
    *,
    at: str | None,
    dates: DateOrder | None,
    sign: bool,
    style: PrintOptions,
) -> None:
    """Print the answer to a question about a plan. Exits with code 1 if the answer is no or "not usual".

    `sign`: the question is whether something is normal. Raises UsageError for words that are not understood.
    """
    plan, now = current.plan, current.now
    answer_emergency(words, plan.schedule, style)
    question = read(words)
    moment, named = _moment_of(question, plan, now, at, dates)
    try:
        found = reply(question, Vocabulary(plan.schedule), plan, moment, sign=sign)
    except NotUnderstood as error:
        raise not_understood(error, plan, sign=sign) from None
    print_reply(found, words, at=named, name=current.name, style=style)


def _moment_of(
    question: Question, plan: Plan, now: datetime, at: str | None, dates: DateOrder | None
) -> tuple[datetime, bool]:
    """Return the moment (UTC) that a question is about, and whether it is a different one from now."""
    typed = question.when if at is None else at
    if typed is not None:
        return options.moment_at(typed, now=now, zone=plan.treatment.zone, dates=dates), True
    moment = moment_asked_about(question, plan)
    return (now, False) if moment is None else (moment, True)


def print_reply(found: Reply, words: str, *, at: bool, name: str, style: PrintOptions) -> None:
    """Print an answer. Exits with code 1 unless something is allowed now, or usual at this stage."""
    screen = style.screen if terminal.is_terminal() else None
    answer = found.answer
    if isinstance(answer, SignAnswer):
        is_fine = answer.usual is Usual.USUAL
        if style.json:
            from needlecare.output.json.answers import normal_json

            terminal.print_bytes(normal_json(answer, words, at=at).encode())
        else:
            from needlecare.output.answers.normal import normal

            terminal.print_text(normal(answer, at=at, name=name, screen=screen))
    else:
        is_fine = answer.verdict.allowed
        if style.json:
            from needlecare.output.json.answers import can_json

            terminal.print_bytes(can_json(found, words, at=at).encode())
        else:
            from needlecare.output.answers.can import can

            terminal.print_text(can(found, at=at, name=name, screen=screen))
    if not is_fine:
        raise typer.Exit(1)


def not_understood(error: NotUnderstood, plan: Plan, *, sign: bool) -> UsageError:
    """Return the error for words that are not understood. `sign`: the question was whether something is normal.

    If one of the words may be a warning sign, the warning signs are listed too.
    """
    from needlecare.output.answers.can import not_understood_text

    text = not_understood_text(error, plan.schedule)
    if sign or any(rule.kind is Kind.WARNING for rule in error.near):
        from needlecare.output.answers.normal import watch_text

        text = f"{text}\n{watch_text(plan)}"
    return UsageError(text)
