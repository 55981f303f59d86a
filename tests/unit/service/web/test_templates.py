"""The templates: every word goes through translation, and nothing needs what the policy forbids."""

import re
from pathlib import Path

import pytest

from service.web.rendering import TEMPLATES_FOLDER

TEMPLATES = sorted(TEMPLATES_FOLDER.glob("*.html"))
# What is the same in every language, and so stands in a template as it is.
NAMES = ["Counterpart", "python -m ingestion load vacancies.csv resumes.zip"]
TRANSLATED = re.compile(r"{%-?\s*trans\b.*?{%-?\s*endtrans\s*-?%}", re.DOTALL)
JINJA = re.compile(r"{#.*?#}|{%.*?%}|{{.*?}}", re.DOTALL)
SPOKEN_ATTRIBUTE = re.compile(r'\b(?:aria-label|title|placeholder|alt|value)="([^"]*)"')
WORD = re.compile(r"[^\W\d_]{2,}")


def clean(path: Path) -> str:
    text = JINJA.sub("", TRANSLATED.sub("", path.read_text("utf-8")))
    for name in NAMES:
        text = text.replace(name, "")
    return text


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_every_word_goes_through_translation(path: Path) -> None:
    text = re.sub(r"<(?:svg|!doctype).*?>", "", clean(path), flags=re.DOTALL)

    assert WORD.findall(re.sub(r"<[^>]*>", " ", text)) == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_every_spoken_attribute_goes_through_translation(path: Path) -> None:
    without_fields = re.sub(r"<(?:input|option|button)[^>]*\bvalue=\"[^\"]*\"", "", clean(path))

    assert [value for value in SPOKEN_ATTRIBUTE.findall(without_fields) if WORD.search(value)] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_nothing_is_inline_that_the_policy_forbids(path: Path) -> None:
    text = path.read_text("utf-8")

    assert re.findall(r"<style|\bstyle=|\bon[a-z]+=|javascript:|<script(?! src=)", text) == []
    assert "| safe" not in text.replace("""'<a href="/docs">API</a>' | safe""", "")
