"""Shows what an evaluation came to: tables for the terminal, CSV and JSON."""

import csv
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.measure import Measurement
from rich.table import Table

from service.errors import EvaluationRefused
from service.evaluation.bootstrap import RESAMPLES, Estimate
from service.evaluation.evaluating import Evaluation, Figure
from service.evaluation.metrics import NDCG_DEPTH

BETTER = "▲"
WORSE = "▼"
_FEW = 30
_MOST_NAMED = 5
_WIDEST = 1_000
_LANGUAGE_METRIC = f"nDCG@{NDCG_DEPTH}"
CSV_COLUMNS = (
    "set",
    "direction",
    "query_language",
    "document_language",
    "queries",
    "configuration",
    "metric",
    "value",
    "low",
    "high",
    "baseline",
    "difference",
    "difference_low",
    "difference_high",
    "significant",
)


def print_evaluation(evaluation: Evaluation, console: Console) -> None:
    """Print the metrics with their intervals, the differences to the baseline, and nDCG by pair of languages."""
    said = escape(f"{evaluation.name}: {evaluation.direction}")
    console.print(f"\n[bold]{said}[/bold]", highlight=False)
    relevant = f"graded {evaluation.relevant_from} or more" if evaluation.relevant_from > 0 else "listed"
    console.print(
        f"{evaluation.queries} queries over {evaluation.corpus} documents; {evaluation.judged_pairs} judged pairs, "
        f"{evaluation.relevant_pairs} relevant ({relevant}). What is not judged counts as not relevant.",
        highlight=False,
    )
    for caution in _list_cautions(evaluation):
        console.print(caution, highlight=False)
    _print_table(_make_table(evaluation, _say_value), console)
    if any(figure.difference for one in evaluation.configurations for figure in one.figures.values()):
        baseline = evaluation.options.baseline
        console.print(f"Difference to {escape(baseline)} ({BETTER} better, {WORSE} worse, the interval leaves out 0)")
        _print_table(_make_table(evaluation, _say_difference, without=baseline), console)
        for metric in (_LANGUAGE_METRIC, "MAP"):
            console.print(escape(describe_standing(evaluation, metric)), highlight=False)
    console.print(f"\n{_LANGUAGE_METRIC} by language of query and documents, among documents of that language")
    _print_table(_make_language_table(evaluation), console)


def describe_standing(evaluation: Evaluation, metric: str) -> str:
    """In words, which configurations the baseline is ahead of, which are ahead of it, and where that may be chance."""
    ahead: list[str] = []
    unsure: list[str] = []
    level: list[str] = []
    behind: list[str] = []
    for one in evaluation.configurations:
        figure = one.figures[metric]
        if figure.difference is None:
            continue
        gap = figure.difference.mean
        if gap > 0:
            behind.append(f"{one.name} by {gap:.3f}{'' if figure.is_significant else ', which may be chance'}")
        elif gap == 0:
            level.append(one.name)
        else:
            (ahead if figure.is_significant else unsure).append(one.name)
    told = [
        f"{words} {', '.join(names)}"
        for words, names in (
            ("BEHIND", behind),
            ("level with", level),
            ("ahead of", ahead),
            ("ahead, which may be chance, of", unsure),
        )
        if names
    ]
    of_all = "" if behind or level else "ahead of every other configuration: "
    return f"{metric}: {evaluation.options.baseline} is {of_all}{'; '.join(told)}."


def print_method(console: Console) -> None:
    """Print how the intervals were made."""
    console.print(
        f"Intervals: 95 %, paired bootstrap over queries, {RESAMPLES:,} resamples; "
        "nothing corrects for looking at many at once.",
        highlight=False,
    )


def write_csv(evaluations: Sequence[Evaluation], path: Path) -> None:
    """Write every figure as a row. Raises EvaluationRefused where the file cannot be written."""
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, CSV_COLUMNS, restval="")
            writer.writeheader()
            for evaluation in evaluations:
                writer.writerows(_list_rows(evaluation))
    except OSError as error:
        raise EvaluationRefused(f"{path}: {error.strerror}") from None


def write_json(evaluations: Sequence[Evaluation], path: Path) -> None:
    """Write every figure, and the metrics of every query. Raises EvaluationRefused where it cannot be written."""
    text = json.dumps([_describe(evaluation) for evaluation in evaluations], ensure_ascii=False, indent=2)
    try:
        path.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise EvaluationRefused(f"{path}: {error.strerror}") from None


def _list_cautions(evaluation: Evaluation) -> Iterator[str]:
    if evaluation.problems:
        more = len(evaluation.problems) - _MOST_NAMED
        tail = f"; and {more:,} more" if more > 0 else ""
        yield f"Rows that are left out: {escape('; '.join(evaluation.problems[:_MOST_NAMED]))}{tail}."
    if evaluation.left_out:
        yield f"{evaluation.left_out} documents are left out: expired and not judged, or without a text."
    if evaluation.queries < _FEW:
        yield f"Only {evaluation.queries} queries: the intervals are rough, and a small difference cannot show."
    if evaluation.corpus < _FEW:
        yield (
            f"Only {evaluation.corpus} documents: many queries share their answers, so that the intervals are narrower "
            "than they ought to be."
        )


