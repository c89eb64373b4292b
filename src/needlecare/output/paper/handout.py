"""The handout: one self-contained HTML page, for the screen of a phone and for paper.

It has no script, font or picture from elsewhere: the style is in the page, the chart is inline SVG, and a
content security policy forbids everything else. `sheet.py` decides what it says; this module lays it out.
Every text of the rule file is escaped. The page is also well-formed XML, so that any parser can check it.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from html import escape

from needlecare import __version__
from needlecare.model import Plan, Source
from needlecare.output.paper.chart import chart
from needlecare.output.paper.sheet import CHART, Chapter, Item, Part, Sheet, source_text
from needlecare.output.wording import sentence

# A number that can be dialled: no brackets (the "(0)" in "+49 (0)30" must not be dialled) and no words.
_DIALLED = re.compile(r"\+?[0-9][0-9 ./-]*")
_WEB_ADDRESS = re.compile(r"(?:https://)?((?:[a-z0-9-]+\.)+[a-z]{2,}(?:[/?#][^\s]*)?)", re.IGNORECASE)

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"

# How many letters fit on two printed pages: in normal print, and in small print. With more, the page leaves things out.
_NORMAL_PRINT, _SMALL_PRINT = 7500, 14000

# All colours, so that a test can calculate the contrasts on a light and on a dark screen. Bars keep their meaning
# in grey (dark, broken and open), and the text says the same. Paper always uses the light colours.
_LIGHT = """--paper: #ffffff; --pale: #f1f5f6; --blush: #fdf2f1; --ink: #1c2529; --quiet: #435158;
  --accent: #0b5563; --alarm: #8f1d1d; --go: #1b5e20; --line: #c9d3d7;"""
_DARK = """--paper: #14191b; --pale: #20282b; --blush: #301a1a; --ink: #e9eef0; --quiet: #b4c0c5;
  --accent: #8ed0de; --alarm: #ffb3ab; --go: #a5d6a7; --line: #48545a;"""
