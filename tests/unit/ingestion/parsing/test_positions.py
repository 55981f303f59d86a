"""Positions in the layouts that resumes have."""

from datetime import date

import pytest

from ingestion.parsing.lines import split_lines
from ingestion.parsing.positions import find_positions

TODAY = date(2026, 11, 20)


def read(text: str, *, dedicated: bool = True) -> list[tuple[str | None, str | None]]:
    found = find_positions(split_lines(text), today=TODAY, dedicated=dedicated)
    return [(position.title, position.company) for position in found]


@pytest.mark.parametrize(
    ("text", "title", "company"),
    [
        ("Senior Electrician, Brightwell Ltd\nMarch 2019 – Present", "Senior Electrician", "Brightwell Ltd"),
        ("Welder at Northyard (01/2021 - current)", "Welder", "Northyard"),
        ("2016-09 to 2023-04\nWarehouse Supervisor\nTern Logistics", "Warehouse Supervisor", "Tern Logistics"),
        ("Northyard, Audit Assistant, May 2013 to June 2017", "Audit Assistant", "Northyard"),
        ("2018 - 2026: Soldador, Talleres Guadalmar S.L.", "Soldador", "Talleres Guadalmar S.L"),
        ("junio 2019 – mayo 2022: Repartidor en Paquetería Rauda", "Repartidor", "Paquetería Rauda"),
        ("Июнь 2016 — Май 2019\n3 года\nООО «Уралснаб»\nПермь\nБухгалтер", "Бухгалтер", "ООО «Уралснаб»"),
        ("июнь 2016 – май 2019 Инженер продаж Почта России", "Инженер продаж", "Почта России"),
        ("2012-2015\tООО «Волгатранс»\tВодитель", "Водитель", "ООО «Волгатранс»"),
        ("Место работы: Больница № 21\nПериод: с 2011 по 2019\nДолжность: медсестра", "медсестра", "Больница № 21"),
        ("Sales Associate, 04/2015 to 05/2016\nCompanyName - City , State", "Sales Associate", None),
        ("2015 - 2018 in the mountains", None, None),
    ],
)
def test_title_and_company_are_told_apart(text: str, title: str | None, company: str | None) -> None:
    assert read(text) == [(title, company)]


def test_most_of_the_positions_decide_where_titles_stand() -> None:
    text = (
        "Room Chef\nMay 2014 to June 2015\nCooked for the line cook.\n"
        "Barista\nMay 2012 to June 2013\nMade coffee.\n"
        "Commis Chef\nMay 2010 to June 2011"
    )
    assert [title for title, _ in read(text)] == ["Room Chef", "Barista", "Commis Chef"]


def test_dates_within_descriptions_are_no_positions() -> None:
    assert read("• grew sales between 2015 and 2018\n• moved 40 stores from 2015 to 2018 to the new till") == []


def test_study_is_passed_over_where_no_heading_tells_work() -> None:
    text = "BSc Chemistry, Norbury University, 2010 - 2013\nChemist, Polyvane Inc., 2014 - 2020"
    assert read(text, dedicated=False) == [("Chemist", "Polyvane Inc")]
