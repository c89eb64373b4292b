"""The options that commands share, and what they mean: the zone, the clock, the treatment, the plan.

The clock and the time zone of the computer are read here.
"""

import os
from datetime import UTC, date, datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer
from msgspec.structs import replace

from needlecare import system
from needlecare.cli import terminal
from needlecare.cli.option_groups import OptionGroup
from needlecare.cli.typer_compat import Context
from needlecare.errors import UsageError, quoted
from needlecare.model import Plan, Schedule, SkinType, Treatment
from needlecare.output.terminal.screen import Screen
from needlecare.plan.combine import plan
from needlecare.plan.overrides import checked_overrides
from needlecare.storage.rule_files import BUILTIN, load_schedule
from needlecare.time.offsets import LAST_YEAR
from needlecare.time.parsing import DateOrder, ParsedWhen, Purpose, parse_when
from needlecare.time.zones import beginning, known_zone, zone_named

if TYPE_CHECKING:
    from needlecare.calendar.options import CalendarOptions
    from needlecare.storage.saved import SavedTreatment


def option(
    declared: str, help: str, *, panel: str | None = None, show_default: bool = False, **more: Any
) -> Any:
    """Declare an option: "--output -o FILE|-" gives its names and the placeholder of its value.

    Its default is shown in the help only if asked for: most options have none.
    """
    *names, last = declared.split()
    metavar = None if last.startswith("-") else last
    names = names if metavar else [*names, last]
    return typer.Option(
        *names, metavar=metavar, help=help, rich_help_panel=panel, show_default=show_default, **more
    )


treatment_option = partial(option, panel="The treatment")
look_option = partial(option, panel="How to look at it")
output_option = partial(option, panel="What comes out")


def argument(metavar: str, help: str) -> Any:
    """Declare an argument."""
    return typer.Argument(metavar=metavar, help=help, show_default=False)


def parse_skin_type(text: str | SkinType) -> SkinType | None:
    """Return the Fitzpatrick type that I-VI or 1-6 names; None for "unknown"."""
    if isinstance(text, SkinType):
        return text
    if text.strip().lower() == "unknown":
        return None
    try:
        return SkinType.of(text)
    except ValueError:
        raise typer.BadParameter(
            f"{quoted(text)} is not a Fitzpatrick skin type; write I to VI, 1 to 6 or unknown"
        ) from None


def _twelve_or_twenty_four(hours: int | None) -> int | None:
    if hours not in {None, 12, 24}:
        raise typer.BadParameter(f"{hours} is not a clock setting; write 12 (2:30 pm) or 24 (14:30)")
    return hours


When = Annotated[
    list[str] | None,
    argument(
        "WHEN",
        "When the treatment was or will be: 2026-11-21, 21 Nov 2026 2:30pm, yesterday 2pm, friday, "
        "3 days ago.",
    ),
]
Treated = Annotated[
    str | None,
    treatment_option("--treated WHEN", "When the treatment was or will be: 2026-11-21T14:30, yesterday 2pm."),
]
Prp = Annotated[
    bool, treatment_option("--prp/--no-prp", "With platelet-rich plasma (PRP).", show_default=True)
]
FitzpatrickType = Annotated[
    SkinType | None,
    treatment_option(
        "--skin-type I-VI",
        "Fitzpatrick I to VI or 1 to 6. Unknown: the stricter advice.",
        parser=parse_skin_type,
    ),
]
Scars = Annotated[bool, treatment_option("--scars/--no-scars", "Treatment of scars.", show_default=True)]
Zone = Annotated[
    str | None,
    treatment_option(
        "--tz ZONE",
        "IANA time zone, such as Europe/Berlin. Default: this computer's.",
        envvar="NEEDLECARE_TZ",
    ),
]
ScheduleName = Annotated[
    str,
    look_option(
        "--schedule NAME|FILE",
        "The rules to use: a built-in schedule or your own rule file.",
        show_default=True,
        envvar="NEEDLECARE_SCHEDULE",
    ),
]
Follow = Annotated[
    list[str] | None,
    look_option("--follow SOURCE", "Use only this source. Warning signs always stay. Repeatable."),
]
Overrides = Annotated[
    list[str] | None,
    treatment_option("--override RULE=DURATION", "Your clinic's word, such as makeup=PT72H. Repeatable."),
]
AsOf = Annotated[str | None, look_option("--as-of WHEN", "Pretend it is this date and time.")]
Dates = Annotated[
    DateOrder | None,
    look_option(
        "--dates",
        "03/04/2026 is 3 April (dmy) or 4 March (mdy).",
        envvar="NEEDLECARE_DATES",
        case_sensitive=False,
    ),
]
ClockHours = Annotated[
    int | None,
    look_option(
        "--clock 12|24",
        "Show times as 2:30 pm (12) or 14:30 (24). Default: as in your country; files use 24.",
        envvar="NEEDLECARE_CLOCK",
        callback=_twelve_or_twenty_four,
    ),
]
At = Annotated[
    str | None, look_option("--at WHEN", "Ask about another time, such as friday 6pm (the coming Friday).")
]
Json = Annotated[bool, output_option("--json", "Print the result as JSON.")]
NoColor = Annotated[bool, output_option("--no-color", "No colour (like NO_COLOR=1).")]


