"""Which language a page is shown in, and the catalogs of what pages say."""

from collections.abc import Mapping
from functools import cache
from io import BytesIO
from pathlib import Path
from types import MappingProxyType

from babel.core import UnknownLocaleError, parse_locale
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations
from starlette.requests import Request

LANGUAGES: Mapping[str, str] = MappingProxyType({"en": "English", "ru": "Русский", "es": "Español"})
"""The languages of the pages, each by its own name."""

DEFAULT_LANGUAGE = "en"
LANGUAGE_COOKIE = "counterpart_language"
LOCALES = Path(__file__).parent / "locales"
_MAX_HEADER = 500


def translatable(message: str) -> str:
    """The message itself: a mark by which it is found, for what is translated only where it is shown."""
    return message


def choose_language(request: Request) -> str:
    """The language of an answer: that of `?lang=`, of the cookie, of the browser, or English."""
    for code in (request.query_params.get("lang"), request.cookies.get(LANGUAGE_COOKIE)):
        if code in LANGUAGES:
            return str(code)
    return _read_accepted(request.headers.get("accept-language", "")[:_MAX_HEADER])


def _read_accepted(header: str) -> str:
    """The best of our languages that an Accept-Language header (RFC 9110) names."""
    best, weight = DEFAULT_LANGUAGE, 0.0
    for entry in header.split(","):
        tag, _, parameter = entry.strip().partition(";")
        try:
            quality = float(parameter.strip().removeprefix("q=")) if parameter else 1.0
            code = parse_locale(tag.strip(), sep="-")[0]
        except (ValueError, UnknownLocaleError):
            continue
        if code in LANGUAGES and weight < quality <= 1:
            best, weight = code, quality
    return best


@cache
def load_translations(language: str) -> Translations:
    """The messages of a language, out of all its `.po` files; English is what the messages are written in."""
    catalog = Catalog(locale=language)
    for path in sorted((LOCALES / language).glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=language):
                if message.id:
                    catalog[message.id] = message
    compiled = BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return Translations(compiled)
