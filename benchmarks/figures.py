"""Measurements -> ratios with their spread -> tables. Pure; what is measured, and how, stands in run.py."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median, quantiles

HEADINGS = ("what", "takes", "against", "takes", "ratio", "half lie in", "fastest", "CPU", "at most")
LEFT = {"what", "against"}  # the columns of words; numbers stand to the right


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How numbers lie: the middle one, and between which two the middle half lies."""

    median: float
    lower: float
    upper: float


def spread(numbers: Sequence[float]) -> Spread:
    """Return how some numbers lie; one alone lies where it is. Raises ValueError where there are none."""
    if not numbers:
        raise ValueError("nothing was measured")
    if len(numbers) == 1:
        return Spread(median=numbers[0], lower=numbers[0], upper=numbers[0])
    lower, _, upper = quantiles(numbers, n=4, method="inclusive")
    return Spread(median=median(numbers), lower=lower, upper=upper)


def ratios(own: Sequence[float], other: Sequence[float]) -> list[float]:
    """Return what own costs against other, round by round. Raises ValueError where the rounds differ in number.

    What slows a machine down for a while slows both of a round, so that the ratio of
    each round holds where the ratio of two averages would not.
    """
    return [one / against for one, against in zip(own, other, strict=True)]


def slope(few: float, many: float, *, rows: int) -> float:
    """Return what each further row costs, from the cost of two batches that differ by so many rows."""
    return (many - few) / rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What something took in each round: seconds of the clock, or bytes; and seconds of the processor.

    `least` is the best that it can do, else the smallest number. The smallest of
    differences is none: it is the one whose first part was disturbed most.
    """

    name: str
    took: Sequence[float]
    processor: Sequence[float] = ()
    least: float | None = None

    @property
    def best(self) -> float:
        """Return what it took where nothing disturbed it."""
        return min(self.took) if self.least is None else self.least


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One line of a table. `unit` is what a written number counts: 1e-3 for milliseconds, 1e6 for megabytes."""

    own: Cost
    other: Cost
    unit: float
    at_most: float | None = None

    @property
    def ratio(self) -> Spread:
        """Return how the ratios of the rounds lie."""
        return spread(ratios(self.own.took, self.other.took))

    @property
    def fastest(self) -> float:
        """Return the ratio of the best of each: what is left where nothing else disturbed them."""
        return self.own.best / self.other.best

    @property
    def missed(self) -> bool:
        """Return whether the ratio is larger than it should be."""
        return self.at_most is not None and self.ratio.median > self.at_most

    def cells(self) -> tuple[str, ...]:
        """Return the line as text, a cell for each heading."""
        ratio, once = self.ratio, len(self.own.took) == 1
        processor = ratios(self.own.processor, self.other.processor)
        bound = "" if self.at_most is None else f"{self.at_most:.2f}"
        return (
            self.own.name,
            _number(median(self.own.took) / self.unit),
            self.other.name,
            _number(median(self.other.took) / self.unit),
            f"{ratio.median:.2f}",
            "once" if once else f"{ratio.lower:.2f}-{ratio.upper:.2f}",
            f"{self.fastest:.2f}",
            f"{median(processor):.2f}" if processor else "",
            f"{bound} missed" if self.missed else bound,
        )


def _number(value: float) -> str:
    """Return a number with about three digits."""
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def text_table(comparisons: Iterable[Comparison]) -> str:
    """Return comparisons as lines of text, the columns one under the other."""
    rows = [HEADINGS, *(comparison.cells() for comparison in comparisons)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = (
        "  ".join(
            cell.ljust(width) if heading in LEFT else cell.rjust(width)
            for heading, cell, width in zip(HEADINGS, row, widths, strict=True)
        ).rstrip()
        for row in rows
    )
    return "\n".join(lines)


def markdown_table(comparisons: Iterable[Comparison]) -> str:
    """Return comparisons as a table of Markdown."""
    marks = tuple("---" if heading in LEFT else "--:" for heading in HEADINGS)
    rows = [HEADINGS, marks, *(comparison.cells() for comparison in comparisons)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What one part of the benchmark found: a table, and what is to be said about it."""

    heading: str
    comparisons: Sequence[Comparison] = ()
    remarks: Sequence[str] = ()


def result_text(result: Result, *, markdown: bool) -> str:
    """Return a result as text or Markdown: heading, table, remarks."""
    heading = f"**{result.heading}**" if markdown else result.heading.upper()
    table = markdown_table if markdown else text_table
    parts = [heading]
    if result.comparisons:
        parts.append(table(result.comparisons))
    if result.remarks:
        parts.append(listed(result.remarks, markdown=markdown))
    return ("\n\n" if markdown else "\n").join(parts)


def listed(remarks: Iterable[str], *, markdown: bool) -> str:
    """Return remarks as lines, or as a list of Markdown."""
    return "\n".join(f"- {remark}" if markdown else remark for remark in remarks)
