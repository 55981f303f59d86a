"""Renders pages: one Jinja environment per language, and what every page is given."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from milvus import Entity, Kind, Vacancy
from service.web import security
from service.web.assets import link_asset
from service.web.languages import LANGUAGE_COOKIE, LANGUAGES, choose_language, translatable
from service.web.words import Words, find_words

TEMPLATES_FOLDER = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class NavigationEntry:
    """A page in the main navigation."""

    title: str
    path: str


NAVIGATION: Sequence[NavigationEntry] = (
    NavigationEntry(translatable("Find"), "/"),
    NavigationEntry(translatable("Market"), "/market"),
    NavigationEntry(translatable("Add"), "/add"),
    NavigationEntry(translatable("Ingestion"), "/ingestion"),
    NavigationEntry(translatable("Judge"), "/judge"),
)


@cache
def make_environment(language: str) -> Environment:
    """The templates of one language: everything is escaped, and an unknown name is an error."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    words = find_words(language)
    environment.install_gettext_translations(words.translations, newstyle=True)  # type: ignore[attr-defined]
    environment.filters.update(words.list_filters())
    environment.globals.update(
        asset=link_asset,
        link_document=link_document,
        link_id=link_id,
        link_query=link_query,
        languages=LANGUAGES,
        words=words,
    )
    return environment


def render(request: Request, template: str, context: Mapping[str, Any], *, status: int = HTTPStatus.OK) -> HTMLResponse:
    """A page in the language of the request; the template also gets `request`, `lang` and `csrf_token`."""
    language = choose_language(request)
    token = security.find_token(request)
    page = make_environment(language).get_template(template)
    content = page.render(
        request=request,
        lang=language,
        csrf_token=token,
        navigation=NAVIGATION,
        language_links=_link_languages(request),
        **context,
    )
    response = HTMLResponse(content, status_code=status, headers=dict(security.HEADERS))
    if request.query_params.get("lang") == language:
        security.set_cookie(request, response, LANGUAGE_COOKIE, language)
    if request.cookies.get(security.TOKEN_COOKIE) != token:
        security.set_cookie(request, response, security.TOKEN_COOKIE, token)
    return response


def find_request_words(request: Request) -> Words:
    """The words of the language that a request is answered in."""
    return find_words(choose_language(request))


def link_document(entity: Entity) -> str:
    """The URL of a document's page."""
    return link_id(Kind.VACANCIES if isinstance(entity, Vacancy) else Kind.RESUMES, entity.id)


def link_id(kind: Kind, id_: str) -> str:
    """The URL of a document's page by its id, which may hold any characters."""
    return f"/{kind.value}/{quote(id_, safe='')}"


def link_query(path: str, values: Mapping[str, object]) -> str:
    """A URL with a query; values may be lists, and empty ones are left out."""
    given = {name: value for name, value in values.items() if value not in (None, "", [], ())}
    return f"{path}?{urlencode(given, doseq=True)}" if given else path


def _link_languages(request: Request) -> dict[str, str]:
    """This very page in each language. What was posted cannot be linked to: its links lead to the empty form."""
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != "lang"]
    return {code: f"{request.url.path}?{urlencode([*kept, ('lang', code)])}" for code in LANGUAGES}
