"""What a newcomer sees first: the samples, and the matches of one resume and one vacancy of them, as tables."""

from collections.abc import Sequence
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from milvus import Entity, Kind, Vacancy
from service.api.dependencies import Services
from service.matching import Match, Page
from service.queries import StoredSource

# Where the samples lie in a checkout and in the container.
SAMPLES_FOLDER = Path("data")


def list_sample_files(folder: Path) -> list[Path]:
    """The files of the samples in a folder."""
    return [folder / "vacancies.jsonl", folder / "resumes.jsonl"]


def print_first_matches(services: Services, console: Console, *, sources: dict[Kind, str]) -> None:
    """Print the best matches of the sources that the index holds; `sources` maps a kind to an id."""
    for kind, id_ in sources.items():
        source = services.searcher.get_served().store.collection(kind).get([id_]).get(id_)
        if source is None:
            continue
        found = services.searcher.search(kind.counterpart, StoredSource(kind, id_), page=Page(limit=3))
        console.print(_make_table(source, found.matches, kind))


def _make_table(source: Entity, matches: Sequence[Match], kind: Kind) -> Table:
    table = Table(
        box=SIMPLE_HEAD,
        title=f"{kind.counterpart.value.capitalize()} for {escape(describe_entity(source))}",
        title_justify="left",
    )
    table.add_column("score", justify="right", style="green")
    table.add_column("title")
    table.add_column("place")
    table.add_column("salary")
    table.add_column("skills in common")
    for match in matches:
        common = [skill for skill in match.entity.skills if skill in set(source.skills)]
        table.add_row(
            f"{match.score:.2f}",
            escape(describe_entity(match.entity)),
            ", ".join(part for part in (match.entity.city, match.entity.country) if part),
            escape(match.entity.salary_original or ""),
            escape(", ".join(common[:6])),
        )
    return table


def describe_entity(entity: Entity) -> str:
    """A title for people: with the company where there is one."""
    company = entity.company if isinstance(entity, Vacancy) else None
    return " - ".join(part for part in (entity.title or entity.id, company) if part)
