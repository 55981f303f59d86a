"""The commands around topics: `topics build` and `topics list`."""

from contextlib import closing
from typing import Annotated

import typer
from rich.table import Table

from ingestion.errors import TopicsRefused
from ingestion.indexing import drain
from ingestion.installation import Installation, open_books, open_installation
from ingestion.settings import Settings, read_settings
from ingestion.terminal import configure_logs, console, make_progress, show_clear_errors
from ingestion.topics import Topic
from milvus.errors import IndexHeld

app = typer.Typer(help="Groups of vacancies about the same work.", no_args_is_help=True)

_SHOWN = 10

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
    # Loading what does the grouping takes a second, which no other command should wait for.
    from ingestion.topics.building import build_topics

    with show_clear_errors():
        settings = read_settings()
        configure_logs(settings.log_level)
        with closing(_open(settings)) as installation:
            served, book = installation.serving.get(), installation.books.topics
            with make_progress() as progress:
                bar = progress.add_task("Reading", total=None, rate="")
                built = build_topics(
                    served,
                    book,
                    anew=anew,
                    report=lambda what, done, total: progress.update(
                        bar, description=what, completed=done, total=total
                    ),
                )
            changes = built.replaced
            console.print(
                f"{built.topics:,} topics of {built.vacancies:,} vacancies, {built.without:,} of which belong to none; "
                f"{changes.new:,} topics are new, {changes.retired:,} retired.",
                highlight=False,
            )
            if not served.store.is_current:
                console.print("The index has no column for topics yet: `python -m ingestion rebuild --schema` adds it.")
            if changes.queued:
                drain(installation)
                console.print(f"Wrote the topics of {changes.queued:,} vacancies into the index.", highlight=False)
            console.print(_make_table(book.list_topics()[:_SHOWN], None))


@app.command("list")
def list_(language: Language = None) -> None:
    """List the topics, the largest first."""
    with show_clear_errors(), closing(open_books(read_settings())) as books:
        topics = [one for one in books.topics.list_topics() if language is None or language in one.labels]
        if not topics:
            console.print("There are no topics; `python -m ingestion topics build` makes them.")
            return
        console.print(_make_table(topics, language))
        console.print(f"{books.topics.count_without():,} vacancies belong to no topic.", highlight=False)


def _open(settings: Settings) -> Installation:
    try:
        return open_installation(settings)
    except IndexHeld:
        raise TopicsRefused(
            "another process has the index open, which Milvus Lite lets one at a time: stop it, and run this again"
        ) from None


def _make_table(topics: list[Topic], language: str | None) -> Table:
    table = Table("id", "vacancies", "name")
    for one in topics:
        names = [(code, one.name(code)) for code in one.labels if language in (None, code)]
        lines = [name if len(names) == 1 else f"{code}: {name}" for code, name in names]
        table.add_row(str(one.id), f"{one.size:,}", "\n".join(lines))
    return table
