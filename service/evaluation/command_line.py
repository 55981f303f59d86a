"""What the evaluation commands share: options, settings, progress."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from ingestion import Normalizer, Settings, open_normalizer, read_settings
from ingestion.terminal import configure_logs
from milvus import Kind
from service.errors import EvaluationRefused
from service.evaluation.registry import CONFIGURATIONS
from service.evaluation.workbench import Report

QueriesAre = Annotated[Kind, typer.Option(help="What the queries of TREC qrels are.")]
Seed = Annotated[int, typer.Option(min=0, help="Seed of whatever is left to chance.")]
Ways = Annotated[
    list[str] | None,
    typer.Option(
        "--configuration",
        "-c",
        metavar="NAME",
        help=f"A way of searching or a pattern ('ours*'), repeatable: {', '.join(one.name for one in CONFIGURATIONS)}. "
        "Without it all but the variants of ours.",
    ),
]


def prepare() -> tuple[Settings, Normalizer]:
    """Settings and normalizer, with the log as the settings say. Raises SettingsError."""
    settings = read_settings()
    configure_logs(settings.log_level)
    return settings, open_normalizer(settings)


@contextmanager
def show_progress(progress: Progress, first: str) -> Iterator[Report]:
    """A bar for as long as the block lasts; what it is told is shown. With nothing to count to it only turns."""
    bar = progress.add_task(first, total=None, rate="")

    def report(text: str, done: int = 0, total: int = 0) -> None:
        progress.update(bar, description=text, completed=done, total=total or None)

    try:
        yield report
    finally:
        progress.remove_task(bar)


def make_folder(path: Path) -> None:
    """Make a folder where there is none. Raises EvaluationRefused."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise EvaluationRefused(f"{path}: {error.strerror}") from None
