"""Tables: delimiters, encodings, broken rows, column names and values of three languages."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingestion.documents import ResumeDocument, VacancyDocument
from ingestion.errors import UnreadableSource
from ingestion.sources import read_path
from milvus import EmploymentType, Kind, WorkFormat
from tests.contract.sources.examples import read, read_bytes

RUSSIAN = "Название вакансии;Описание;Компания\nПекарь;Печёт хлеб, работает ночью;Мельница\n"
SPANISH = "Puesto;Descripción;Empresa\nPanadero;Hornea pan de la región, ¿mañanas también?;El Molino de Ávila\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "utf-16", "utf-16-le", "utf-16-be"])
def test_russian_csv_is_read_in_every_encoding(encoding: str, tmp_path: Path) -> None:
    [row], [] = read_bytes(tmp_path, "t.csv", RUSSIAN.encode(encoding))
    assert isinstance(row.document, VacancyDocument)
    assert (row.document.title, row.document.company) == ("Пекарь", "Мельница")
    assert row.document.text == "Печёт хлеб, работает ночью"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"])
def test_spanish_csv_is_read_in_every_encoding(encoding: str, tmp_path: Path) -> None:
    [row], [] = read_bytes(tmp_path, "t.csv", SPANISH.encode(encoding))
    assert row.document.text == "Hornea pan de la región, ¿mañanas también?"


def test_encoding_is_told_by_a_letter_far_into_the_file(tmp_path: Path) -> None:
    lines = ["id,title,company", *(f"{number},Baker of white bread and cakes,Mill" for number in range(10_000))]
    content = "\n".join([*lines, "last,Пекарь ржаного хлеба,Mill"]).encode("cp1251")
    rows, [] = read_bytes(tmp_path, "t.csv", content)
    assert rows[-1].document.title == "Пекарь ржаного хлеба"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiter_is_detected(delimiter: str, tmp_path: Path) -> None:
    lines = [delimiter.join(row) for row in (("id", '"title, full"', "title", "employer"), ("1", "a", "Baker", "Mill"))]
    [row], [] = read_bytes(tmp_path, "t.csv", "\r\n".join(lines).encode())
    assert (row.document.id, row.document.title, row.ignored) == ("1", "Baker", ("title, full",))


def test_quoted_line_breaks_stay_in_the_value(tmp_path: Path) -> None:
    content = b'id,text,company\n1,"Bakes:\n- bread, ""rye""\n- cakes",Mill\n2,Sells,Mill\n'
    rows, [] = read_bytes(tmp_path, "t.csv", content)
    assert [row.document.text for row in rows] == ['Bakes:\n- bread, "rye"\n- cakes', "Sells"]
    assert [row.location.rpartition("/")[2] for row in rows] == ["t.csv:2 (row 1)", "t.csv:5 (row 2)"]


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ("2,Baker", "has 2 columns, the header has 3"),
        ("2,Baker,Mill,more", "has 4 columns, the header has 3"),
        ('2,"Baker,Mill', "a quote is opened and not closed"),
        ('2,"The "best" baker",Mill', "a quote is closed within a value"),
        ("2,Bak\x00er,Mill", "title: contains a NUL byte at character 3"),
        ("2," + "x" * 200_000 + ",Mill", "a value is longer than 131,072 characters"),
    ],
)
def test_broken_row_is_named_by_line_and_costs_no_other(broken: str, reason: str, tmp_path: Path) -> None:
    content = f"id,title,company\n1,Cook,Inn\n{broken}\n3,Waiter,Inn\n4,Porter,Inn\n"
    rows, [rejection] = read_bytes(tmp_path, "t.csv", content.encode())
    assert [row.document.id for row in rows] == ["1", "3", "4"]
    assert rejection.location.endswith("t.csv:3 (row 2)")
    assert reason in rejection.reason
    assert rejection.raw is not None
    assert rejection.raw.startswith("2,")


def test_byte_outside_of_the_encoding_rejects_its_row(tmp_path: Path) -> None:
    content = "id,title,company\n1,Пекарь,Mill\n2,Bak".encode() + b"\xe9r,Mill\n3,Cook,Mill\n"
    rows, [rejection] = read_bytes(tmp_path, "t.csv", content)
    assert [row.document.id for row in rows] == ["1", "3"]
    assert "title: byte 0xe9 at character 3" in rejection.reason


def test_two_columns_of_one_name_are_refused(tmp_path: Path) -> None:
    rows, [rejection] = read_bytes(tmp_path, "jobs.csv", b"id,title,title\n1,a,b\n")
    assert rows == []
    assert "two columns named 'title'" in rejection.reason


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"id": "2", "title": "Baker"', "is not JSON"),
        (b'["Baker"]', "is not an object"),
        (b'{"id": "2", "title": "Bak\xe9r"}', "is not UTF-8: byte 0xe9 at 26"),
        (b'{"id": "2", "title": "Baker", "salary_from": NaN}', "salary.min: nan"),
        (b'{"id": "2", "title": "Baker", "salary": {"max": Infinity}}', "salary.max: inf"),
        (b'{"id": "2", "title": "Baker", "lat": 1e999, "lon": 0}', "place.latitude: inf"),
        (
            b'{"id": "2", "title": "Baker", "salary": {"min": -5}}',
            "salary.min: Input should be greater than or equal to 0",
        ),
        (b'{"id": "2", "title": "Baker", "salary": {"least": 5}}', "salary.least: Extra inputs are not permitted"),
        (b'{"id": "2", "title": "Ba\\u0000ker"}', "title: contains a NUL byte at character 2"),
        (b'{"id": "2", "title": "Baker", "published_at": 1700000000}', "published_at: "),
        (b'{"id": "2", "title": "Baker", "published_at": "soon"}', "published_at: "),
        (b'{"id": "2"}', "has neither a title nor a text nor skills"),
        (b'{"id": "2", "skills": [' + b",".join(b'"s%d"' % n for n in range(10_000)) + b"]}", "skills: "),
        (b'{"id": "' + b"i" * 600 + b'", "title": "Baker"}', "id: is longer than 512 bytes"),
    ],
)
def test_broken_line_is_named_by_number_and_costs_no_other(line: bytes, reason: str, tmp_path: Path) -> None:
    content = b'{"id": "1", "title": "Cook"}\n' + line + b'\n\n{"id": 3, "title": "Waiter"}\n'
    rows, [rejection] = read_bytes(tmp_path, "vacancies.jsonl", content)
    assert [row.document.id for row in rows] == ["1", "3"]
    assert rejection.location.endswith("vacancies.jsonl:2")
    assert reason in rejection.reason
    assert len(rejection.reason) < 400


def read_row(folder: Path, row: dict[str, Any], kind: Kind, **mapping: str) -> tuple[Any, tuple[str, ...]]:
    """The document of one JSON row, and what was ignored in it."""
    [found], [] = read_bytes(folder, "t.jsonl", json.dumps({"title": "Baker"} | row).encode(), kind=kind, **mapping)
    return found.document, found.ignored


def test_nan_where_no_number_belongs_is_an_empty_cell(tmp_path: Path) -> None:
    document, _ = read_row(tmp_path, {"company": float("nan"), "Занятость": float("nan")}, Kind.VACANCIES)
    assert (document.company, document.employment_types) == (None, [])


def test_unmapped_columns_are_listed_and_harmless(tmp_path: Path) -> None:
    document, ignored = read_row(tmp_path, {"_id": 7, "labels": ["a"], "pool": "x"}, Kind.RESUMES)
    assert (document.id, ignored) == ("7", ("labels", "pool"))


def test_russian_resume_columns_fill_their_fields(tmp_path: Path) -> None:
    header = (
        '"Пол, возраст";ЗП;"Ищет работу на должность:";"Город, переезд, командировки";Занятость;График;"Опыт работы"'
        ';"Образование и ВУЗ";ФИО;"Обновление резюме"'
    )
    values = (
        '"Женщина , 30 лет";60 000 руб.;Технолог;"Тула , готова к переезду";"частичная занятость, полная занятость"'
        ';"гибкий график, удаленная работа";"Опыт работы 5 лет\nХлебозавод";ТулГУ;Иванова Анна;16.04.2019 15:59'
    )
    [row], [] = read_bytes(tmp_path, "t.csv", f"{header}\n{values}\n".encode("cp1251"))
    resume = row.document
    assert isinstance(resume, ResumeDocument)
    assert resume.person is not None
    assert (resume.person.name, resume.person.gender) == ("Иванова Анна", "Женщина")
    assert resume.place is not None
    assert resume.place.text == "Тула"
    assert resume.salary is not None
    assert resume.salary.text == "60 000 руб."
    assert (resume.title, resume.education, resume.text) == ("Технолог", "ТулГУ", "Опыт работы 5 лет\nХлебозавод")
    assert resume.employment_types == [EmploymentType.PART_TIME, EmploymentType.FULL_TIME]
    assert resume.work_format is WorkFormat.REMOTE
    assert resume.published_at == datetime(2019, 4, 16, 15, 59, tzinfo=UTC)
    assert row.ignored == ("График=гибкий график",)


def test_export_of_hh_resumes_fills_every_field(tmp_path: Path) -> None:
    row = {
        "Пол, возраст": "Мужчина , 42 года , родился 6 октября 1976",
        "ЗП": "50 000 руб.",
        "Ищет работу на должность:": "Главный пекарь",
        "Город, переезд, командировки": "Советск (Калининградская область) , не готов к переезду",
        "Занятость": "полная занятость, проектная работа",
        "График": "полный день, удаленная работа",
        "Опыт работы": "Опыт работы 5 лет 7 месяцев Ноябрь 2017 — по настоящее время 1 год 6 месяцев Мельница Пекарь",
        "Последнее/нынешнее место работы": "Мельница",
        "Последняя/нынешняя должность": "Пекарь ночной смены",
        "Образование и ВУЗ": "Среднее специальное образование 1998 Техникум",
        "Обновление резюме": "16.04.2019 15:59",
        "Авто": "Имеется собственный автомобиль",
    }
    lines = [list(row), list(row.values())]
    content = "\n".join(";".join(f'"{value}"' for value in line) for line in lines).encode("cp1251")
    [found], [] = read_bytes(tmp_path, "hh.csv", content)
    assert found.ignored == ("Авто",)
    assert found.document == ResumeDocument.model_validate(
        {
            "id": found.document.id,
            "title": "Главный пекарь",
            "person": {"gender": "Мужчина", "birth_date": "6 октября 1976"},
            "salary": {"text": "50 000 руб."},
            "place": {"text": "Советск (Калининградская область)"},
            "employment_types": ["full_time", "contract"],
            "work_format": "remote",
            "experience": "5 лет 7 месяцев",
            "education": "Среднее специальное образование 1998 Техникум",
            "published_at": datetime(2019, 4, 16, 15, 59, tzinfo=UTC),
            "text": f"Пекарь ночной смены\n\nМельница\n\n{row['Опыт работы']}",
        }
    )


@pytest.mark.parametrize(
    ("row", "title", "experience"),
    [
        ({"Последняя/нынешняя должность": "Пекарь"}, "Пекарь", None),
        ({"Последняя/нынешняя должность": "Пекарь", "Желаемая должность": "Повар"}, "Повар", None),
        ({"Желаемая должность": "Повар", "Опыт работы": "Стаж 3 года"}, "Повар", "Стаж 3 года"),
        ({"Желаемая должность": "Повар", "Опыт работы": "опыт работы: 7 месяцев Кафе"}, "Повар", "7 месяцев"),
        ({"Желаемая должность": "Повар", "Опыт работы": "Кафе " * 150}, "Повар", None),
    ],
)
def test_wanted_title_and_total_experience_are_told_from_history(
    row: dict[str, str], title: str, experience: str | None, tmp_path: Path
) -> None:
    [found], [] = read_bytes(tmp_path, "t.jsonl", json.dumps(row).encode(), kind=Kind.RESUMES)
    assert (found.document.title, found.document.experience) == (title, experience)


def test_spanish_vacancy_columns_fill_their_fields(tmp_path: Path) -> None:
    header = (
        "Puesto|Empresa|Ciudad|Jornada|Modalidad|Habilidades|Experiencia|Salario mínimo|Moneda|Fecha de publicación"
    )
    values = "Panadera|El Molino|Ávila|jornada completa|teletrabajo|masas; hornos|2 años|18.000|EUR|05/06/2024"
    [row], [] = read_bytes(tmp_path, "t.csv", f"{header}\n{values}\n".encode("cp1252"))
    vacancy = row.document
    assert isinstance(vacancy, VacancyDocument)
    assert vacancy.place is not None
    assert vacancy.salary is not None
    assert (vacancy.title, vacancy.company, vacancy.place.city) == ("Panadera", "El Molino", "Ávila")
    assert (vacancy.employment_types, vacancy.work_format) == ([EmploymentType.FULL_TIME], WorkFormat.REMOTE)
    assert (vacancy.skills, vacancy.experience) == (["masas", "hornos"], "2 años")
    assert (vacancy.salary.min, vacancy.salary.currency) == (18_000, "EUR")
    assert vacancy.published_at == datetime(2024, 6, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("words", "types", "work_format"),
    [
        ("FULL_TIME", [EmploymentType.FULL_TIME], None),
        ("Full-time, Contract", [EmploymentType.FULL_TIME, EmploymentType.CONTRACT], None),
        ("Full-time/Part-time", [EmploymentType.FULL_TIME, EmploymentType.PART_TIME], None),
        ("вахта", [EmploymentType.SHIFT], None),
        ("Стажировка", [EmploymentType.INTERNSHIP], None),
        ("TELECOMMUTE", [], WorkFormat.REMOTE),
        ("Гибридный", [], WorkFormat.HYBRID),
        ("presencial", [], WorkFormat.ON_SITE),
        ("удалённая работа", [], WorkFormat.REMOTE),
        ("remote, on-site", [], None),
        ("whenever", [], None),
    ],
)
def test_words_of_employment_are_read(
    words: str, types: list[EmploymentType], work_format: WorkFormat | None, tmp_path: Path
) -> None:
    document, ignored = read_row(tmp_path, {"Employment type": words}, Kind.VACANCIES)
    assert (document.employment_types, document.work_format) == (types, work_format)
    assert ignored == (("Employment type=whenever",) if words == "whenever" else ())


@pytest.mark.parametrize(
    ("written", "skills"),
    [
        (["SQL", "Go", "SQL"], ["SQL", "Go"]),
        ([{"name": "SQL"}, {"name": "Go"}], ["SQL", "Go"]),
        ("SQL, Go;Rust|C\nC#", ["SQL", "Go", "Rust", "C", "C#"]),
        ("Excel (VBA, Power Query), Word", ["Excel (VBA, Power Query)", "Word"]),
        ("['SQL', 'Go']", ["SQL", "Go"]),
        ('["SQL", "Go"]', ["SQL", "Go"]),
        ("((((", ["(((("]),
    ],
)
def test_skills_are_split(written: object, skills: list[str], tmp_path: Path) -> None:
    assert read_row(tmp_path, {"Key skills": written}, Kind.VACANCIES)[0].skills == skills


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"Posted": "2024-05-12"}, datetime(2024, 5, 12, tzinfo=UTC)),
        ({"Posted": "2024-05-12T10:00:00+0000"}, datetime(2024, 5, 12, 10, tzinfo=UTC)),
        ({"Posted": "12.05.2024"}, datetime(2024, 5, 12, tzinfo=UTC)),
        ({"Posted": "25/05/2024"}, datetime(2024, 5, 25, tzinfo=UTC)),
        ({"Posted": "05/25/2024"}, datetime(2024, 5, 25, tzinfo=UTC)),
        ({"Posted": "12/05/2024", "text": "Хлеб"}, datetime(2024, 5, 12, tzinfo=UTC)),
        ({"Posted": "12/05/2024"}, None),
        ({"Posted": 1_700_000_000}, None),
        ({"Posted": "3 days ago"}, None),
    ],
)
def test_dates_are_read_where_they_are_certain(row: dict[str, Any], expected: datetime | None, tmp_path: Path) -> None:
    document, ignored = read_row(tmp_path, row, Kind.VACANCIES)
    assert document.published_at == expected
    assert ignored == (() if expected else (f"Posted={row['Posted']}",))


def test_last_day_counts_to_its_end(tmp_path: Path) -> None:
    document, _ = read_row(tmp_path, {"Closing date": "2024-05-12"}, Kind.VACANCIES)
    assert document.expires_at == datetime(2024, 5, 12, 23, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("80 000", 80_000),
        ("42,000.50", 42_000.5),
        ("80.000", 80_000),
        ("80000.0", 80_000),
        ("£42,000", 42_000),
        (7.5, 7.5),
    ],
)
def test_amounts_are_read(written: object, amount: float, tmp_path: Path) -> None:
    document, _ = read_row(tmp_path, {"salary_from": written}, Kind.VACANCIES)
    assert document.salary.min == amount


def test_amount_in_words_is_kept_as_text(tmp_path: Path) -> None:
    document, _ = read_row(tmp_path, {"salary_from": "по договорённости"}, Kind.VACANCIES)
    assert (document.salary.min, document.salary.text) == (None, "по договорённости")


def test_objects_in_place_of_plain_values_are_read(tmp_path: Path) -> None:
    row = {
        "name": "Пекарь",
        "employer": {"name": "Мельница"},
        "area": {"id": "1", "name": "Тула"},
        "salary": {"from": 50_000, "to": None, "currency": "RUR", "gross": True},
        "schedule": {"id": "remote", "name": "Удаленная работа"},
        "is_remote": False,
        "language": "Russian",
    }
    document, ignored = read_row(tmp_path, row, Kind.VACANCIES)
    assert (document.company, document.place.text, document.language) == ("Мельница", "Тула", "ru")
    assert (document.salary.min, document.salary.currency, document.salary.gross) == (50_000, "RUR", True)
    assert document.work_format is WorkFormat.REMOTE
    assert ignored == ("name",)


def test_long_experience_of_a_column_is_text(tmp_path: Path) -> None:
    document, _ = read_row(tmp_path, {"experience": "Baked bread. " * 60, "summary": "A baker."}, Kind.RESUMES)
    assert document.experience is None
    assert document.text.startswith("A baker.\n\nBaked bread.")


def test_spoken_languages_of_a_column_have_levels(tmp_path: Path) -> None:
    document, _ = read_row(tmp_path, {"Знание языков": "Русский - родной, English (C1), Deutsch"}, Kind.RESUMES)
    assert [(one.language, one.level) for one in document.languages] == [
        ("Русский", "родной"),
        ("English", "C1"),
        ("Deutsch", None),
    ]


@pytest.mark.parametrize(
    ("written", "level"),
    [("Bachelor", "bachelor"), ("vocational", "vocational"), ("Высшее", "bachelor"), ("MSc, in progress", None)],
)
def test_education_level_of_a_column_is_read_or_left_out(written: str, level: str | None, tmp_path: Path) -> None:
    document, _ = read_row(tmp_path, {"title": "Baker", "Education level": written}, Kind.RESUMES)
    assert document.education_level == level


def test_a_vacancy_may_ask_for_languages(tmp_path: Path) -> None:
    document, _ = read_row(tmp_path, {"title": "Baker", "languages": "French (B1)"}, Kind.VACANCIES)
    assert [(one.language, one.level) for one in document.languages] == [("French", "B1")]


def test_mapping_wins_over_names(tmp_path: Path) -> None:
    mapping = {"headline": "company", "Wo": "place.city"}
    document, _ = read_row(tmp_path, {"headline": "Mill", "Wo": "Ulm"}, Kind.VACANCIES, **mapping)
    assert (document.company, document.place.city, document.title) == ("Mill", "Ulm", "Baker")


def test_mapping_to_an_unknown_field_raises_with_the_known_ones(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,b\n")
    with pytest.raises(UnreadableSource, match=r"'a' is mapped to 'salary.least'.*salary\.max, salary\.min"):
        read_path(tmp_path / "t.csv", mapping={"a": "salary.least"})


def test_parquet_lists_and_row_groups_are_read(tmp_path: Path) -> None:
    table = pa.table(
        {
            "id": list(range(1_200)),
            "title": ["Baker"] * 1_200,
            "skills": [["bread", "cakes"]] * 1_200,
            "date_posted": [datetime(2024, 5, 12, tzinfo=UTC)] * 1_200,
            "salary_min": [None] * 1_199 + [5.0],
        }
    )
    pq.write_table(table, tmp_path / "vacancies.parquet", row_group_size=700)
    rows, [] = read(tmp_path / "vacancies.parquet")
    assert [row.document.id for row in rows] == [str(number) for number in range(1_200)]
    assert rows[0].document.skills == ["bread", "cakes"]
    assert rows[0].document.published_at == datetime(2024, 5, 12, tzinfo=UTC)
    assert rows[0].document.salary is None
    assert rows[-1].location.endswith("vacancies.parquet:1200")
