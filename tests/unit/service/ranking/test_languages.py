"""Languages that a resume says are spoken."""

import pytest

from service.ranking.languages import read_spoken_languages, states_languages
from tests.unit.service.ranking.examples import make_resume


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("Languages: English C1, German B1", "en", {"en": "c1", "de": "b1"}),
        ("Владею английским на уровне B2.", "ru", {"en": "b2", "ru": None}),
        ("Inglés B1\nCatalán nativo", "es", {"en": "b1", "ca": "native", "es": None}),
        ("English A2. Later: English B2.", None, {"en": "b2"}),
        ("English B2. At school: English A2.", None, {"en": "b2"}),
        ("Sold machines to French bakeries for years.", "en", {"en": None}),
        ("", None, {}),
    ],
)
def test_read_spoken_languages_takes_the_best_level(
    text: str, language: str | None, expected: dict[str, str | None]
) -> None:
    assert read_spoken_languages(make_resume(text=text, language=language)) == expected


def test_states_languages_wants_more_than_the_language_of_the_text() -> None:
    resume = make_resume(language="en")
    assert not states_languages({"en": None}, resume)
    assert states_languages({"en": "c1"}, resume)
    assert states_languages({"en": None, "fr": None}, resume)


def test_read_spoken_languages_leaves_the_text_unread_where_fields_state_them() -> None:
    resume = make_resume(text="English B1.", language="ru")
    assert read_spoken_languages(resume, ["en:c1", "kk"]) == {"en": "c1", "kk": None, "ru": None}
    assert read_spoken_languages(resume, []) == {"ru": None}
