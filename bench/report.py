"""The table of a comparison: figures side by side, their differences over all samples, and what is judged of them."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import fmean, median

EACH, MEAN = "each", "mean"
ABSENT = math.nan  # not on the wire at all; differs from everything, so it fails

# A figure; None where it is null or has no limit.
Value = float | None


@dataclass
class Row:
    """One figure over all samples, and what is judged: each difference, or the mean of their sizes."""

    bar: float
    judged: str
    share: float
    pairs: list[tuple[Value, Value]] = field(default_factory=list)

    def differences(self) -> list[float]:
        """Ours less theirs; nothing is equal to nothing and to nothing else."""
        return [
            (0.0 if ours == theirs else ABSENT) if ours is None or theirs is None else ours - theirs
            for ours, theirs in self.pairs
        ]

    def allowed(self) -> float:
        """The bar, or a share of theirs where that is more."""
        return max(self.bar, self.share * (mean(theirs for _, theirs in self.pairs) or 0.0))

    def passes(self) -> bool:
        """Whether what is judged is within the bar; sums of rounded figures need a hair's breadth more."""
        differences = self.differences()
        judged = [fmean(map(abs, differences))] if self.judged == MEAN else differences
        return all(abs(difference) <= self.allowed() + 1e-6 for difference in judged)

    def cells(self) -> list[str]:
        """The row as it is printed, but for its name."""
        differences = self.differences()
        spread = [fmean(differences), min(differences), median(differences), max(differences)]
        return [
            *(text(mean(side)) for side in zip(*self.pairs)),
            *("–" if math.isnan(value) else f"{value:+.2f}" for value in spread),
            f"{self.judged} {self.allowed():.2f}" if self.allowed() else "exact",
            "ok" if self.passes() else "FAIL",
        ]


def mean(values: Iterable[Value]) -> Value:
    """The mean of those that are known."""
    known = [value for value in values if value is not None]
    return fmean(known) if known else None


def text(value: Value) -> str:
    """A figure as it is printed."""
    return "none" if value is None else "absent" if math.isnan(value) else f"{value:.2f}"


class Ledger:
    """The rows of one table, each made when its first pair is noted."""

    HEADINGS = ("figure", "against", "ours", "theirs", "diff", "min", "median", "max", "bar", "")

    def __init__(self) -> None:
        self.rows: dict[tuple[str, str], Row] = {}

    def note(
        self, name: str, against: str, ours: Value, theirs: Value, bar: float, judged: str = EACH, share: float = 0.0
    ) -> None:
        """Adds one sample's pair to a figure's row."""
        self.rows.setdefault((name, against), Row(bar, judged, share)).pairs.append((ours, theirs))

    def print(self) -> None:
        """Prints the table: means of ours and theirs, the mean of the differences and their spread."""
        lines = [self.HEADINGS, *([*names, *row.cells()] for names, row in self.rows.items())]
        widths = [max(map(len, column)) for column in zip(*lines)]
        print()
        for line in lines:
            names = [cell.ljust(width) for cell, width in zip(line[:2], widths)]
            numbers = [cell.rjust(width) for cell, width in zip(line[2:-1], widths[2:])]
            print("  " + "  ".join([*names, *numbers, line[-1]]).rstrip())

    def failures(self) -> list[str]:
        """The figures beyond their bars."""
        return [f"{name} against {against}" for (name, against), row in self.rows.items() if not row.passes()]
