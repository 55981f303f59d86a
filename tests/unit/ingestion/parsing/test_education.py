"""Levels of education, completed and not."""

import pytest

from ingestion.parsing.education import read_education
from ingestion.parsing.lines import split_lines


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("PhD in Organic Chemistry, 2018\nBSc Chemistry, 2011", "doctorate"),
        ("кандидат технических наук, 2021", "doctorate"),
        ("M.B.A, 2015", "master"),
        ("Bachelor's degree, Computer Science", "bachelor"),
        ("B.S. Degree: Information Systems", "bachelor"),
        ("Высшее\n2015\nУральский университет", "bachelor"),
        ("диплом специалиста, 2008", "master"),
        ("Máster en Urgencias, 2018", "master"),
        ("Grado en Enfermería, 2015", "bachelor"),
        ("Ingeniería de Sistemas, 2012 - 2017", "bachelor"),
        ("Grado Medio en Soldadura", "vocational"),
        ("CFGS Administración y Finanzas", "vocational"),
        ("среднее специальное, медицинский колледж", "vocational"),
        ("NVQ Level 3 Electrical Installation", "vocational"),
        ("Associate of Science: Culinary Arts, 2008", "vocational"),
        ("GCSEs, Newport High School, 2004", "secondary"),
        ("Среднее общее, школа № 45", "secondary"),
        ("Bachillerato, 2016", "secondary"),
        ("WSEI (High School of Economics and Innovations), 2014", None),
        ("Lomonosov Moscow State University, 2012", None),
    ],
)
def test_highest_completed_level_is_read(text: str, level: str | None) -> None:
    assert read_education(split_lines(text), dedicated=True) == (level, None)


@pytest.mark.parametrize(
    ("text", "completed", "unfinished"),
    [
        ("Неоконченное высшее: институт торговли, 2010-2013", None, "bachelor"),
        ("Unfinished higher education, State University", None, "bachelor"),
        ("Bachelor of Arts, expected June 2027\nHigh School Diploma, 2021", "secondary", "bachelor"),
        ("Licenciatura en Derecho, 2016\nMáster en Asesoría (cursando)", "bachelor", "master"),
    ],
)
def test_what_is_not_completed_is_told_apart(text: str, completed: str | None, unfinished: str) -> None:
    assert read_education(split_lines(text), dedicated=True) == (completed, unfinished)


def test_in_other_text_a_level_needs_a_year_or_a_place_of_study() -> None:
    lines = split_lines("Master of disguise, bachelor by choice.")
    assert read_education(lines, dedicated=False) == (None, None)
    assert read_education(split_lines("BA Economics, 2010 - 2013"), dedicated=False) == ("bachelor", None)