def _make_table(evaluation: Evaluation, say: Any, *, without: str | None = None) -> Table:
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column("", no_wrap=True)
    for metric in evaluation.configurations[0].figures:
        table.add_column(metric, justify="right", no_wrap=True)
    for one in evaluation.configurations:
        if one.name != without:
            table.add_row(escape(one.name), *(say(figure) for figure in one.figures.values()))
    return table


def _say_value(figure: Figure) -> str:
    return f"{figure.value.mean:.3f}\n[dim]{_shorten(figure.value.low)}-{_shorten(figure.value.high)}[/dim]"


def _say_difference(figure: Figure) -> str:
    if figure.difference is None:
        return ""
    low, high = (f"{bound:+.3f}".replace("0.", ".", 1) for bound in (figure.difference.low, figure.difference.high))
    return f"{_mark(figure)}{figure.difference.mean:+.3f}\n[dim]{low} {high}[/dim]"


def _mark(figure: Figure) -> str:
    if figure.difference is None or not figure.is_significant:
        return ""
    return BETTER if figure.difference.mean > 0 else WORSE


def _shorten(value: float) -> str:
    return f"{value:.2f}".removeprefix("0") if value < 1 else "1.0"


def _make_language_table(evaluation: Evaluation) -> Table:
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column("", no_wrap=True)
    for pair in evaluation.configurations[0].languages:
        heading = f"{pair.query_language} finds {pair.document_language}\n[dim]{pair.queries} queries[/dim]"
        table.add_column(heading, justify="right", no_wrap=True)
    for one in evaluation.configurations:
        table.add_row(escape(one.name), *(f"{pair.means[_LANGUAGE_METRIC]:.3f}" for pair in one.languages))
    return table


def _print_table(table: Table, console: Console) -> None:
    """Print a table; whole where it goes into a file or a pipe, which have no width that it could be cut to."""
    width = console.width
    if not console.is_terminal:
        needed = Measurement.get(console, console.options.update(max_width=_WIDEST), table).maximum
        console.width = max(width, needed)
    console.print(table)
    console.width = width


def _list_rows(evaluation: Evaluation) -> Iterator[dict[str, object]]:
    place = {"set": evaluation.name, "direction": evaluation.direction}
    for one in evaluation.configurations:
        for metric, figure in one.figures.items():
            yield {
                **place,
                "queries": evaluation.queries,
                "configuration": one.name,
                "metric": metric,
                **_name_bounds("value", figure.value),
                **_describe_difference(evaluation, figure),
            }
        for pair in one.languages:
            languages = {"query_language": pair.query_language, "document_language": pair.document_language}
            for metric, mean in pair.means.items():
                row = {"queries": pair.queries, "configuration": one.name, "metric": metric, "value": round(mean, 6)}
                yield place | languages | row


def _describe_difference(evaluation: Evaluation, figure: Figure) -> dict[str, object]:
    if figure.difference is None:
        return {}
    bounds = _name_bounds("difference", figure.difference, prefix="difference_")
    return {"baseline": evaluation.options.baseline, **bounds, "significant": "yes" if figure.is_significant else "no"}


def _name_bounds(name: str, estimate: Estimate, *, prefix: str = "") -> dict[str, object]:
    values = {name: estimate.mean, f"{prefix}low": estimate.low, f"{prefix}high": estimate.high}
    return {key: round(value, 6) for key, value in values.items()}


def _describe(evaluation: Evaluation) -> dict[str, object]:
    return {
        "set": evaluation.name,
        "direction": evaluation.direction,
        "queries": evaluation.queries,
        "documents": evaluation.corpus,
        "judged_pairs": evaluation.judged_pairs,
        "relevant_pairs": evaluation.relevant_pairs,
        "relevant_from": evaluation.relevant_from,
        "baseline": evaluation.options.baseline,
        "seed": evaluation.options.seed,
        "resamples": RESAMPLES,
        "configurations": [
            {
                "name": one.name,
                "metrics": {
                    metric: _name_bounds("value", figure.value) | _describe_difference(evaluation, figure)
                    for metric, figure in one.figures.items()
                },
                "languages": [
                    {
                        "query_language": pair.query_language,
                        "document_language": pair.document_language,
                        "queries": pair.queries,
                        "metrics": dict(pair.means),
                    }
                    for pair in one.languages
                ],
                "per_query": {
                    query: {metric: float(values[place]) for metric, values in one.per_query.values.items()}
                    for place, query in enumerate(one.per_query.queries)
                },
            }
            for one in evaluation.configurations
        ],
    }
