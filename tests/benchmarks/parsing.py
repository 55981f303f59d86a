"""How much of a resume does the parser read? `python -m tests.benchmarks.parsing [--labels FILE] [--errors] [FOLDER]`

Prints precision and recall of every field on the labeled resumes beside this file: by language, those kept for tuning
apart from those held out, and then by format, with each resume written as a file of that format and read back. With a
FOLDER of files also in what share of those of each format each field was found. `--labels` takes other labeled resumes;
`--errors` lists every difference.
"""

import argparse
import json
import tempfile
import unicodedata
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from ingestion import ResumeDocument
from ingestion.currency import load_rates
from ingestion.errors import UnreadableDocument
from ingestion.experience import parse_partial_date
from ingestion.markup import clean_text
from ingestion.normalize import Normalizer
from ingestion.parsing import ParsedResume, Position, SectionKind, parse_resume
from ingestion.places import normalize_place
from ingestion.skills import load_taxonomy
from ingestion.sources import SourceRow, read_path
from ingestion.sources.text_file import EXTRACTORS
from tests.benchmarks.renderings import RENDERERS, STRUCTURED

LABELS = Path(__file__).with_name("labeled_resumes.jsonl")
# The day on which the labels were made: it ends the positions that go on.
TODAY = date(2026, 11, 20)
ANY = "*"

Values = dict[str, set[str]]


def fold(text: str) -> str:
    """Letters and digits alone, so that spaces lost in a PDF are no errors."""
    plain = unicodedata.normalize("NFD", text.casefold())
    return "".join(character for character in plain if character.isalnum() or character in "+#")


def describe(parsed: ParsedResume) -> Values:
    """What the parser found, field by field, as strings to compare."""
    place = normalize_place(text=parsed.place) if parsed.place else None
    return {
        "title": {fold(parsed.title)} if parsed.title else set(),
        "place": {f"{fold(place.city or '')} {place.country}"} if place else set(),
        "months": {str(parsed.experience_months)} if parsed.experience_months is not None else set(),
        "positions": {_date(position) for position in parsed.positions},
        "titles": {f"{_date(position)} {fold(position.title)}" for position in parsed.positions if position.title},
        "companies": {
            f"{_date(position)} {fold(position.company)}" for position in parsed.positions if position.company
        },
        "skills": {fold(skill) for skill in parsed.skills},
        "languages": {spoken.code for spoken in parsed.languages},
        "levels": {f"{spoken.code}:{spoken.level}" for spoken in parsed.languages if spoken.level},
        "education": {parsed.education} if parsed.education else set(),
        "unfinished": {parsed.unfinished} if parsed.unfinished else set(),
        "sections": {section.kind for section in parsed.sections} - {SectionKind.HEADER},
    }


def describe_document(document: ResumeDocument) -> Values:
    """What a format of fields gave, where it has the field at all; months as they are indexed."""
    normalizer = Normalizer(taxonomy=load_taxonomy(None), rates=load_rates(None, reference="EUR"), today=lambda: TODAY)
    entity = normalizer.normalize(document)
    months = getattr(entity, "experience_months", None)
    periods = [
        (f"{_read_month(period.start)}/{_read_month(period.end)}", period.title, period.company)
        for period in document.work_periods
    ]
    levels = {f"{one.language}:{one.level.lower()}" for one in document.languages if one.level}
    return {
        "title": {fold(entity.title)} if entity.title else set(),
        "place": {f"{fold(entity.city or '')} {entity.country}"} if entity.country else set(),
        "months": {str(months)} if months is not None else set(),
        "positions": {key for key, _, _ in periods},
        "titles": {f"{key} {fold(title)}" for key, title, _ in periods if title},
        "companies": {f"{key} {fold(company)}" for key, _, company in periods if company},
        "skills": {fold(skill) for skill in document.skills},
        "languages": {one.language for one in document.languages},
        "levels": levels,
    }


def _read_month(written: str | None) -> str:
    day = parse_partial_date(written) if written else None
    return f"{day:%Y-%m}" if day else ""


def read_labels(labels: dict[str, Any]) -> Values:
    """The same of the labels; a field that the labels lack is not judged."""
    expected: Values = {}
    for name in ("title", "months", "education", "unfinished"):
        if name in labels:
            expected[name] = {fold(str(labels[name]))} if labels[name] is not None else set()
    if "place" in labels:
        # Both sides spelled by one gazetteer.
        place = normalize_place(city=labels["place"][0], country=labels["place"][1]) if labels["place"] else None
        expected["place"] = {f"{fold(place.city or '')} {place.country}"} if place else set()
    if "languages" in labels:
        expected["languages"] = {spoken[:2] for spoken in labels["languages"]}
        expected["levels"] = {spoken for spoken in labels["languages"] if ":" in spoken}
    if "positions" in labels:
        keys = [
            (f"{_month(start)}/{_month(end)}", title, company) for start, end, title, company in labels["positions"]
        ]
        expected["positions"] = {key for key, _, _ in keys}
        expected["titles"] = {f"{key} {fold(title)}" for key, title, _ in keys if title}
        if all(company != ANY for _, _, company in keys):
            expected["companies"] = {f"{key} {fold(company)}" for key, _, company in keys if company}
    for name in ("skills", "sections"):
        if name in labels:
            expected[name] = {fold(entry) for entry in labels[name]}
    return expected


def _date(position: Position) -> str:
    return f"{position.start:%Y-%m}/{position.end:%Y-%m}" if position.end else f"{position.start:%Y-%m}/"


