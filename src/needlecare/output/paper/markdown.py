"""The sheet of the handout as Markdown: CommonMark without raw HTML.

Every text of the rule file is escaped, also for GitHub's additions to CommonMark (tables, ~strikethrough~).
"""

import re
from collections.abc import Iterator
from datetime import datetime

from needlecare.model import Plan
from needlecare.output.paper.sheet import CHART, Chapter, Item, Sheet, source_text
from needlecare.output.wording import sentence

# A number sign can begin or end a heading.
_SPECIAL = re.compile(r"[\\`*_\[\]<>~|]|&(?=#?\w+;)|(?<![^ ])#")
# What begins a list, a rule or the line below a heading, at the start of a line.
_BLOCK = re.compile(r"^([+\-=]|\d{1,9}(?=[.)]))")


def markdown(plan: Plan, as_of: datetime, *, ref: str | None = None, sources: bool | None = None) -> str:
    """Write the sheet of a plan, made at a moment (UTC), as CommonMark; `ref` and `sources` are those of Sheet."""
    return "\n".join(_lines(Sheet(plan, as_of, ref=ref, sources=sources))) + "\n"


def _lines(sheet: Sheet) -> Iterator[str]:
    yield f"# {escaped(sheet.title)}"
    yield from ("", escaped(" ".join(sheet.facts)))
    if (clinic := sheet.clinic) is not None:
        yield from ("", escaped(" · ".join(filter(None, [clinic.name, clinic.telephone]))))
    for notice in filter(None, [*sheet.notices, sheet.legend()]):
        yield from ("", f"> {escaped(notice)}")
    for chapter in sheet.chapters:
        if chapter.key != CHART:  # Markdown has no picture of its own
            yield from _chapter(chapter)
    if sheet.sources:
        yield from ("", "## Sources", "")
    for source in sheet.sources:  # the publisher is enough: the address leads to the title
        what, who = source_text(source)
        yield f"- {escaped(' '.join(filter(None, [sentence(who or what), source.address])))}"
    yield from ("", escaped(sheet.colophon))


def _chapter(chapter: Chapter) -> Iterator[str]:
    yield from ("", f"## {escaped(chapter.heading)}")
    if chapter.parts:
        for text in chapter.lead:
            yield from ("", escaped(text))
    else:
        yield ""
        yield from (f"- {escaped(text)}" for text in chapter.lead)
    for part in chapter.parts:
        if part.label:
            yield from ("", f"### {escaped(part.label[:1].upper() + part.label[1:])}")
        yield ""
        yield from (f"- {_item(item)}" for item in part.items)


def _item(item: Item) -> str:
    aside = f" ({escaped(item.aside)})" if item.aside else ""
    advice = f": {escaped(item.advice)}" if item.advice else ""
    return f"**{escaped(item.name)}**{aside}{advice}"


def escaped(text: str) -> str:
    """Escape a text so that CommonMark shows it unchanged, on one line."""
    one_line = _SPECIAL.sub(r"\\\g<0>", " ".join(text.split()))
    # A sign that would begin a block is escaped; of a number with a dot, it is the dot.
    return _BLOCK.sub(lambda start: f"{start[0]}\\" if start[0].isdigit() else f"\\{start[0]}", one_line)
