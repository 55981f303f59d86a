"""Small judged sets and files of them."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from ingestion import Normalizer
from ingestion.currency import load_rates
from ingestion.skills import load_taxonomy
from milvus import Entity, Kind, Resume, Vacancy
from service.evaluation.judged import Grades, JudgedSet

NORMALIZER = Normalizer(taxonomy=load_taxonomy(), rates=load_rates())

VACANCIES = {
    "v1": "Pastry chef for croissants and cakes",
    "v2": "Welder of steel pipes",
    "v3": "Accountant, taxes and payroll",
}
RESUMES = {
    "r1": "I bake croissants, cakes and bread as a pastry chef",
    "r2": "Steel pipes are what I weld, certified welder",
    "r3": "Ten years of payroll, taxes and audits",
    "r4": "Gardener who knows roses",
}
QRELS = "v1\t0\tr1\t3\nv1\t0\tr2\t0\nv2\t0\tr2\t2\nv3\t0\tr3\t3\nv3\t0\tr4\t1\n"


def make_entity(kind: Kind, id: str, text: str, language: str = "en") -> Entity:
    """An entity of a few words."""
    made = Vacancy if kind is Kind.VACANCIES else Resume
    return made(id=id, text=text, language=language, text_hash="", document_hash="")


def make_side(kind: Kind, texts: Mapping[str, str]) -> dict[str, Entity]:
    """One side of a set."""
    return {id: make_entity(kind, id, text) for id, text in texts.items()}


def make_set(grades: Grades, *, corpus: Iterable[str] = "abcdef", relevant_from: int = 1) -> JudgedSet:
    """A set whose queries are those of the grades."""
    return JudgedSet(
        name="small",
        query_kind=Kind.VACANCIES,
        queries=make_side(Kind.VACANCIES, dict.fromkeys(grades, "text")),
        corpus=make_side(Kind.RESUMES, dict.fromkeys(corpus, "text")),
        grades=grades,
        relevant_from=relevant_from,
    )


def write_documents(path: Path, texts: Mapping[str, str]) -> Path:
    """A file of documents, one a line."""
    path.write_text("".join(json.dumps({"_id": id, "title": "", "text": text}) + "\n" for id, text in texts.items()))
    return path


def write_set(folder: Path, *, qrels: str = QRELS, name: str = "small") -> Path:
    """A set in the form of retrieval collections; the path of its qrels."""
    write_documents(folder / f"{name}_queries.jsonl", VACANCIES)
    write_documents(folder / f"{name}_corpus.jsonl", RESUMES)
    path = folder / f"{name}_qrels.tsv"
    path.write_text(qrels)
    return path


def write_own_set(folder: Path, judgements: str | None) -> Path:
    """A set in the form of our samples; the folder."""
    write_documents(folder / "vacancies.jsonl", VACANCIES)
    write_documents(folder / "resumes.jsonl", RESUMES)
    if judgements is not None:
        (folder / "judgements.csv").write_text(judgements)
    return folder
