"""Sentences and list items, and that their offsets quote the text exactly."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from service.ranking.sentences import MAX_SENTENCES, split_sentences
from tests.unit.service.ranking.examples import unhurried


def _texts(text: str) -> list[str]:
    return [sentence.text for sentence in split_sentences(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("We use Go. You write tests!", ["We use Go.", "You write tests!"]),
        (
            "Databases, e.g. PostgreSQL, are ours. Ask Dr. Weir.",
            ["Databases, e.g. PostgreSQL, are ours.", "Ask Dr. Weir."],
        ),
        (
            "Платим 90 тыс. руб. в месяц. Знание SQL, т.е. запросов.",
            ["Платим 90 тыс. руб. в месяц.", "Знание SQL, т.е. запросов."],
        ),
        ("Somos Olmo S.L. y crecemos. ¿Te apuntas? ¡Sí!", ["Somos Olmo S.L. y crecemos.", "¿Te apuntas?", "¡Sí!"]),
        ("Опыт с базами и т.д. Знание сетей.", ["Опыт с базами и т.д.", "Знание сетей."]),
        (
            "Ask J. Weir. Since 2019 г. Москва, etc. Then more.",
            ["Ask J. Weir.", "Since 2019 г.", "Москва, etc.", "Then more."],
        ),
        ("Node.js 20.1, C# and .NET. No PHP.", ["Node.js 20.1, C# and .NET.", "No PHP."]),
        ("Python; SQL (any dialect; really); Git", ["Python;", "SQL (any dialect; really);", "Git"]),
        ("- Python\n• SQL\n1. Docker\n2) Git\nа) уход\n* Linux", ["Python", "SQL", "Docker", "Git", "уход", "Linux"]),
        ("a line that the page\nbroke here\n\nAnother", ["a line that the page\nbroke here", "Another"]),
        ("Skills:\nPython", ["Skills:", "Python"]),
        ("Выезды к клиентам.Настройка сети;Опыт от года", ["Выезды к клиентам.", "Настройка сети;", "Опыт от года"]),
        ("знание SQL• опыт от года •  Git", ["знание SQL", "опыт от года", "Git"]),
        ("…\n---\n • \n", []),
        ("", []),
    ],
)
def test_split_sentences_cuts_as_a_reader_would(text: str, expected: list[str]) -> None:
    assert _texts(text) == expected


def test_split_sentences_tells_list_items_and_lines_apart() -> None:
    intro, first, second = split_sentences("We ask:\n- Python. Daily.")
    assert (intro.bullet, first.bullet, second.bullet) == (False, True, True)
    assert (first.opens, second.opens) == (True, False)
    assert first.line == second.line != intro.line


# Nothing but the marks of lists is left out, and of those "a)" has the most letters.
_WORD = re.compile(r"[^\W\d_]{2,}")
_PIECES = [
    "Python",
    "т.е.",
    "e.g.",
    "S.L.",
    ".",
    "…",
    "?!",
    ";",
    "(",
    ")",
    "\n",
    "\n\n",
    "\r\n",
    " ",
    "• ",
    "- ",
    "1. ",
    "a",
    "Я",
    "É",
    "😀",
    "\u0301",
    "\x00",
]


@unhurried
@given(st.text() | st.lists(st.sampled_from(_PIECES)).map("".join))
@example("." * 3000 + "a")
@example("word " * 1500)
@example("x" * 5000)
def test_split_sentences_quotes_the_text_exactly_and_never_overlaps(text: str) -> None:
    sentences = split_sentences(text)
    reached = 0
    for sentence in sentences:
        span = sentence.span
        assert text[span.start : span.end] == span.text == span.text.strip()
        assert reached <= span.start < span.end
        assert not _WORD.search(text[reached : span.start])
        reached = span.end
    assert len(sentences) == MAX_SENTENCES or not _WORD.search(text[reached:])


def test_split_sentences_cuts_a_run_on_line_of_russian_at_its_capitals() -> None:
    demands = [
        "Опыт от трёх лет",
        "Уверенное знание SQL и Kafka",
        "Умение объяснять сложное",
        "Желание учиться (всегда)",
    ]
    line = " ".join(demands * 8)
    assert _texts(line)[:2] == ["Опыт от трёх лет Уверенное знание SQL и Kafka", "Умение объяснять сложное"]
    short = " ".join(demands)
    assert _texts(short) == [short]


def test_split_sentences_stops_at_a_great_number() -> None:
    assert len(split_sentences("Yes. " * (MAX_SENTENCES + 5))) == MAX_SENTENCES
