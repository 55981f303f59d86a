"""The catalogs of what pages say: complete in every language, with the same places for values."""

import re
import string
from collections.abc import Iterator

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po

from service.evaluation.judgement_files import GRADES
from service.ranking import TEMPLATES
from service.web.languages import DEFAULT_LANGUAGE, LANGUAGES, LOCALES, load_translations
from service.web.rendering import TEMPLATES_FOLDER

TRANSLATED = [language for language in LANGUAGES if language != DEFAULT_LANGUAGE]
KEYWORDS = DEFAULT_KEYWORDS | {"translatable": None, "translate": None}
PLACE = re.compile(r"%\((\w+)\)s")


def extract_messages() -> set[str]:
    """Every message of code, templates and ranking, by its singular."""
    methods = [("**.py", "python"), ("templates/**.html", "jinja2")]
    options = {"templates/**.html": {"newstyle_gettext": "true"}}
    found = extract_from_dir(TEMPLATES_FOLDER.parent, methods, options, keywords=KEYWORDS)
    messages = {message if isinstance(message, str) else message[0] for _, _, message, _, _ in found}
    return messages | set(TEMPLATES.values()) | set(GRADES.values())


def read_catalogs(language: str) -> Iterator[Catalog]:
    for path in sorted((LOCALES / language).glob("*.po")):
        with path.open("rb") as file:
            yield read_po(file, locale=language)


def read_messages(language: str) -> dict[str, Message]:
    catalogs = [message for catalog in read_catalogs(language) for message in catalog if message.id]
    return {message.id if isinstance(message.id, str) else message.id[0]: message for message in catalogs}


@pytest.mark.parametrize("language", TRANSLATED)
def test_catalog_has_every_message_and_no_other(language: str) -> None:
    assert set(read_messages(language)) == extract_messages()


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_message_is_translated_in_every_form(language: str) -> None:
    forms = load_translations(language)
    for singular, message in read_messages(language).items():
        said = message.string if isinstance(message.id, tuple) else (message.string,)
        assert all(said), singular
        if isinstance(message.id, tuple):
            assert len(said) == {"ru": 3, "es": 2}[language], singular
            assert forms.ungettext(*message.id, 5) != message.id[1], singular


@pytest.mark.parametrize("language", TRANSLATED)
def test_translations_keep_the_places_of_values(language: str) -> None:
    for singular, message in read_messages(language).items():
        plural = message.id[1] if isinstance(message.id, tuple) else singular
        said = message.string if isinstance(message.string, tuple) else (message.string,)
        for translation in said:
            # A singular may say "one" in words.
            assert set(PLACE.findall(translation)) in (set(PLACE.findall(plural)), set(PLACE.findall(singular)), set())
            assert list_fields(translation) == list_fields(singular), singular


def list_fields(template: str) -> set[tuple[str, str | None]]:
    return {(name, spec) for _, name, spec, _ in string.Formatter().parse(template) if name}


def test_russian_counts_in_three_forms() -> None:
    forms = load_translations("ru")
    days = ("within %(num)s day", "within %(num)s days")

    assert [forms.ungettext(*days, number) % {"num": number} for number in (1, 3, 7, 21)] == [
        "за 1 день",
        "за 3 дня",
        "за 7 дней",
        "за 21 день",
    ]
