"""What is personal is cut; what speaks of the work stays, letter for letter."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.redaction import redact
from ingestion.redaction_rules import RULES

PERSONAL = [
    # contacts
    "john.doe@mail.example.com", "E-mail: ivan_petrov+work@почта.рф", "john (at) mail.com", "Correo: ana@correo.es",
    "+7 (900) 123-45-67", "тел. +7 900 123 45 67", "8 900 123 45 67", "8-800-555-35-35", "89001234567", "7 495 1234567",
    "(555) 123-4567", "555-234-4567", "Phone: 555 234 4567", "07700 900123", "020 7946 0958", "+44 20 7946 0958",
    "612 345 678", "+34 612 345 678", "Móvil: 612345678", "Тел.: 123-45-67",
    # links and handles
    "https://www.linkedin.com/in/john-doe-1", "linkedin.com/in/jdoe", "github.com/jdoe", "jdoe.github.io",
    "vk.com/id12345",
    "https://hh.ru/resume/0a1b2c3d", "t.me/ivan_petrov", "www.johndoe.example", "facebook.com/john.doe",
    "instagram.com/jdoe",
    "Telegram: @ivan_petrov", "тг: @ivan_p", "Skype: live:ivan.1", "Skype: ivan.petrov", "WhatsApp: +7 900 123-45-67",
    "@ivan_petrov",
    # birth and age
    "Дата рождения: 12.05.1982", "родился 12 мая 1982", "Родилась 1 июня 1990 года", "1982 г.р.", "Год рождения: 1982",
    "Born on May 12, 1982", "DOB: 12/05/1982", "Date of birth - 12 May 1982", "Place of birth: Kazan",
    "nacido el 12 de mayo de 1982", "Fecha de nacimiento: 12/05/1982",
    "Возраст: 32 года", "Возраст: до 50", "Возраст от 25 до 45 лет", "Мне 32 года", "32 года, родилась 1 мая 1990",
    "Age: 32", "Age: 25-40", "32 years old", "I am 32 years old", "Edad: 32 años", "Edad entre 25 y 40 años",
    "Tengo 32 años",
    # gender
    "Пол: мужской", "Пол: любой", "Мужчина, 42 года, родился 12 мая 1982", "Женщина", "Sex: F", "Gender: Female",
    "Male",
    "Sexo: hombre", "Mujer, 30 años",
    # citizenship
    "Гражданство: Россия", "Гражданство: Россия, есть разрешение на работу: Россия", "гражданин РФ", "Гражданство РФ",
    "Nationality: British", "Citizenship: United Kingdom", "US citizen",
    "United States Citizen", "Dual Spanish/UK citizen", "Nationality: US citizen", "Religion: none",
    "Nacionalidad: española",
    # family
    "женат", "Не замужем, детей нет", "Семейное положение: женат, двое детей", "холост", "дети: 2", "двое детей",
    "Married, two children", "married", "Marital status: Single", "Relationship: married", "Single",
    "Soltera", "Casado, con hijos", "Estado civil: soltera", "Hijos: 2",
    # photo and papers
    "Фото: прилагается", "Photo attached", "photo_2.jpg", "паспорт 4510 123456", "Паспорт серия 4510 № 123456",
    "СНИЛС 123-456-789 00", "123-456-789 00", "DNI: 12345678Z", "12345678Z", "X1234567L", "ИНН 123456789012",
    "SSN: 123-45-6789",
    "Passport No. AB1234567",
    # names
    "Anna Smith", "ANNA SMITH", "John Q. Larsen", "Mary O'Neil", "Jean-Luc Picard", "María García López",
    "Анна Петрова", "Петров Иван", "Иванов Иван Иванович", "ИВАНОВ ИВАН ИВАНОВИЧ", "Мамедов Рустам Али оглы",
    "Анна Сергеевна",
    "ФИО: Сидоров Пётр", "Name: John", "Nombre: María López", "Apellidos: García López", "Фамилия: Сидоров",
    "Resume of Anna Smith",
]  # fmt: skip

WORK = [
    # money and numbers
    "350 000", "от 120 000 до 150 000 руб.", "100 000–150 000 ₽", "£30,000 - £35,000", "612 345 678 руб",
    "€612 345 678",
    "budget of $1 200 000 000", "1 000 000 users", "8 800 строк кода", "team of 25, 24/7, 365 days",
    # experience and dates
    "10 лет опыта", "Опыт работы — 20 лет", "Опыт работы: 10 лет 3 месяца", "5 years", "over 20 years of experience",
    "20 años de experiencia", "2012 – 2015", "2018-2019, 2020-2021", "01.09.2012 - 01.10.2015", "2012-05-01 2015-06-01",
    "май 2012 — июнь 2015, ООО Ромашка", "May 2012 - June 2015 Acme", "enero de 2012 - mayo de 2015",
    "05/2012 - 06/2015",
    "2014 2015 2016 2017", "09:00-18:00",
    # versions and codes
    "ISO 9001:2015", "1С 8.3", "v1.2.3.4567", "192.168.100.200", "Oracle 11.2.0.4", "ГОСТ 12.1.004-91",
    "223-ФЗ и 44-ФЗ", "CCNA 200-125",
    "Windows 7, 8, 10, 2003/2016", "SQL Server 2008 2012 2014", "C++ 11, C++ 14", "x86_64",
    # technologies
    "@Override", "@Override\npublic void run()", "npm i @angular/core", "@dataclass", "Node.js, ASP.NET, socket.io",
    "Mobile: Swift, Kotlin", "single page application", "Single sign-on, OAuth", "master, single and derived records",
    # words that elsewhere speak of a person
    "married design with engineering", "a 30-year-old company", "retired a 37 years old mainframe",
    "Работа с детьми 3-7 лет",
    "дети в возрасте 5 лет", "холостой ход", "Пол: наливной", "male and female connectors",
    "Corporate Citizenship - annual report",
    "Управление персоналом 25 человек", "МГТУ им. Баумана", "Институт им. Михаила Васильевича Ломоносова",
    # first lines that are no names
    "Software Engineer\nNew York, NY", "System Administrator\nLeeds", "Системный Администратор\nМосква", "ROOM CHEF",
    "Registered Nurse", "Главный Бухгалтер", "Ingeniera Informática", "Machine Learning", "Санкт-Петербург",
    "North Yorkshire",
]  # fmt: skip


@pytest.mark.parametrize("text", PERSONAL)
def test_personal_line_is_cut_whole(text: str) -> None:
    assert redact(text) == ""
    assert redact(f"{text}\nВёл учёт на складе и готовил отчёты.") == "Вёл учёт на складе и готовил отчёты."


@pytest.mark.parametrize("text", WORK)
def test_line_about_work_is_kept(text: str) -> None:
    assert redact(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Write to a.b@c.com or call", "Write to or call"),
        ("Leeds | a.b@c.com | +44 20 7946 0958", "Leeds"),
        ("Name: Bob | Email: b@c.com | Leeds", "Leeds"),
        ("Москва, женат, Java", "Москва, Java"),
        ("Анна Петрова, 32 года\nМенеджер", "Менеджер"),
        ("Anna Smith - Software Engineer\nLeeds", "Software Engineer\nLeeds"),
        ("Anna Smith, Accountant", "Accountant"),
        ("E-mail: a@b.ru\nТелефон: +79001234567\nОпыт", "Опыт"),
        ("Меня зовут Петрова Анна Сергеевна, я инженер", "Меня зовут, я инженер"),
        ("Nationality: British Languages: English", "Languages: English"),
        ("Skills:\n  indented line\nAge: 32\n\n\nlast  line ", "Skills:\n  indented line\n\n\nlast  line "),
    ],
)
def test_cut_leaves_clean_text(text: str, expected: str) -> None:
    assert redact(text) == expected


def test_history_of_work_survives_a_personal_header() -> None:
    history = "Май 2012 — июнь 2015 (3 года 1 месяц)\nООО «Ромашка», Москва\nБухгалтер\n01.02.2009 - 30.04.2012 ИП"
    header = "Петрова Анна Сергеевна\nЖенщина, 32 года, родилась 1 мая 1990\n+7 900 123-45-67\nГражданство: Россия\n"
    assert redact(header + history) == history


def test_given_name_is_cut_everywhere_in_any_order() -> None:
    text = "Led by John Stone. Stone's team; STONE JOHN; john stone"
    assert redact(text, names=["John Stone"]) == "Led by. Stone's team"


def test_word_of_given_name_is_cut_alone_if_no_common_word() -> None:
    text = "In 2015 Kowalski joined; KOWALSKI led the Ruby team. He will report."
    assert redact(text, names=["Ruby Kowalski"]) == "In 2015 joined; led the Ruby team. He will report."


def test_given_name_within_a_longer_word_is_kept() -> None:
    assert redact("Annapolis annals", names=["Anna"]) == "Annapolis annals"


def test_name_below_the_header_is_not_guessed() -> None:
    text = "Accountant\nLeeds\nTen years of bookkeeping\nSpring Harvest"
    assert redact(text) == text


def test_rules_have_distinct_names() -> None:
    assert len({rule.about for rule in RULES}) == len(RULES)


pieces = st.sampled_from(
    [
        *PERSONAL,
        *WORK,
        " ",
        "\n",
        ", ",
        " | ",
        ": ",
        "-",
        "1",
        "7 900 ",
        "+7",
        "Анна ",
        "Имя: ",
        "@",
        ".",
        "a",
        "İ",
        "(at)",
    ]
)


@given(st.lists(pieces, max_size=12).map("".join))
def test_redacting_twice_changes_nothing(text: str) -> None:
    once = redact(text)
    assert redact(once) == once


@given(st.text(), st.lists(st.text(), max_size=3))
def test_redact_never_raises_and_never_adds(text: str, names: list[str]) -> None:
    assert len(redact(text, names=names)) <= len(text)


@given(st.text(), st.emails(), st.text())
def test_email_never_survives(before: str, email: str, after: str) -> None:
    assert email not in redact(f"{before} {email} {after}")


@pytest.mark.parametrize(
    "piece",
    ["a", "1 ", "@", "a@", "a.", "a@a.", "+1", "А ", "Иванов ", "(", "\n", "\n ", "Name: ", "married, ", "-", "x/",
    "1-", "https://",
     "женат ", "паспорт ", "Ab-", "born 12 ", "7 900 ", "photo-", "a(at)", "\t"],
)  # fmt: skip
def test_hostile_text_of_two_megabytes_finishes(piece: str) -> None:
    text = piece * (2_000_000 // len(piece))
    assert len(redact(text)) <= len(text)
