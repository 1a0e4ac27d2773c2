"""The comparison table: figures side by side, their differences over all samples, and the verdicts."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import fmean, median

EACH, MEAN = "each", "mean"
ABSENT = math.nan  # missing from the response; NaN is never within tolerance, so the check fails

# A figure; None if it is null, unknown or an unset limit.
Value = float | None


@dataclass
class Row:
    """A figure over all samples.

    `check` says whether each difference (EACH) or the mean absolute difference (MEAN) must be within tolerance.
    """

    tolerance: float
    check: str
    share: float
    pairs: list[tuple[Value, Value]] = field(default_factory=list)

    def differences(self) -> list[float]:
        """Our figure minus theirs, per sample: 0 if both are None, ABSENT if only one is None."""
        return [
            (0.0 if ours == theirs else ABSENT) if ours is None or theirs is None else ours - theirs
            for ours, theirs in self.pairs
        ]

    def allowed(self) -> float:
        """The tolerance, or `share` times the mean of their figures if that is larger."""
        return max(self.tolerance, self.share * (mean(theirs for _, theirs in self.pairs) or 0.0))

    def passes(self) -> bool:
        """Whether the differences are within tolerance, allowing 1e-6 for rounding errors in floating-point sums."""
        differences = self.differences()
        checked = [fmean(map(abs, differences))] if self.check == MEAN else differences
        return all(abs(difference) <= self.allowed() + 1e-6 for difference in checked)

    def cells(self) -> list[str]:
        """The text of the row's cells, without the first two columns."""
        differences = self.differences()
        spread = [fmean(differences), min(differences), median(differences), max(differences)]
        return [
            *(text(mean(side)) for side in zip(*self.pairs)),
            *("–" if math.isnan(value) else f"{value:+.2f}" for value in spread),
            f"{self.check} {self.allowed():.2f}" if self.allowed() else "exact",
            "ok" if self.passes() else "FAIL",
        ]


def mean(values: Iterable[Value]) -> Value:
    """The mean of the values that are not None; None if every value is None."""
    known = [value for value in values if value is not None]
    return fmean(known) if known else None


def text(value: Value) -> str:
    """Formats a figure with two decimals, or as `none` or `absent`."""
    return "none" if value is None else "absent" if math.isnan(value) else f"{value:.2f}"


class Ledger:
    """The rows of the table. A row is created when its first pair is noted."""

    HEADINGS = ("figure", "against", "ours", "theirs", "diff", "min", "median", "max", "tolerance", "")

    def __init__(self) -> None:
        self.rows: dict[tuple[str, str], Row] = {}

    def note(
        self, name: str, against: str, ours: Value, theirs: Value, tolerance: float, check: str = EACH, share: float = 0.0
    ) -> None:
        """Adds our figure and theirs, from one sample, to the row for `name` and `against`."""
        self.rows.setdefault((name, against), Row(tolerance, check, share)).pairs.append((ours, theirs))

    def print(self) -> None:
        """Prints the table: the mean of each side, and the mean, minimum, median and maximum difference."""
        lines = [self.HEADINGS, *([*names, *row.cells()] for names, row in self.rows.items())]
        widths = [max(map(len, column)) for column in zip(*lines)]
        print()
        for line in lines:
            names = [cell.ljust(width) for cell, width in zip(line[:2], widths)]
            numbers = [cell.rjust(width) for cell, width in zip(line[2:-1], widths[2:])]
            print("  " + "  ".join([*names, *numbers, line[-1]]).rstrip())

    def failures(self) -> list[str]:
        """The figures whose differences exceed their tolerances."""
        return [f"{name} against {against}" for (name, against), row in self.rows.items() if not row.passes()]
