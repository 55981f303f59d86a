"""Reads judged sets: which files of a folder belong together, their documents, their judgments."""

from collections.abc import Callable, Container, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ingestion import AnyDocument, Normalizer, SourceRow, find_names, read_path
from milvus import Entity, Kind
from service.errors import BadJudgements
from service.evaluation.judged import JudgedSet
from service.evaluation.judgement_files import Judgement, Problem, ReadJudgements, check_whole, read_grades, read_qrels

QRELS_SUFFIX = "_qrels.tsv"
_QUERIES_SUFFIX = "_queries.jsonl"
_CORPUS_SUFFIX = "_corpus.jsonl"
_OWN_FILES = {Kind.VACANCIES: "vacancies.jsonl", Kind.RESUMES: "resumes.jsonl"}
FORMS = (
    "a folder, a NAME_qrels.tsv with NAME_queries.jsonl and NAME_corpus.jsonl beside it, or judgments "
    "(.csv, _qrels.tsv) with vacancies.jsonl and resumes.jsonl beside them"
)

Report = Callable[[str], None]
"""Told what goes on, to be shown for as long as it does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetFiles:
    """The files of one judged set. `is_own` where the grades are 0 to 3 as in our samples, and from 2 on suitable."""

    name: str
    query_kind: Kind
    documents: dict[Kind, Path]
    judgements: tuple[Path, ...]
    is_own: bool

    @property
    def relevant_from(self) -> int:
        """The least grade of a relevant document where nobody says another."""
        return 2 if self.is_own else 1


def find_sets(paths: Sequence[Path], *, query_kind: Kind = Kind.VACANCIES) -> list[SetFiles]:
    """The judged sets in folders and files. `query_kind`: what the queries of qrels are. Raises BadJudgements.

    Judgment files that share their documents make one set.
    """
    found: dict[tuple[Path, ...], SetFiles] = {}
    for path in paths:
        judgements = _list_judgements(path)
        if not judgements:
            raise BadJudgements(f"{path} holds no judged set; known: {FORMS}")
        for file in judgements:
            one = _complete(file, query_kind)
            key = tuple(sorted(one.documents.values()))
            before = found.get(key)
            files = dict.fromkeys([*(before.judgements if before else ()), file])
            found[key] = SetFiles(
                name=one.name,
                query_kind=one.query_kind,
                documents=one.documents,
                judgements=tuple(files),
                is_own=one.is_own,
            )
    return list(found.values())


def read_set(
    files: SetFiles, normalizer: Normalizer, *, relevant_from: int | None = None, report: Report = lambda _: None
) -> JudgedSet:
    """Read one set. Raises BadJudgements where judgments cannot be read or contradict each other, naming file and row.

    Documents that cannot be read, and judgments of documents that are not there, are left out and named. Of a pair that
    is judged in two files, the later file's grade counts. What `leave_out` takes away is not searched.
    """
    left: list[Problem] = []
    sides = {
        kind: read_entities(path, kind, normalizer, report=report, problems=left)
        for kind, path in files.documents.items()
    }
    grades: dict[str, dict[str, int]] = {}
    for file in files.judgements:
        read = read_judgements(file, files.query_kind)
        check_whole([*read.problems, *find_contradictions(read.judgements)], file)
        strangers = list(find_strangers(read.judgements, sides))
        left += strangers
        unknown = {problem.location for problem in strangers}
        for one in read.judgements:
            if one.location in unknown:
                continue
            query, document = one.point_from(files.query_kind)
            grades.setdefault(query, {})[document] = one.grade
    if not grades:
        check_whole(left, files.judgements[0])
    judged = set(grades).union(*grades.values())
    kept = {kind: leave_out(documents, judged=judged) for kind, documents in sides.items()}
    return JudgedSet(
        name=files.name,
        query_kind=files.query_kind,
        queries=kept[files.query_kind],
        corpus=kept[files.query_kind.counterpart],
        grades=grades,
        relevant_from=files.relevant_from if relevant_from is None else relevant_from,
        left_out=sum(len(sides[kind]) - len(kept[kind]) for kind in Kind),
        problems=tuple(map(str, left)),
    )


def find_documents(path: Path, *, query_kind: Kind = Kind.VACANCIES) -> dict[Kind, Path]:
    """The documents of both sides in a folder, judged or not. Raises BadJudgements."""
    own = _find_own(path)
    if own:
        return own
    queries = sorted(path.glob(f"*{_QUERIES_SUFFIX}"))
    if len(queries) == 1:
        return _complete(Path(str(queries[0]).removesuffix(_QUERIES_SUFFIX) + QRELS_SUFFIX), query_kind).documents
    raise BadJudgements(
        f"{path} holds neither {' and '.join(_OWN_FILES.values())} nor one pair of *{_QUERIES_SUFFIX} and "
        f"*{_CORPUS_SUFFIX}"
    )


def read_entities(
    path: Path,
    kind: Kind,
    normalizer: Normalizer,
    *,
    report: Report = lambda _: None,
    problems: list[Problem] | None = None,
) -> dict[str, Entity]:
    """The documents of a file by id, as the product would store them; see `read_documents`."""
    entities = {}
    for id, document in read_documents(path, kind, problems=problems).items():
        entities[id] = normalizer.normalize(document, names=find_names(document))
        if len(entities) % 50 == 0:
            report(f"Reading {path.name}: {len(entities):,}")
    return entities


def read_documents(path: Path, kind: Kind, *, problems: list[Problem] | None = None) -> dict[str, AnyDocument]:
    """The documents of a file by id, as they came.

    Bad rows are added to `problems`; without it, and where there are no others, BadJudgements names them.
    """
    documents: dict[str, AnyDocument] = {}
    found: list[Problem] = []
    for row in read_path(path, kind=kind):
        if not isinstance(row, SourceRow):
            found.append(Problem(row.location, row.reason))
        elif row.document.id in documents:
            found.append(Problem(row.location, f"the id {row.document.id!r} is there twice"))
        else:
            documents[row.document.id] = row.document
    if problems is None or not documents:
        check_whole(found, path)
    else:
        problems += found
    if not documents:
        raise BadJudgements(f"{path} holds no documents")
    return documents


def read_judgements(file: Path, query_kind: Kind) -> ReadJudgements:
    """Read a file of judgments of either form. Raises BadJudgements where it is of neither."""
    return read_grades(file) if file.suffix == ".csv" else read_qrels(file, query_kind)


def find_strangers(judgements: Sequence[Judgement], sides: Mapping[Kind, Container[str]]) -> Iterator[Problem]:
    """The judgments of documents that are not there."""
    for one in judgements:
        for kind, id, what in ((Kind.VACANCIES, one.vacancy, "vacancy"), (Kind.RESUMES, one.resume, "resume")):
            if id not in sides[kind]:
                yield Problem(one.location, f"there is no {what} {id!r}")


def find_contradictions(judgements: Sequence[Judgement]) -> Iterator[Problem]:
    """The judgments of a pair that an earlier row graded otherwise."""
    first: dict[tuple[str, str], Judgement] = {}
    for one in judgements:
        before = first.setdefault((one.vacancy, one.resume), one)
        if before.grade != one.grade:
            yield Problem(one.location, f"graded {one.grade}, but {before.grade} at {before.location}")


def leave_out(documents: Mapping[str, Entity], *, judged: Set[str] = frozenset()) -> dict[str, Entity]:
    """Without what has expired, unless it is judged, and what has no text once personal data is cut."""
    now = datetime.now(UTC)

    def is_kept(entity: Entity) -> bool:
        has_expired = entity.expires_at is not None and entity.expires_at <= now
        return bool(entity.embedded_text.strip()) and (entity.id in judged or not has_expired)

    return {id: entity for id, entity in documents.items() if is_kept(entity)}


def _list_judgements(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise BadJudgements(f"{path}: there is no such file or folder")
    tables = sorted(path.glob("judgements*.csv")) if _find_own(path) else []
    return tables + sorted(path.glob(f"*{QRELS_SUFFIX}"))


def _complete(judgements: Path, query_kind: Kind) -> SetFiles:
    """The set that a file of judgments belongs to."""
    if judgements.name.endswith(QRELS_SUFFIX):
        stem = judgements.name.removesuffix(QRELS_SUFFIX)
        queries, corpus = (judgements.with_name(stem + suffix) for suffix in (_QUERIES_SUFFIX, _CORPUS_SUFFIX))
        if queries.is_file() and corpus.is_file():
            documents = {query_kind: queries, query_kind.counterpart: corpus}
            return SetFiles(
                name=stem, query_kind=query_kind, documents=documents, judgements=(judgements,), is_own=False
            )
    own = _find_own(judgements.parent) if judgements.name.endswith((".csv", QRELS_SUFFIX)) else None
    if own is None:
        raise BadJudgements(f"{judgements} is no judged set that can be read; known: {FORMS}")
    name = judgements.resolve().parent.name
    return SetFiles(name=name, query_kind=query_kind, documents=own, judgements=(judgements,), is_own=True)


def _find_own(folder: Path) -> dict[Kind, Path] | None:
    documents = {kind: folder / name for kind, name in _OWN_FILES.items()}
    return documents if all(path.is_file() for path in documents.values()) else None
