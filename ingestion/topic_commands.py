"""The commands around topics: `topics build` and `topics list`."""

import time
from contextlib import closing
from typing import Annotated

import typer
from rich.table import Table

from ingestion.errors import TopicsRefused
from ingestion.indexing import drain
from ingestion.installation import Books, Installation, open_books, open_installation
from ingestion.settings import read_settings
from ingestion.terminal import configure_logs, console, make_progress, show_clear_errors
from ingestion.topics import Topic, TopicRequests
from milvus.errors import IndexHeld

app = typer.Typer(help="Groups of vacancies about the same work.", no_args_is_help=True)

_SHOWN = 10
_LOOK_SECONDS = 0.5
_HELD_SECONDS = 5.0

Language = Annotated[
    str | None, typer.Option(metavar="CODE", help="Only names in this language (ISO 639-1), and topics that have one.")
]


@app.command()
def build(
    *,
    anew: Annotated[bool, typer.Option("--anew", help="Do not start from the topics there are.")] = False,
) -> None:
    """Group the vacancies in the index, name the groups, and let searches filter by them.

    The topics there are go on while they fit, and those that are found again keep their ids. Nothing is embedded again.
    Where it was broken off, run it again.
    """
    with show_clear_errors():
        settings = read_settings()
        configure_logs(settings.log_level)
        with closing(open_books(settings)) as books:
            asked = False
            while True:
                try:
                    installation = open_installation(settings)
                except IndexHeld:
                    if not asked:
                        books.topic_requests.ask(anew=anew)
                        console.print("Another process has the index open and does the work; Ctrl-C stops watching.")
                        asked = True
                    # Should it end before the work is done, this process does it.
                    if _watch(books.topic_requests):
                        break
                else:
                    with closing(installation):
                        _build(installation, anew=anew)
                    break
            _print_topics(books, None, limit=_SHOWN)


@app.command("list")
def list_(language: Language = None) -> None:
    """List the topics, the largest first."""
    with show_clear_errors(), closing(open_books(read_settings())) as books:
        _print_topics(books, language)


def _build(installation: Installation, *, anew: bool) -> None:
    # Loading what does the grouping takes a second, which no other command should wait for.
    from ingestion.topics.building import build_topics

    with make_progress() as progress:
        bar = progress.add_task("Reading", total=None, rate="")
        built = build_topics(
            installation.serving.get(),
            installation.books.topics,
            anew=anew,
            report=lambda what, done, total: progress.update(bar, description=what, completed=done, total=total),
        )
    installation.books.topic_requests.settle(built.describe())
    console.print(built.describe(), highlight=False)
    if queued := built.replaced.queued:
        drain(installation)
        console.print(f"Wrote the topics of {queued:,} vacancies into the index.", highlight=False)


def _watch(requests: TopicRequests) -> bool:
    """Wait some seconds for what was asked for; whether it is done. Raises TopicsRefused where it failed."""
    with console.status("Grouping..."):
        for _ in range(int(_HELD_SECONDS / _LOOK_SECONDS)):
            request = requests.read()
            if request is not None and request.outcome is not None:
                if request.failed:
                    raise TopicsRefused(request.outcome)
                console.print(request.outcome, highlight=False)
                return True
            time.sleep(_LOOK_SECONDS)
    return False


def _print_topics(books: Books, language: str | None, *, limit: int | None = None) -> None:
    topics = [one for one in books.topics.list_topics() if language is None or language in one.labels]
    if not topics:
        console.print("There are no topics; `python -m ingestion topics build` makes them.")
        return
    table = Table("id", "vacancies", "name")
    for one in topics[:limit]:
        table.add_row(str(one.id), f"{one.size:,}", _describe(one, language))
    console.print(table)
    console.print(f"{books.topics.count_without():,} vacancies belong to no topic.", highlight=False)


def _describe(topic: Topic, language: str | None) -> str:
    names = [(code, topic.name(code)) for code in topic.labels if language in (None, code)]
    return "\n".join(name if len(names) == 1 else f"{code}: {name}" for code, name in names)
