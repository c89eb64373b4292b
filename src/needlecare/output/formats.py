"""The formats in which a plan or a course is shown.

The code of a format is imported only when it is asked for: start-up is what people notice.
"""

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, assert_never

from needlecare.model import Detail, Plan, QuietHours, Reminders
from needlecare.output.terminal.screen import Screen

if TYPE_CHECKING:
    from needlecare.plan.course import Course


USUAL_QUIET = Reminders().quiet


class Format(StrEnum):
    """What --format offers for a plan; calendars have their own option, --ics."""

    TIMELINE = "timeline"
    PLAIN = "plain"
    MARKDOWN = "markdown"
    HTML = "html"
    SMS = "sms"
    JSON = "json"


def plan_text(  # noqa: PLR0913  no format needs all of them
    form: Format,
    plan: Plan,
    now: datetime,
    *,
    screen: Screen | None = None,
    ref: str | None = None,
    detail: Detail = Detail.DISCREET,
    quiet: QuietHours = USUAL_QUIET,
    sources: bool | None = None,
    name: str = "",
) -> str:
    """Render a plan at a moment (UTC) in a format. Without a screen, a timeline becomes sentences.

    `ref` is the clinic's reference, for a page and for text messages; `detail` and `quiet` are for text messages.
    `sources` decides whether a page lists the sources; by default, a page of a clinic does not. `name` is what its
    owner calls the treatment, which only the timeline and the sentences show.
    """
    match form:
        case Format.TIMELINE if screen is not None:
            from needlecare.output.terminal.timeline import timeline

            return timeline(plan, now, screen, name=name)
        case Format.PLAIN | Format.TIMELINE:
            from needlecare.output.sentences.plan import plan_sentences

            return plan_sentences(plan, now, name=name)
        case Format.MARKDOWN:
            from needlecare.output.paper.markdown import markdown

            return markdown(plan, now, ref=ref, sources=sources)
        case Format.HTML:
            from needlecare.output.paper.handout import handout

            return handout(plan, now, ref=ref, sources=sources)
        case Format.SMS:
            from needlecare.output.sms.messages import sms

            return sms(plan, now, ref=ref, detail=detail, quiet=quiet)
        case Format.JSON:
            from needlecare.output.json.plan import plan_json

            return plan_json(plan, now)
        case _:
            assert_never(form)


def course_text(
    form: Format,
    course: "Course",
    now: datetime,
    *,
    screen: Screen,
    session: int | None = None,
    name: str = "",
) -> str:
    """Render a course at a moment (UTC) in a format; `name` as in plan_text.

    With the number of a `session`, render only its plan, below a heading. JSON always has all sessions.
    """
    if form is Format.JSON:
        from needlecare.output.json.course import course_json

        return course_json(course, now)
    on_screen = form is Format.TIMELINE
    if session is not None:
        plan = course.sessions[session - 1].visible_plan
        heading = f"Session {session} of {len(course.sessions)}{'' if on_screen else '.'}"
        return f"{heading}\n{plan_text(form, plan, now, screen=screen)}"
    if on_screen:
        from needlecare.output.terminal.course import course_timeline

        return course_timeline(course, now, screen, name=name)
    from needlecare.output.sentences.course import course_sentences

    return course_sentences(course, now, name=name)
