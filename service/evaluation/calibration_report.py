"""Shows how true probabilities are: tables for the terminal, CSV, and the reliability plot."""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from service.errors import EvaluationRefused
from service.evaluation.bootstrap import Estimate
from service.evaluation.calibrating import Truth
from service.evaluation.plot import check_plot

CSV_COLUMNS = ("probabilities", "lower", "upper", "pairs", "mean_probability", "share_relevant", "low", "high")
_Z = 1.96


def print_truths(truths: Sequence[Truth], console: Console) -> None:
    """Print the measures side by side, then the bins of the last one."""
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column("probabilities")
    for heading in ("Brier score", "log loss", "calibration error"):
        table.add_column(heading, justify="right", no_wrap=True)
    for one in truths:
        table.add_row(escape(one.name), _say(one.brier), _say(one.log_loss), f"{one.error:.4f}")
    console.print(table)
    console.print(f"Pairs by probability ({escape(truths[-1].name)}), 95 % Wilson intervals of the share")
    console.print(_make_bin_table(truths[-1]))


def write_bins(truths: Sequence[Truth], path: Path) -> None:
    """Write the bins as CSV. Raises EvaluationRefused where the file cannot be written."""
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, CSV_COLUMNS)
            writer.writeheader()
            writer.writerows(row for one in truths for row in list_bins(one))
    except OSError as error:
        raise EvaluationRefused(f"{path}: {error.strerror}") from None


def plot_reliability(truths: Sequence[Truth], path: Path) -> None:
    """Write the reliability diagram as SVG: the share of relevant pairs by probability, and how many pairs there are.

    Where probabilities are true, the points lie on the diagonal. Raises EvaluationRefused.
    """
    check_plot(path)
    import altair  # an optional dependency

    names = [one.name for one in truths]
    rows = [row for one in truths for row in list_bins(one)]
    zero_to_one = altair.Scale(domain=[0, 1])
    base = altair.Chart(altair.InlineData(values=rows)).encode(
        x=altair.X("mean_probability:Q", scale=zero_to_one, title="probability"),
        color=altair.Color("probabilities:N", sort=names, title=None, legend=altair.Legend(labelLimit=400)),
    )
    share = altair.Y("share_relevant:Q", scale=zero_to_one, title="share judged relevant")
    ends = altair.Chart(altair.InlineData(values=[{"at": 0}, {"at": 1}]))
    diagonal = ends.mark_line(color="gray", strokeDash=[4, 4], strokeWidth=1).encode(x="at:Q", y="at:Q")
    rules = base.mark_rule().encode(y="low:Q", y2="high:Q")
    reliability = altair.layer(diagonal, rules, base.mark_line(point=True).encode(y=share))
    counts = base.mark_bar(opacity=0.6).encode(
        x=altair.X("lower:Q", bin="binned", title="probability", scale=zero_to_one),
        x2="upper:Q",
        y=altair.Y("pairs:Q", stack=None, scale=altair.Scale(type="symlog"), title="pairs"),
    )
    whole = altair.vconcat(
        reliability.properties(width=320, height=320, title="Probability and truth, 95 % intervals"),
        counts.properties(width=320, height=90),
    )
    try:
        whole.save(str(path), format="svg")
    except OSError as error:
        raise EvaluationRefused(f"{path}: {error.strerror}") from None


def list_bins(truth: Truth) -> Iterator[dict[str, str | float | None]]:
    """The bins that hold pairs, each with the Wilson interval of its share."""
    for one in truth.bins:
        if one.share_relevant is None:
            continue
        low, high = find_interval(one.share_relevant, one.pairs)
        values = (truth.name, one.lower, one.upper, one.pairs, one.mean_probability, one.share_relevant, low, high)
        yield dict(zip(CSV_COLUMNS, values, strict=True))


def find_interval(share: float, count: int) -> tuple[float, float]:
    """The 95 % interval of a share of `count` (E. B. Wilson, JASA 22, 1927)."""
    spread = _Z * (share * (1 - share) / count + _Z**2 / (4 * count**2)) ** 0.5
    middle, scale = share + _Z**2 / (2 * count), 1 + _Z**2 / count
    return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)


def _make_bin_table(truth: Truth) -> Table:
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for heading in ("probability", "pairs", "mean probability", "share relevant"):
        table.add_column(heading, justify="right", no_wrap=True)
    for row in list_bins(truth):
        table.add_row(
            f"{row['lower']:.1f}-{row['upper']:.1f}",
            str(row["pairs"]),
            f"{row['mean_probability']:.3f}",
            f"{row['share_relevant']:.3f} ({row['low']:.2f}-{row['high']:.2f})",
        )
    return table


def _say(value: Estimate) -> str:
    return f"{value.mean:.4f} ({value.low:.3f}-{value.high:.3f})"
