"""needlecare why: the reason behind a rule, and who says what."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from needlecare.cli import options, terminal
from needlecare.cli.emergency import emergencies_first, tell_emergency
from needlecare.model import Treatment
from needlecare.plan.combine import plan
from needlecare.plan.overrides import checked_overrides
from needlecare.plan.question import read
from needlecare.plan.search import Vocabulary
from needlecare.storage.rule_files import load_schedule
from needlecare.time.zones import local, zone_named

EXAMPLES = """
Examples:

  needlecare why makeup
  needlecare why hot tub --treated 2026-11-21T14:30 --prp
  needlecare why direct-sun --skin-type V --json
"""

# A treatment far from any clock change, by which offsets are compared where no date is given.
_ANY_TREATMENT = datetime(2026, 1, 15, 12, tzinfo=UTC)


def why(
    rule: Annotated[
        list[str],
        typer.Argument(
            metavar="RULE",
            help="A rule, or a word for it: makeup, gym, hot tub.",
            show_default=False,
        ),
    ],
    treated: options.Treated = None,
    prp: options.Prp = False,
    skin_type: options.FitzpatrickType = None,
    scars: options.Scars = False,
    tz: options.Zone = None,
    schedule: options.ScheduleName = options.DEFAULT_SCHEDULE,
    follow: options.Follow = None,
    override: options.Overrides = None,
    as_of: options.AsOf = None,
    dates: options.Dates = None,
    json: options.Json = False,
) -> None:
    """Tell why a rule stands: the reason, the sum in words, every source, and what was set aside."""
    words = " ".join(rule)
    with emergencies_first(words, schedule, json=json, colour=True):
        rules = load_schedule(schedule)
    tell_emergency(words, rules, json=json, colour=True)
    vocabulary = Vocabulary(rules)
    exact = vocabulary.named(words)
    named = vocabulary.meant(read(words).words).rules if exact is None else (exact,)
    if treated is not None:
        made, now = options.planned(
            treated,
            prp=prp,
            skin_type=skin_type,
            scars=scars,
            tz=tz,
            schedule=rules,
            follow=follow,
            as_of=as_of,
            dates=dates,
            override=override,
        )
    else:
        treatment = Treatment(
            treated=_ANY_TREATMENT,
            zone=zone_named("UTC"),
            prp=prp,
            skin_type=skin_type,
            scars=scars,
            overrides=checked_overrides(override or (), rules),
        )
        made, now = (
            plan(treatment, rules, follow=follow or ()),
            options.moment_of(as_of, treatment.zone, dates),
        )
    from needlecare.output.terminal.why import Reason, why, why_json

    today = local(now, made.treatment.zone).date()
    planned = made.schedule.rules  # with the clinic's word, where --override gives one
    reasons = [
        Reason(rule=planned[one.id], plan=made, dated=treated is not None, today=today) for one in named
    ]
    if json:
        terminal.print_bytes(why_json(reasons).encode())
    else:
        terminal.print_text(why(reasons, terminal.screen().width))
