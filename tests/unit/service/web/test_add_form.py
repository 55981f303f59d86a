"""The form of one document: what its fields become, and that checking it again changes nothing."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion import Normalizer, find_names
from ingestion.currency import load_rates
from ingestion.skills import load_taxonomy
from milvus import Kind
from service.web.add_form import BadForm, DocumentForm, fill_form, list_fields, make_document

NORMALIZER = Normalizer(taxonomy=load_taxonomy(None), rates=load_rates(None), today=lambda: date(2026, 11, 1))


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("English C1, German", [("English", "C1"), ("German", None)]),
        ("en:b2; русский native", [("en", "b2"), ("русский", "native")]),
        ("Spanish (native)\nBasque (A2)", [("Spanish", "native"), ("Basque", "A2")]),
        (" , ;\n", []),
    ],
)
def test_languages_are_read_with_their_levels(written: str, read: list[tuple[str, str | None]]) -> None:
    document = make_document(DocumentForm(Kind.RESUMES, {"title": "Cook", "languages": written}))
    assert [(one.language, one.level) for one in document.languages] == read


def test_id_is_the_texts_own_unless_one_is_given() -> None:
    def find_id(**values: str) -> str:
        return make_document(DocumentForm(Kind.VACANCIES, values)).id

    assert find_id(text="Cook") == find_id(text="Cook", city="Leeds") != find_id(text="Baker")
    assert find_id(title="Cook") != find_id(title="Cook", city="Leeds")
    assert find_id(id="7", text="Cook") == "7"


@pytest.mark.parametrize("kind", list(Kind))
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_any_form_gives_a_document_or_says_what_is_wrong_with_its_fields(kind: Kind, data: st.DataObject) -> None:
    names = list_fields(kind)
    values = data.draw(st.dictionaries(st.sampled_from(names), st.text(min_size=1, max_size=60)))
    try:
        outcome: object = make_document(DocumentForm(kind, values))
    except BadForm as error:
        outcome = {one.field for one in error.problems}
    if isinstance(outcome, set):
        assert outcome
        assert outcome <= {*names, ""}


def test_form_that_was_filled_in_stays_as_it_is() -> None:
    text = "Baker and pastry cook\nLeeds, United Kingdom\n\nSkills\nSourdough, Pastry\n\nLanguages\nEnglish C1\n"
    form = DocumentForm(Kind.RESUMES, {"text": text, "name": "Ada Lovelace"})
    for _ in range(2):
        document = make_document(form)
        filled = fill_form(form, document, NORMALIZER.normalize(document, names=find_names(document)))
        previous, form = form, filled
    assert previous == form
    assert (form.get("title"), form.get("city"), form.get("languages")) == ("Baker and pastry cook", "Leeds", "en c1")