_STYLE = (
    f"""
:root {{ color-scheme: light dark; {_LIGHT} }}
@media screen and (prefers-color-scheme: dark) {{ :root {{ {_DARK} }} }}
"""
    """
* { box-sizing: border-box; }
html { background: var(--paper); color: var(--ink); -webkit-text-size-adjust: 100%; text-size-adjust: 100%;
  font: 100%/1.5 "Helvetica Neue", Helvetica, Arial, "Liberation Sans", "DejaVu Sans Condensed", sans-serif;
  font-size-adjust: .519; /* Arial's: what stands in for it looks as large, and takes no more room */ }
body { margin: 0 auto; padding: 1.25rem 1rem 2rem; max-width: 46rem; overflow-wrap: break-word; }
h1, h2, h3, p, ul, figure { margin: 0; }
h1 { font-size: 1.6rem; line-height: 1.2; color: var(--accent); }
h2 { font-size: 1.2rem; line-height: 1.25; color: var(--accent); margin: 1.75rem 0 .5rem;
  padding-bottom: .15rem; border-bottom: 2px solid var(--accent); }
h3 { font-size: 1rem; margin: .9rem 0 .2rem; }
ul { padding-left: 1.15rem; }
li { margin: .2rem 0; }
.when { color: var(--quiet); }
header { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: baseline; gap: 0 1rem; }
.clinic { font-weight: bold; }
.facts, .notice { flex-basis: 100%; }
.notice { background: var(--pale); border-left: .25rem solid var(--accent); padding: .4rem .7rem; margin-top: .6rem; }
.legend { color: var(--quiet); }
.call { background: var(--blush); border: 2px solid var(--alarm); border-radius: .3rem; margin-top: 1rem;
  padding: .2rem .9rem .8rem; }
.call h2 { color: var(--alarm); border-color: var(--alarm); margin-top: .6rem; }
.emergency { font-weight: bold; font-size: 1.1rem; }
figure { margin: .6rem 0; }
svg { display: block; width: 100%; max-width: 30rem; height: auto; }
svg text { font-size: 11px; fill: var(--ink); }
svg .section { font-weight: bold; }
svg .day { font-size: 10px; fill: var(--quiet); }
svg .grid { stroke: var(--line); stroke-width: 1; }
svg .bar { stroke: var(--alarm); stroke-width: 7; }
svg .differs { stroke-dasharray: 1.5 2; }
svg .do { fill: none; stroke: var(--go); stroke-width: 1; }
svg .over { fill: var(--ink); }
a { color: inherit; }
footer { color: var(--quiet); margin-top: 1.75rem; font-size: .85rem; }
footer h2 { color: var(--quiet); border-color: var(--line); border-width: 1px; font-size: 1rem; margin-top: 0; }
@page { margin: 10mm 11mm 12mm;
  @bottom-right { content: counter(page) " / " counter(pages); font: 7pt Arial, sans-serif; color: #435158; } }
@page full { margin: 6mm 7mm 8mm; }
@media print {
  html { font-size: 9.5pt; line-height: 1.17; }
  body { max-width: none; padding: 0; orphans: 2; widows: 2; }
  h1 { font-size: 15pt; }
  h2 { font-size: 11pt; margin: 2.2mm 0 .6mm; padding-bottom: .2mm; border-bottom-width: 1pt; }
  h3 { font-size: 1rem; margin: 1mm 0 .1mm; color: var(--accent); }
  h2, h3, .legend { break-after: avoid; }
  ul { padding: 0; list-style: none; }
  li { margin: .2mm 0; padding-left: 2.2mm; text-indent: -2.2mm; break-inside: avoid; }
  .alone { margin: 1mm 0 .2mm; padding-left: 2.2mm; text-indent: -2.2mm; break-inside: avoid; }
  .alone h3, .alone ul, .alone li { display: inline; padding: 0; }
  .alone h3::after { content: " · "; }
  main { columns: 2; column-gap: 6mm; column-rule: .5pt solid var(--line); }
  main > :nth-child(2) h2 { margin-top: 1mm; }
  figure { margin: 1mm 0; break-inside: avoid; }
  svg { max-width: none; }
  svg, .notice, .call { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
  .notice { padding: .6mm 2mm; margin-top: 1mm; }
  .call { column-span: all; padding: .4mm 2mm 1mm; margin: 1.5mm 0 1mm; border-width: 1pt; break-inside: avoid; }
  .call h2 { margin-top: .6mm; }
  .call ul { columns: 2; column-gap: 6mm; }
  .emergency { font-size: 1.1em; }
  a { text-decoration: none; }
  footer { margin-top: 1.5mm; font-size: 7.5pt; line-height: 1.15; }
  footer h2 { font-size: 8pt; border: 0; margin: 0; }
  footer .what { display: none; }
  footer li { display: inline; padding: 0; }
  /* A full sheet takes the edges of the paper, and leaves out what is only good to know and what its chart
     shows; the screen has it all. */
  .full { page: full; }
  .full main, .full .call { font-size: 9pt; line-height: 1.08; }
  .full main { column-gap: 4mm; }
  .full svg { max-width: 82mm; }
  .full footer { margin-top: .5mm; }
  .full .notice { padding: .2mm 2mm; margin-top: .5mm; }
  .full h2 { margin-top: .9mm; margin-bottom: .3mm; }
  .full .emergency { font-size: 1em; }
  .full h3, .full .alone { margin-top: .4mm; }
  .full li { margin: .05mm 0; }
  .full h3 + ul { display: inline; }
  .full h3, .full h3 + ul > li:first-child { display: inline; padding: 0; }
  .full h3::after { content: " · "; }
  .full section > div { padding-left: 2.2mm; text-indent: -2.2mm; }
  .full section > div li { padding-left: 0; }
  .full .later li, .full .always li { display: inline; padding: 0; }
  .full .later li::after { content: ". "; }
  .full .dont .some, .full .later .advice, .full .good-to-know { display: none; }
  /* With the preparation it is fuller still. */
  .fuller .normal li { display: inline; padding: 0; }
  .fuller .normal li::after { content: ". "; }
  .fuller .days, .fuller .normal .some, .fuller .normal .advice, .fuller footer ul, .fuller footer h2 {
    display: none; }
}
"""
)


def handout(plan: Plan, as_of: datetime, *, ref: str | None = None, sources: bool | None = None) -> str:
    """Write a plan as a page to print, made at a moment (UTC). It has the whole plan, even what has ended.

    `ref` and `sources` are those of Sheet.
    """
    return "\n".join(_page(Sheet(plan, as_of, ref=ref, sources=sources))) + "\n"