class PlanOptions(OptionGroup, frozen=True, kw_only=True):
    """Everything that decides a plan apart from the date of the treatment, and the time to look at it."""

    prp: Prp = False
    skin_type: FitzpatrickType = None
    scars: Scars = False
    tz: Zone = None
    schedule: ScheduleName = BUILTIN
    follow: Follow = None
    override: Overrides = None
    as_of: AsOf = None
    dates: Dates = None

    def treatment(self, treated: datetime | date, zone: ZoneInfo, rules: Schedule) -> Treatment:
        """Return the treatment at a moment (UTC) or on a date. Raises UsageError for a wrong --override."""
        return Treatment(
            treated=treated,
            zone=zone,
            prp=self.prp,
            skin_type=self.skin_type,
            scars=self.scars,
            overrides=checked_overrides(self.override or (), rules),
        )

    def completed_from(self, ctx: Context, known: "SavedTreatment | CalendarOptions") -> "PlanOptions":
        """Return the options with those of a known treatment in the place of what was not typed."""
        treatment = known.treatment
        values: dict[str, object] = {
            "tz": treatment.zone.key,
            "prp": treatment.prp,
            "skin_type": treatment.skin_type,
            "scars": treatment.scars,
            "schedule": known.schedule,
            "follow": list(known.follow),
            "override": [f"{override.rule}={override.offset.text}" for override in treatment.overrides],
        }
        return replace(self, **{name: value for name, value in values.items() if not was_typed(ctx, name)})


class PrintOptions(OptionGroup, frozen=True, kw_only=True):
    """How a result is printed: as JSON, or as text with or without colour."""

    json: Json = False
    no_color: NoColor = False

    @property
    def screen(self) -> Screen:
        """The screen for which a text is laid out."""
        return terminal.screen(colour=not self.no_color)


FIRST_YEAR_OF_CLOCK = 2026  # the year of needlecare's first version: an earlier clock must be wrong


def was_typed(ctx: Context, name: str) -> bool:
    """Whether an option was typed, and not only set in the environment."""
    source = ctx.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def use_clock(ctx: Context, hours: int | None, schedule: Schedule, *, as_terminal: bool = True) -> None:
    """Choose how times are shown: by --clock, else by the rule file, NEEDLECARE_CLOCK, or the terminal's locale.

    Without `as_terminal`, the locale counts only where terminal.local_clock asks for it: files use 24 hours.
    """
    chosen = hours if was_typed(ctx, "clock") else schedule.clock or hours
    if chosen is None and as_terminal and terminal.is_terminal():
        chosen = terminal.locale_clock()
    if chosen is not None:
        from needlecare.output.timing import choose_clock

        choose_clock(chosen)


