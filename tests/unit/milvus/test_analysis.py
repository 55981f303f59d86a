"""Terms of texts: the same for the same words in every text, whatever else is in it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milvus.analysis import MAX_TERM_CHARACTERS, analyze, join_terms, list_terms, pair_words
from tests.index_examples import make_vacancy


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("Senior developers of C++ and C#", ["senior", "develop", "c++", "c#"]),
        ("Опытный разработчик на Python, ещё и сёстры", ["опытн", "разработчик", "python", "сестр"]),
        ("node.js / .NET", ["node.j", "node", "js", ".net", "net"]),
        ("a front-end", ["frontend", "front", "end"]),
        ("веб-разработчик", ["вебразработчик", "веб", "разработчик"]),
        ("IT is it", ["it"]),
        ("The nurse's ward.", ["nurs", "ward"]),
        ("2019-2021", ["2019", "2021"]),
        ("経理 担当", ["経理", "担当"]),
        ("", []),
    ],
)
def test_analyze_gives_the_terms_of_a_text(text: str, terms: list[str]) -> None:
    assert analyze(text) == terms


@pytest.mark.parametrize(
    ("text", "language", "pairs"),
    [
        ("Senior developers of C++", None, [("senior", "senior"), ("developers", "develop"), ("C++", "c++")]),
        ("a front-end in SQL, 24/7", "en", [("front-end", "frontend"), ("SQL", "sql")]),
        ("Enfermeras y médicos", "es", [("enfermeras", "enfermer"), ("médicos", "medic")]),
        ("Сёстры и братья", "ru", [("сёстры", "сестр"), ("братья", "брат")]),
        ("", None, []),
    ],
)
def test_words_come_with_one_term_each(text: str, language: str | None, pairs: list[tuple[str, str]]) -> None:
    assert pair_words(text, language=language) == pairs
    assert {term for _, term in pairs} <= set(analyze(text, language=language))


@pytest.mark.parametrize(
    ("one", "other", "language"),
    [
        ("developer", "Developers", "en"),
        ("медсестра", "МЕДСЕСТРЫ", "ru"),
        ("enfermera", "enfermeras", "es"),
        ("programación", "programacion", None),
        ("ﬁle", "file", "en"),
    ],
)
def test_forms_of_a_word_share_a_term(one: str, other: str, language: str | None) -> None:
    assert set(analyze(one, language=language)) & set(analyze(other, language=language))


@pytest.mark.parametrize(("text", "language"), [("Se busca tester: testing", "es"), ("Нужен Testing", "ru")])
def test_word_of_a_tool_has_the_same_term_in_texts_of_every_language(text: str, language: str) -> None:
    assert "test" in analyze(text, language=language)


def test_title_counts_twice() -> None:
    assert list_terms(make_vacancy("a", title="Nurse", text="Ward")) == ["nurs", "nurs", "ward"]


@given(st.text(), st.sampled_from(["en", "ru", "es", "de", "xx", None]))
def test_terms_are_short_hold_no_space_and_survive_storage(text: str, language: str | None) -> None:
    terms = analyze(text, language=language)
    assert terms == analyze(text, language=language)
    assert all(term and len(term) <= 2 * MAX_TERM_CHARACTERS and not term.isspace() for term in terms)
    assert " ".join(terms).split() == terms
    " ".join(terms).encode()


@given(st.lists(st.text("abж", min_size=1, max_size=5)), st.integers(0, 40))
def test_joined_terms_fit_and_are_whole(terms: list[str], most: int) -> None:
    joined = join_terms(terms, max_bytes=most)
    assert len(joined.encode()) <= most
    kept = joined.split(" ") if joined else []
    assert kept == terms[: len(kept)]
