"""Draws an evaluation: each metric's mean and interval, one line a configuration."""

from collections.abc import Sequence
from pathlib import Path

from service.errors import EvaluationRefused
from service.evaluation.evaluating import Evaluation


def check_plot(path: Path) -> None:
    """Raise EvaluationRefused where no plot could be written there, before anything slow is done."""
    if path.suffix.lower() != ".svg":
        raise EvaluationRefused(f"{path}: plots are written as SVG; end the name with .svg")


def write_plot(evaluations: Sequence[Evaluation], path: Path) -> None:
    """Write the plot as SVG. Raises EvaluationRefused."""
    check_plot(path)
    import altair  # takes a third of a second, which every command would wait for

    charts = []
    for evaluation in evaluations:
        names = [one.name for one in evaluation.configurations]
        base = altair.Chart(altair.InlineData(values=_list_rows(evaluation))).encode(
            y=altair.Y("configuration:N", sort=names, title=None),
            color=altair.Color("configuration:N", sort=names, legend=None),
        )
        axis = altair.X("low:Q", title=None, scale=altair.Scale(domain=[0, 1]))
        rule = base.mark_rule(strokeWidth=2).encode(x=axis, x2="high:Q")
        point = base.mark_point(filled=True, size=60, opacity=1).encode(x="mean:Q")
        layers = altair.layer(rule, point).properties(width=130, height=22 * len(names))
        metrics = list(evaluation.configurations[0].figures)
        title = f"{evaluation.name}: {evaluation.direction} ({evaluation.queries} queries, 95 % bootstrap intervals)"
        charts.append(layers.facet(column=altair.Column("metric:N", title=None, sort=metrics)).properties(title=title))
    try:
        altair.vconcat(*charts).save(str(path), format="svg")
    except OSError as error:
        raise EvaluationRefused(f"{path}: {error.strerror}") from None


def _list_rows(evaluation: Evaluation) -> list[dict[str, str | float]]:
    return [
        {
            "configuration": one.name,
            "metric": metric,
            "mean": figure.value.mean,
            "low": figure.value.low,
            "high": figure.value.high,
        }
        for one in evaluation.configurations
        for metric, figure in one.figures.items()
    ]
