"""Judgments in files: TREC qrels and tables of vacancy_id, resume_id, grade."""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import TextIO, TypeVar

from milvus import Kind
from service.errors import BadJudgements

HIGHEST_GRADE = 3
TABLE_COLUMNS = ("vacancy_id", "resume_id", "grade")
GRADES = {
    3: "invite at once: trade, seniority, must-have skills, place and format fit",
    2: "suitable with one gap",
    1: "related but unlikely: a neighboring trade, or two serious gaps",
    0: "not suitable: another trade, or three or more serious gaps",
}
"""What each grade means, to those who give it."""
_GRADES = range(HIGHEST_GRADE + 1)
_Pair = TypeVar("_Pair", bound=tuple[str, str])
_QRELS_RANGE = range(-9, 100)
_MOST_LISTED = 5
_GRADE = re.compile(r"(-?[0-9]{1,3})(?:\.0{1,9})?")
_BEIR_HEADER = ["query-id", "corpus-id", "score"]
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Judgement:
    """One judged pair. `location` names file and line."""

    vacancy: str
    resume: str
    grade: int
    location: str
    comment: str = ""

    def point_from(self, query_kind: Kind) -> tuple[str, str]:
        """The ids of query and document."""
        return (self.vacancy, self.resume) if query_kind is Kind.VACANCIES else (self.resume, self.vacancy)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a row, and where it is."""

    location: str
    reason: str

    def __str__(self) -> str:
        return f"{self.location}: {self.reason}"


@dataclass(slots=True)
class ReadJudgements:
    """What a file holds: judgments, how many rows have no grade yet, and what is wrong with other rows."""

    judgements: list[Judgement] = field(default_factory=list)
    ungraded: int = 0
    problems: list[Problem] = field(default_factory=list)


def read_qrels(path: Path, query_kind: Kind) -> ReadJudgements:
    """Read TREC qrels: `query 0 document grade` a line, parted by tabs, or by white space where there is no tab.

    Of the form of BEIR, which begins with `query-id corpus-id score`, the lines lack the 0. Sources of the formats:
    https://trec.nist.gov/data/qrels_eng/, https://github.com/beir-cellar/beir. Raises BadJudgements for a file that is
    no text.
    """
    read = ReadJudgements()
    columns = 4
    with _open_text(path) as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            parts = [part.strip() for part in (line.split("\t") if "\t" in line else line.split())]
            if number == 1 and parts == _BEIR_HEADER:
                columns = 3
                continue
            location = f"{path.name}:{number}"
            if len(parts) != columns:
                wanted = "4 (query, 0, document, grade)" if columns == 4 else "3 (query, document, grade)"
                read.problems.append(Problem(location, f"has {len(parts)} columns, not {wanted}"))
                continue
            query, document, grade = parts[0], parts[-2], parts[-1]
            pair = (query, document) if query_kind is Kind.VACANCIES else (document, query)
            _add(read, pair, grade, location=location, allowed=_QRELS_RANGE)
    return read


def read_grades(path: Path) -> ReadJudgements:
    """Read a table with the columns vacancy_id, resume_id and grade, 0 to 3 or empty; other columns are left alone.

    Raises BadJudgements for a file that is no such table.
    """
    read = ReadJudgements()
    with _open_text(path) as file:
        reader = csv.DictReader(file)
        absent = [name for name in TABLE_COLUMNS if name not in (reader.fieldnames or ())]
        if absent:
            raise BadJudgements(f"{path} has no column {', '.join(absent)}")
        for row in reader:
            location = f"{path.name}:{reader.line_num}"
            missing = [name for name in TABLE_COLUMNS if row[name] is None]
            if missing:
                read.problems.append(Problem(location, f"has no {' and no '.join(missing)}"))
            elif not row["grade"].strip():
                read.ungraded += 1
            else:
                pair = (unguard_cell(row["vacancy_id"]), unguard_cell(row["resume_id"]))
                comment = unguard_cell(row.get("comment") or "")
                _add(read, pair, row["grade"].strip(), location=location, allowed=_GRADES, comment=comment)
    return read


def format_grades(grades: Mapping[_Pair, int]) -> str:
    """Grades by the ids of vacancy and resume, as the CSV that `read_grades` reads."""
    table = StringIO(newline="")
    writer = csv.writer(table)
    writer.writerow(TABLE_COLUMNS)
    writer.writerows((guard_cell(vacancy), guard_cell(resume), grade) for (vacancy, resume), grade in grades.items())
    return table.getvalue()


def format_qrels(grades: Mapping[_Pair, int]) -> str:
    """Grades by the ids of query and document, as the TREC qrels that `read_qrels` reads."""
    return "".join(f"{query}\t0\t{document}\t{grade}\n" for (query, document), grade in grades.items())


def check_whole(problems: Sequence[Problem], what: Path) -> None:
    """Raise BadJudgements with the first problems, if there are any."""
    if problems:
        more = len(problems) - _MOST_LISTED
        tail = f"\nand {more} more" if more > 0 else ""
        raise BadJudgements(f"{what} cannot be used:\n" + "\n".join(map(str, problems[:_MOST_LISTED])) + tail)


def guard_cell(text: str) -> str:
    """The text as a spreadsheet takes it for text: an apostrophe goes before what would be read as a formula.

    After https://owasp.org/www-community/attacks/CSV_Injection; `unguard_cell` gives the text back.
    """
    return f"'{text}" if text.lstrip("'").startswith(_FORMULA) else text


def unguard_cell(text: str) -> str:
    """What `guard_cell` was given."""
    return text[1:] if text.startswith("'") and text.lstrip("'").startswith(_FORMULA) else text


def _add(
    read: ReadJudgements, pair: tuple[str, str], grade: str, *, location: str, allowed: range, comment: str = ""
) -> None:
    vacancy, resume = pair
    whole = _GRADE.fullmatch(grade)
    value = int(whole[1]) if whole else None
    if not vacancy or not resume:
        read.problems.append(Problem(location, "an id is empty"))
    elif value is None or value not in allowed:
        reason = f"grade {grade[:20]!r} is no whole number from {allowed[0]} to {allowed[-1]}"
        read.problems.append(Problem(location, reason))
    else:
        read.judgements.append(Judgement(vacancy, resume, value, location, comment))


@contextmanager
def _open_text(path: Path) -> Iterator[TextIO]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield file
    except OSError as error:
        raise BadJudgements(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise BadJudgements(f"{path} is not UTF-8: byte 0x{error.object[error.start]:02x}") from None
    except csv.Error as error:
        raise BadJudgements(f"{path}: {error}") from None