def _page(sheet: Sheet) -> Iterator[str]:
    yield "<!DOCTYPE html>"
    yield '<html lang="en">'
    yield "<head>"
    yield '<meta charset="utf-8" />'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1" />'
    yield f'<meta http-equiv="Content-Security-Policy" content="{_text(_POLICY)}" />'
    yield f'<meta name="generator" content="needlecare {_text(__version__)}" />'
    yield '<meta name="referrer" content="no-referrer" />'
    yield '<meta name="robots" content="noindex" />'
    yield f"<title>{_text(sheet.title)}</title>"
    yield f"<style>{_STYLE}</style>"
    yield "</head>"
    letters = _letters(sheet)
    classes = "full fuller" if letters > _SMALL_PRINT else "full" if letters > _NORMAL_PRINT else ""
    yield f'<body class="{classes}">' if classes else "<body>"
    yield "<header>"
    yield f"<h1>{_text(sheet.title)}</h1>"
    if (clinic := sheet.clinic) is not None:
        named = filter(None, [_text(clinic.name), _telephone(clinic.telephone)])
        yield f'<p class="clinic">{" · ".join(named)}</p>'
    yield f'<p class="facts">{_text(" ".join(sheet.facts))}</p>'
    yield from (f'<p class="notice">{_text(notice)}</p>' for notice in sheet.notices)
    yield "</header>"
    yield "<main>"
    for chapter in sheet.chapters:
        yield from _chapter(chapter, sheet)
    yield "</main>"
    yield "<footer>"
    if sheet.sources:
        yield '<h2 id="sources">Sources</h2>'
        yield '<ul aria-labelledby="sources">'
        yield from (f"<li>{_source(source)}</li>" for source in sheet.sources)
        yield "</ul>"
    yield f"<p>{_text(sheet.colophon)}</p>"
    yield "</footer>"
    yield "</body>"
    yield "</html>"


def _letters(sheet: Sheet) -> int:
    """Count the letters to print, apart from the sources: paper leaves out their titles."""
    items = [item for chapter in sheet.chapters for part in chapter.parts for item in part.items]
    leads = [text for chapter in sheet.chapters for text in chapter.lead]
    return sum(len(item.name) + len(item.aside) + len(item.advice) for item in items) + sum(map(len, leads))


def _chapter(chapter: Chapter, sheet: Sheet) -> Iterator[str]:
    yield f'<section class="{chapter.key}" aria-labelledby="{chapter.key}">'
    yield f'<h2 id="{chapter.key}">{_text(chapter.heading)}</h2>'
    if chapter.key == CHART:
        yield from ("<figure>", *chart(sheet.plan, sheet.dont, sheet.do, sheet.disputed), "</figure>")
        yield f'<p class="legend">{_text(" ".join([*chapter.lead, sheet.legend()]))}</p>'
    elif chapter.parts:
        for number, text in enumerate(chapter.lead):
            yield f'<p class="emergency">{_text(text)}</p>' if number == 0 else f"<p>{_text(text)}</p>"
    else:
        yield from ("<ul>", *(f"<li>{_text(text)}</li>" for text in chapter.lead), "</ul>")
    for part in chapter.parts:
        yield from _part(part)
    yield "</section>"


def _part(part: Part) -> Iterator[str]:
    alone = part.label and len(part.items) == 1  # on paper, a date and a single item share a line
    yield '<div class="alone">' if alone else "<div>"
    if part.label:
        yield f"<h3>{_text(part.label[:1].upper() + part.label[1:])}</h3>"
    yield "<ul>"
    yield from (f"<li>{_item(item)}</li>" for item in part.items)
    yield "</ul>"
    yield "</div>"


def _item(item: Item) -> str:
    when = f'<span class="when"> ({_text(item.when)})</span>' if item.when else ""
    some = f'<span class="when some"> ({_text(item.some_say)})</span>' if item.less_strict else ""
    advice = f'<span class="advice">: {_text(item.advice)}</span>' if item.advice else ""
    return f"<strong>{_text(item.name)}</strong>{when}{some}{advice}"


def _telephone(telephone: str) -> str:
    """Write a telephone number, as a link if it can be dialled."""
    if not _DIALLED.fullmatch(telephone):
        return _text(telephone)
    return f'<a href="tel:{re.sub("[^+0-9]", "", telephone)}">{_text(telephone)}</a>'


def _source(source: Source) -> str:
    """Write a source: its title and its publisher, as a link if its address is on the web."""
    what, who = source_text(source)
    named = (
        f'<span class="what">{_text(what)}, </span>{_text(sentence(who))}' if who else _text(sentence(what))
    )
    on_web = _WEB_ADDRESS.fullmatch(source.address)
    if on_web is None:
        return " ".join(filter(None, [named, _text(source.address)]))
    return f'<a href="https://{_text(on_web[1])}">{named}</a>'


def _text(text: str) -> str:
    """Escape a text for HTML, on one line."""
    return escape(" ".join(text.split()))