def _month(written: str | None) -> str:
    return "" if written is None else written if len(written) > 4 else f"{written}-01"


def read_rows(path: Path) -> list[dict[str, Any]]:
    """The labeled resumes of a file."""
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def compare(row: dict[str, Any]) -> Iterator[tuple[str, set[str], set[str]]]:
    """Field, values labeled and values found, of one resume."""
    found = describe(parse_resume(row["text"], today=TODAY))
    for name, labeled in read_labels(row["labels"]).items():
        yield name, labeled, found[name]


def score(path: Path) -> dict[str, Counter[str]]:
    """How many values of each field are right, found and labeled in a file."""
    tallies: dict[str, Counter[str]] = {}
    for row in read_rows(path):
        for name, labeled, found in compare(row):
            count = Counter(right=len(labeled & found), found=len(found), labeled=len(labeled))
            tallies.setdefault(name, Counter()).update(count)
    return tallies


def measure(path: Path, console: Console, *, errors: bool) -> None:
    """Print precision and recall of the labeled resumes in a file."""
    groups: dict[str, dict[str, Counter[str]]] = {}
    rows = read_rows(path)
    for row in rows:
        tuned = "held out" if row["held_out"] else "tuned on"
        for name, labeled, found in compare(row):
            count = Counter(right=len(labeled & found), found=len(found), labeled=len(labeled))
            for group in (f"{row['language']} {tuned}", f"all {tuned}"):
                groups.setdefault(group, {}).setdefault(name, Counter()).update(count)
            if errors and labeled != found:
                differences = f"lost {sorted(labeled - found)}, made up {sorted(found - labeled)}"
                console.print(f"{row['id']} {tuned} {name}: {differences}", markup=False, highlight=False)
    console.print(_tabulate(groups, title=f"{path.name}: {len(rows)} resumes, precision / recall (values labeled)"))


def measure_formats(path: Path, console: Console) -> None:
    """Print precision and recall of the labeled resumes by the format that they come in."""
    rows = read_rows(path)
    groups: dict[str, dict[str, Counter[str]]] = {name: {} for name in (*RENDERERS, *STRUCTURED)}
    for row in rows:
        for name, found in read_as_formats(row).items():
            for field, labeled in read_labels(row["labels"]).items():
                if field in found:
                    right = len(labeled & found[field])
                    count = Counter(right=right, found=len(found[field]), labeled=len(labeled))
                    groups[name].setdefault(field, Counter()).update(count)
    table = Table("field", "values", *groups, title=f"{path.name} by format, precision / recall")
    for field, plain in groups[".txt"].items():
        tallies = [group.get(field) for group in groups.values()]
        table.add_row(field, str(plain["labeled"]), *(_rate(tally) if tally else "" for tally in tallies))
    console.print(table)


def read_as_formats(row: dict[str, Any]) -> dict[str, Values]:
    """What is found in one resume, by the format that it was written in."""
    found = {}
    for suffix, render in RENDERERS.items():
        text = clean_text(EXTRACTORS[suffix](render(row["text"])))
        found[suffix] = describe(parse_resume(text, today=TODAY))
    for name, make in STRUCTURED.items():
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "resume.json"
            file.write_bytes(make(row))
            (read,) = read_path(file)
        # One that is labeled with neither a title nor skills is refused in these formats, for it has no text.
        if isinstance(read, SourceRow) and isinstance(read.document, ResumeDocument):
            found[name] = describe_document(read.document)
    return found


def _tabulate(groups: dict[str, dict[str, Counter[str]]], *, title: str) -> Table:
    table = Table("field", *groups, title=title)
    for name in describe(parse_resume("", today=TODAY)):
        tallies = [group.get(name) for group in groups.values()]
        table.add_row(name, *(f"{_rate(tally)} ({tally['labeled']})" if tally else "" for tally in tallies))
    return table


def _rate(tally: Counter[str]) -> str:
    precision = f"{tally['right'] / tally['found']:.2f}" if tally["found"] else "-"
    recall = f"{tally['right'] / tally['labeled']:.2f}" if tally["labeled"] else "-"
    return f"{precision} / {recall}"


def read_folder(folder: Path) -> Iterator[tuple[str, str]]:
    """Format and text of every file that can be read."""
    for path in sorted(folder.rglob("*")):
        extract = EXTRACTORS.get(path.suffix.lower())
        if extract:
            try:
                yield path.suffix.lower(), clean_text(extract(path.read_bytes()))
            except UnreadableDocument as error:
                print(f"{path.name}: {error}")


def survey(folder: Path, console: Console) -> None:
    """Print in what share of the files of a folder each field was found, by format."""
    counts: dict[str, Counter[str]] = {}
    for suffix, text in read_folder(folder):
        found = describe(parse_resume(text, today=TODAY))
        counts.setdefault(suffix, Counter()).update(["files", *(name for name, values in found.items() if values)])
    table = Table("field", *counts, title=f"{folder}: share of files in which a field was found")
    for name in ("files", *describe(parse_resume("", today=TODAY))):
        shares = (
            f"{count[name]}" if name == "files" else f"{count[name] / count['files']:.2f}" for count in counts.values()
        )
        table.add_row(name, *shares)
    console.print(table)


def run() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--labels", type=Path, default=LABELS)
    parser.add_argument("--errors", action="store_true")
    asked = parser.parse_args()
    console = Console(width=170)
    measure(asked.labels, console, errors=asked.errors)
    measure_formats(asked.labels, console)
    if asked.folder:
        survey(asked.folder, console)


if __name__ == "__main__":
    run()
