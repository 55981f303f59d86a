"""Languages of whole texts, of texts full of tool names, and of scraps."""

import pytest

from ingestion.language import detect_language


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("We are looking for an experienced nurse to join our friendly team", "en"),
        ("Ищем опытного инженера по эксплуатации в дружную команду", "ru"),
        ("Desarrollador con cinco años de experiencia en aplicaciones web", "es"),
        ("Розробник із п’ятирічним досвідом створення вебзастосунків", "uk"),
        ("Распрацоўшчык з пяцігадовым досведам стварэння вэб-праграм", "be"),
        ("Веб-қосымшаларды әзірлеу бойынша бес жылдық тәжірибесі бар маман", "kk"),
        ("Wir suchen einen erfahrenen Softwareentwickler für unser Team", "de"),
        ("Nous cherchons un comptable expérimenté pour notre agence de Lyon", "fr"),
        ("Desenvolvedor com cinco anos de experiência em aplicações web", "pt"),
        ("Sviluppatore con cinque anni di esperienza nelle applicazioni web", "it"),
        ("Szukamy doświadczonego księgowego do naszego zespołu w Krakowie", "pl"),
        ("Desenvolupador amb cinc anys d’experiència en aplicacions web", "ca"),
    ],
)
def test_sentence_gives_its_language(text: str, code: str) -> None:
    assert detect_language(text) == code


def test_russian_text_full_of_tool_names_is_russian() -> None:
    text = (
        "Разработчик: Python, Django, FastAPI, PostgreSQL, Redis, Docker, Kubernetes, GitLab CI; опыт работы пять лет"
    )
    assert detect_language(text) == "ru"


def test_english_text_with_one_russian_word_is_english() -> None:
    text = (
        "Led the delivery of the billing platform for the client, known at home as Ромашка, and grew the team to nine"
    )
    assert detect_language(text) == "en"


@pytest.mark.parametrize(
    "text", ["", "   ", "Java", "Программист", "12345 67890 12345 67890", "\N{WAVING HAND SIGN}" * 30]
)
def test_text_that_decides_nothing_gives_none(text: str) -> None:
    assert detect_language(text) is None


@pytest.mark.parametrize(("text", "code"), [("Γιατρός", "el"), ("Київ", "uk"), ("Магілёў", "be"), ("Қызылорда", "kk")])
def test_short_text_is_decided_by_letters_of_one_language(text: str, code: str) -> None:
    assert detect_language(text) == code


def test_only_the_beginning_is_examined() -> None:
    english = "The nurse will care for patients on the ward and report to the matron. " * 30
    assert detect_language(english + "Ищем опытного инженера по эксплуатации. " * 500) == "en"
