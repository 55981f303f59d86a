"""LinkedIn data exports: one resume of one member, and nothing of anybody else."""

from pathlib import Path

import pytest

from ingestion.documents import ResumeDocument
from milvus import Kind
from tests.contract.sources.examples import read, read_bytes, write_zip

EXPORT = {
    "Profile.csv": (
        "First Name,Last Name,Maiden Name,Address,Birth Date,Headline,Summary,Industry,Zip Code,Geo Location,"
        "Twitter Handles,Websites,Instant Messengers\n"
        'Ann,Miller,,1 High Street,May 12,Baker of rye bread,"Bakes at night,\nsells at dawn.",Food,BA1,'
        '"Bath, England, United Kingdom",,[PERSONAL:https://example.com/ann],\n'
    ),
    "Positions.csv": (
        "Company Name,Title,Description,Location,Started On,Finished On\n"
        'Old Mill,Baker,"Rye, wheat.",Bath,Mar 2020,\n'
        "Inn,Cook,,Bristol,2016,Feb 2020\n"
        "Harbor,Porter,,,,\n"
    ),
    "Education.csv": (
        "School Name,Start Date,End Date,Notes,Degree Name,Activities\nSchool of Baking,2014,2016,,Diploma,Choir\n"
    ),
    "Skills.csv": "Name\nBaking\nOvens\nBaking\n",
    "Languages.csv": "Name,Proficiency\nEnglish,Native or bilingual proficiency\n",
    "Projects.csv": "Title,Description,Url,Started On,Finished On\nNight bakery,Open till dawn.,,Jan 2021,\n",
    "Email Addresses.csv": (
        "Email Address,Confirmed,Primary,Updated On\nold@example.com,Yes,No,\nann@example.com,Yes,Yes,\n"
    ),
    "PhoneNumbers.csv": "Extension,Number,Type\n,555-0100,Mobile\n",
    "Connections.csv": (
        'Notes:\n"When exporting your connection data, some may be missing."\n\n'
        "First Name,Last Name,URL,Email Address,Company,Position,Connected On\n"
        "Zoe,Stranger,,zoe@example.com,Elsewhere,Spy,01 Jan 2024\n"
    ),
    "messages.csv": "CONVERSATION ID,FROM,TO,CONTENT\n1,Zoe Stranger,Ann,A secret word\n",
    "Jobs/Saved Jobs.csv": "Company Name,Job Title\nElsewhere,Spy\n",
    "Articles/A stranger thing.html": "<p>Stranger</p>",
}


def write_export(**changes: str) -> dict[str, bytes]:
    """The files of the export, some of them changed; their names without the ending are the keywords."""
    return {
        name: content.encode() for name, content in {**EXPORT, **{f"{k}.csv": v for k, v in changes.items()}}.items()
    }


def test_export_is_one_resume_with_every_field(tmp_path: Path) -> None:
    [row], [] = read_bytes(tmp_path, "export.zip", write_zip(write_export()))
    resume = row.document
    assert isinstance(resume, ResumeDocument)
    assert (resume.id, resume.title, resume.category) == ("export.zip", "Baker of rye bread", "Food")
    assert resume.skills == ["Baking", "Ovens"]
    assert resume.place is not None
    assert resume.place.text == "Bath, England, United Kingdom"
    assert resume.person is not None
    assert resume.person.model_dump(exclude_none=True) == {
        "name": "Ann Miller",
        "email": "ann@example.com",
        "phone": "555-0100",
        "links": ["https://example.com/ann"],
        "address": "1 High Street",
        "birth_date": "May 12",
    }
    assert [period.model_dump(exclude_none=True) for period in resume.work_periods] == [
        {"start": "Mar 2020", "title": "Baker", "company": "Old Mill", "description": "Rye, wheat."},
        {"start": "2016", "end": "Feb 2020", "title": "Cook", "company": "Inn"},
    ]
    assert [(one.language, one.level) for one in resume.languages] == [("English", "Native or bilingual proficiency")]
    assert resume.education == "Diploma, School of Baking (2014 – 2016)\nChoir"
    assert resume.text == (
        "Bakes at night,\nsells at dawn.\n\nBaker, Old Mill (Mar 2020)\nRye, wheat.\n\nCook, Inn (2016 – Feb 2020)"
        "\n\nPorter, Harbor\n\nNight bakery (Jan 2021)\nOpen till dawn."
    )


