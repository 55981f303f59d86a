"""Titles, and names that are none."""

import pytest

from ingestion.parsing.lines import split_lines
from ingestion.parsing.titles import find_title, read_header_title


@pytest.mark.parametrize(
    ("header", "title"),
    [
        ("Ivan Petrov\nSenior Developer", "Senior Developer"),
        ("Joanna Marlow, RN\nRegistered Nurse | Portland", "Registered Nurse"),
        ("Павел Сорокин, менеджер по продажам", "менеджер по продажам"),
        ("VP, Public Relations Account Director", "VP, Public Relations Account Director"),
        ("Accountant with 12 years of experience, ACCA member, looking for work.", "Accountant"),
        ("ROOMCHEF", "ROOMCHEF"),
        ("Desired position: Head of Sourdough", "Head of Sourdough"),
        ("Anna\nЖелаемая должность и зарплата\nГлавный бухгалтер", "Главный бухгалтер"),
        ("Puesto deseado: Camarera de pisos", "Camarera de pisos"),
        ("Objective: Senior Accountant", "Senior Accountant"),
        ("Pastry Baker", "Pastry Baker"),
    ],
)
def test_title_wanted_is_read(header: str, title: str) -> None:
    assert read_header_title(split_lines(header)) == title


@pytest.mark.parametrize(
    "header",
    [
        "Ivan Petrov",
        "Anna Baker",
        "JOHN CARPENTER",
        "Mark Cook, RN",
        "Кузнецова Марина Олеговна",
        "Samina Holroyd RN",
        "I am looking for work as a nurse",
        "Ищу работу администратором салона",
        "Hola, soy fontanero y vivo en Málaga.",
        "manager@example.com",
        "Windows Server, SQL Server",
        "Engineering",
        "Логистика",
    ],
)
def test_names_and_sentences_are_no_titles(header: str) -> None:
    assert read_header_title(split_lines(header)) is None


@pytest.mark.parametrize("phrase", ["Harrow Lane Accountants", "Gestoría Montera", "системными администраторами"])
def test_firms_and_people_in_the_plural_are_no_titles(phrase: str) -> None:
    assert find_title(phrase) is None