class WrongClock(UsageError):
    """The computer's clock shows a time that cannot be right."""


def current_time() -> datetime:
    """Read the clock (UTC), without its seconds. Raises WrongClock."""
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    if not FIRST_YEAR_OF_CLOCK <= now.year <= LAST_YEAR:
        raise WrongClock(
            f"this computer's clock says {now:%Y-%m-%d %H:%M} UTC, which cannot be right; "
            "set it, or give the time with --as-of, such as --as-of 2026-11-21T14:30"
        )
    return now


def zone_of(name: str | None) -> ZoneInfo:
    """Return the zone of a name, or else this computer's. Raises UsageError.

    A computer without a time zone uses UTC, as its other clocks do; standard error says so.
    """
    if name is not None:
        return zone_named(name)
    configured = system.configured_zone()
    if configured is not None and (zone := known_zone(configured)) is not None:
        return zone
    try:
        detected = system.detected_zone()
        # Checked like --tz, so that a saved treatment can be read again.
        zone = zone_named("UTC" if detected is None else detected)
    except (system.ZoneNotFoundError, UsageError) as error:
        zone_named("UTC")  # if there is no time zone database at all, this reports it
        variable = os.environ.get("TZ")
        why = f"TZ is {quoted(variable)}" if variable else str(error).rstrip(".")
        raise UsageError(
            f"cannot work out this computer's time zone ({why}); give --tz, such as --tz Europe/Berlin"
        ) from None
    if detected is None:
        terminal.say(
            "This computer has no time zone set, so times are in UTC; give --tz, such as --tz Europe/Berlin."
        )
    return zone


def moment_of(
    text: str | None, zone: ZoneInfo, dates: DateOrder | None = None, *, say: bool = True
) -> datetime:
    """Return the moment (UTC) that --as-of names, or else now. A full date works without a right clock.

    Reports on standard error which date a word such as "friday" was read as, unless `say` is false.
    Raises UsageError.
    """
    if text is None:
        return current_time()
    parsed = parse_when(text, now=current_time, zone=zone, purpose=Purpose.MOMENT, order=dates)
    if say and parsed.relative:
        _report_reading(text, parsed, zone)
    return beginning(parsed.value, zone)


def date_of(
    text: str,
    *,
    now: datetime,
    zone: ZoneInfo,
    dates: DateOrder | None = None,
    purpose: Purpose = Purpose.TREATMENT,
) -> datetime | date:
    """Return the moment (UTC) or the date that was typed. Raises UsageError.

    Every output shows its day and month; the year of a date without one is reported on standard error.
    """
    parsed = parse_when(text, now=now, zone=zone, purpose=purpose, order=dates)
    if parsed.yearless:
        _report_reading(text, parsed, zone)
    return parsed.value


def moment_at(text: str, *, now: datetime, zone: ZoneInfo, dates: DateOrder | None = None) -> datetime:
    """Return the moment (UTC) that --at names. Raises UsageError."""
    return beginning(date_of(text, now=now, zone=zone, dates=dates, purpose=Purpose.MOMENT), zone)


def _report_reading(text: str, parsed: ParsedWhen, zone: ZoneInfo) -> None:
    """Report on standard error which date a text was read as."""
    from needlecare.output.timing import short_day, short_moment

    value = parsed.value
    read_as = short_moment(value, zone) if isinstance(value, datetime) else short_day(value)
    terminal.say(f"{quoted(text)} is {read_as}.")


def planned(when: str, chosen: PlanOptions) -> tuple[Plan, datetime]:
    """Make the plan that the options ask for, and return it with the moment (UTC) to look at it."""
    zone = zone_of(chosen.tz)
    now = moment_of(chosen.as_of, zone, chosen.dates)
    treated = date_of(when, now=now, zone=zone, dates=chosen.dates)
    rules = load_schedule(chosen.schedule)
    return plan(chosen.treatment(treated, zone, rules), rules, follow=chosen.follow or ()), now