def test_what_is_of_others_is_named_and_not_read(tmp_path: Path) -> None:
    [row], [] = read_bytes(tmp_path, "export.zip", write_zip(write_export()))
    assert row.ignored == ("Connections.csv", "messages.csv", "Jobs/Saved Jobs.csv", "Articles/A stranger thing.html")
    written = row.document.model_dump_json()
    assert not any(word in written for word in ("Stranger", "Zoe", "Spy", "secret", "zoe@example.com"))


def test_export_in_a_folder_reads_the_same_and_leaves_other_files_alone(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    for name, content in {**write_export(), "notes.txt": b"A cook"}.items():
        path = folder / "ann" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (folder / "bob.txt").write_text("A waiter")
    rows, rejected = read(folder)
    assert rejected == []
    assert [row.document.id for row in rows] == ["ann", "ann/notes.txt", "bob.txt"]
    [zipped], [] = read_bytes(tmp_path, "export.zip", write_zip(write_export()))
    assert rows[0].document.model_dump(exclude={"id"}) == zipped.document.model_dump(exclude={"id"})
    [alone, _], [] = read(folder / "ann")
    assert alone.document.id == "ann"


def test_exports_below_an_archive_are_told_apart(tmp_path: Path) -> None:
    members = {f"{who}/{name}": content for who in ("ann", "bob") for name, content in write_export().items()}
    rows, [] = read_bytes(tmp_path, "all.zip", write_zip({**members, "cv.txt": b"Cook"}))
    assert [row.document.id for row in rows] == ["ann", "bob", "cv.txt"]


@pytest.mark.parametrize("packed", [True, False])
def test_export_below_another_is_a_resume_of_its_own(packed: bool, tmp_path: Path) -> None:
    members = {f"{place}{name}": content for place in ("", "bob/") for name, content in write_export().items()}
    if packed:
        rows, _ = read_bytes(tmp_path, "all.zip", write_zip(members))
    else:
        for name, content in members.items():
            (tmp_path / "all" / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "all" / name).write_bytes(content)
        rows, _ = read(tmp_path / "all")
    assert [row.document.id for row in rows] == (["all.zip", "bob"] if packed else ["all", "bob"])


def test_basic_export_without_positions_or_headline_still_reads(tmp_path: Path) -> None:
    members = {"Profile.csv": b"First Name,Last Name,Headline\nAnn,Miller,\n", "Skills.csv": b"Name\nBaking\n"}
    [row], [] = read_bytes(tmp_path, "export.zip", write_zip(members))
    assert (row.document.title, row.document.text, row.document.skills) == (None, None, ["Baking"])


def test_last_position_is_the_title_where_no_headline_is(tmp_path: Path) -> None:
    export = write_export(Profile="First Name,Last Name,Headline\nAnn,Miller,\n")
    [row], [] = read_bytes(tmp_path, "export.zip", write_zip(export))
    assert row.document.title == "Baker"


def test_broken_row_is_named_and_the_resume_goes_in(tmp_path: Path) -> None:
    export = write_export(Skills='Name\nBaking\n"Ovens\nKnives\n')
    [row], [rejection] = read_bytes(tmp_path, "export.zip", write_zip(export))
    assert row.document.skills == ["Baking", "Knives"]
    assert rejection.location.endswith("export.zip/Skills.csv:3 (row 2)")
    assert rejection.kind is Kind.RESUMES


def test_tables_named_alike_but_with_other_columns_are_tables(tmp_path: Path) -> None:
    members = {"Positions.csv": b"vacancy id,title,company\n7,Baker,Mill\n"}
    [row], [] = read_bytes(tmp_path, "all.zip", write_zip(members))
    assert (row.document.id, row.document.title) == ("7", "Baker")


def test_export_where_vacancies_were_asked_for_is_rejected(tmp_path: Path) -> None:
    rows, [rejection] = read_bytes(tmp_path, "export.zip", write_zip(write_export()), kind=Kind.VACANCIES)
    assert rows == []
    assert "is a LinkedIn export" in rejection.reason


@pytest.mark.parametrize("content", [b"", b"\x00" * 50, b'"' * 999, b"Notes:\n", b"First Name,Last Name,Headline\n"])
@pytest.mark.parametrize("name", ["Profile.csv", "Positions.csv", "Skills.csv"])
def test_damaged_tables_never_raise(name: str, content: bytes, tmp_path: Path) -> None:
    rows, rejected = read_bytes(tmp_path, "export.zip", write_zip({**write_export(), name: content}))
    assert [row.document.id for row in rows] == ["export.zip"]
    assert len(rejected) <= 1
