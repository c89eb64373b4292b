"""needlecare why: the reason behind a rule, and who says what."""

import re
from datetime import UTC, datetime
from typing import Annotated

import typer

from needlecare.cli import options, terminal
from needlecare.cli.ask import not_understood, print_reply
from needlecare.cli.emergency import answer_emergency, emergencies_first
from needlecare.cli.saved_treatments import current_plan, load_saved
from needlecare.model import Plan, Rule
from needlecare.plan.combine import plan
from needlecare.plan.question import read
from needlecare.plan.reply import reply
from needlecare.plan.search import NotUnderstood, Vocabulary
from needlecare.plan.signs import SignAnswer
from needlecare.storage.rule_files import load_schedule
from needlecare.time.zones import local, zone_named

EXAMPLES = """
  needlecare why makeup
  needlecare why hot tub --treated 2026-11-21T14:30 --prp
  needlecare why direct-sun --skin-type V --json
"""

# Used to compare offsets if no date is given: a treatment far from any clock change.
_ANY_TREATMENT = datetime(2026, 1, 15, 12, tzinfo=UTC)
_NO = re.compile(r"^(?:no|not) ", re.IGNORECASE)  # "why no makeup" asks for the reason, not whether


def why(
    ctx: typer.Context,
    *,
    rule: Annotated[list[str], options.argument("RULE", "A rule, or a word for it: makeup, gym, hot tub.")],
    treated: options.Treated = None,
    chosen: options.PlanOptions,
    clock: options.ClockHours = None,
    style: options.PrintOptions,
) -> None:
    """Explain a rule: why it exists, how its dates are calculated, and which sources say so.

    Uses the saved treatment, or --treated WHEN. Without either, it gives times counted from the treatment.
    """
    words = " ".join(rule)
    with emergencies_first(words, chosen.schedule, style):
        dated = treated is not None or bool(load_saved())
        if dated:
            current = current_plan(ctx, treated, chosen)
            made, now, name = current.plan, current.now, current.name
        else:
            name = ""
            rules, zone = load_schedule(chosen.schedule), zone_named("UTC")
            treatment = chosen.treatment(_ANY_TREATMENT, zone, rules)
            made = plan(treatment, rules, follow=chosen.follow or ())
            now = options.moment_of(chosen.as_of, zone, chosen.dates)
    options.use_clock(ctx, clock, made.schedule)
    answer_emergency(words, made.schedule, style)
    named = _rules(words, made, now, name, style=style, dated=dated)
    from needlecare.output.answers.why import Reason, why

    today = local(now, made.treatment.zone).date()
    reasons = [Reason(rule=meant, plan=made, dated=dated, today=today, name=name) for meant in named]
    if style.json:
        from needlecare.output.json.answers import why_json

        terminal.print_bytes(why_json(reasons).encode())
    else:
        terminal.print_text(why(reasons, style.screen))


def _rules(
    words: str, made: Plan, now: datetime, name: str, *, style: options.PrintOptions, dated: bool
) -> tuple[Rule, ...]:
    """Return the rules that words mean: the one with that id or title, or all that match.

    Words for a sign that are not the name of a rule are answered as needlecare normal does, and end the
    command. Raises UsageError for words that are not understood.
    """
    vocabulary = Vocabulary(made.schedule)
    if (exact := vocabulary.named(words)) is not None:
        return (exact,)
    question = read(_NO.sub("", words))
    try:
        if dated:
            found = reply(question, vocabulary, made, now)
            if isinstance(found.answer, SignAnswer):
                print_reply(found, words, at=False, name=name, style=style)
                raise typer.Exit
        return vocabulary.meant(question.words).rules
    except NotUnderstood as error:
        raise not_understood(error, made, sign=False) from None
