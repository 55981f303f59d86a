"""Names of topics: the words that set them apart, whole, and in the languages of their documents."""

import pytest

from ingestion.topics.naming import MIN_LANGUAGE_DOCUMENTS, TERMS, Text, name_topics
from tests.topic_examples import LANGUAGES, TRADES, write_vacancies


def make_texts(trade: str, topic: int, count: int = 20) -> list[Text]:
    return [Text(topic, LANGUAGES[trade], one.title or "", one.text or "") for one in write_vacancies(trade, count)]


def test_a_topic_is_named_by_words_of_its_own_first_of_all_its_title() -> None:
    names = name_topics([*make_texts("baker", 1), *make_texts("welder", 2), *make_texts("пекарь", 3)])
    for topic, trade in ((1, "baker"), (2, "welder"), (3, "пекарь")):
        (terms,) = names[topic].values()
        assert terms[0].text == trade
        assert {term.text for term in terms} <= {trade, *TRADES[trade].split()}
        assert len(terms) == TERMS
        assert [term.weight for term in terms] == sorted((term.weight for term in terms), reverse=True)


def test_a_topic_of_two_languages_has_two_names() -> None:
    texts = [*make_texts("baker", 1), *make_texts("пекарь", 1), *make_texts("welder", 2), *make_texts("soldador", 2)]
    names = name_topics(texts)
    first = {topic: {code: terms[0].text for code, terms in labels.items()} for topic, labels in names.items()}
    assert first == {1: {"en": "baker", "ru": "пекарь"}, 2: {"en": "welder", "es": "soldador"}}


def test_a_language_of_few_documents_gives_no_name() -> None:
    names = name_topics([*make_texts("baker", 1), *make_texts("пекарь", 1, MIN_LANGUAGE_DOCUMENTS - 1)])
    assert set(names[1]) == {"en"}


def test_what_all_topics_say_names_none() -> None:
    texts = [
        Text(topic, "en", trade, f"apply today; {one.text}")
        for topic, trade in enumerate(("baker", "welder", "teacher"))
        for one in write_vacancies(trade, 20)
    ]
    assert all(term.text not in {"apply", "today"} for terms in name_topics(texts).values() for term in terms["en"])


@pytest.mark.parametrize(
    ("language", "text", "stopped"),
    [
        ("en", "the work of a farrier", {"the", "work", "of", "a"}),
        ("ru", "работа кузнеца и опыт", {"работа", "и", "опыт"}),
        ("es", "el trabajo de un herrador", {"el", "trabajo", "de", "un"}),
        ("de", "die Arbeit und der Schmied (m/w/d)", {"die", "und", "der", "m", "w", "d"}),
    ],
)
def test_stop_words_of_each_language_are_left_out(language: str, text: str, stopped: set[str]) -> None:
    (terms,) = name_topics([Text(1, language, "", text)] * MIN_LANGUAGE_DOCUMENTS)[1].values()
    assert terms
    assert stopped.isdisjoint(term.text for term in terms)


def test_a_name_shows_the_form_that_is_written_most() -> None:
    texts = [Text(1, "en", title, "") for title in ["Nurses", "nurse", "Nursing SQL", "nurse sql", "nurse SQL", "SQL"]]
    assert {term.text for term in name_topics(texts)[1]["en"]} == {"nurse", "SQL"}


def test_numbers_and_rare_words_name_nothing() -> None:
    texts = [Text(1, "en", f"{number} {'x' * (number + 2)}", "2024 12,000 40-hour") for number in range(8)]
    assert name_topics(texts) == {}
    assert name_topics([]) == {}
