"""Marks in two texts that lead to each other."""

from hypothesis import given
from hypothesis import strategies as st

from service.ranking import Span
from service.web.highlights import Answer, Asked, Segment, mark_texts

LENGTH = 30


@st.composite
def spans(draw: st.DrawFn, text: str) -> Span:
    start = draw(st.integers(0, LENGTH - 1))
    end = draw(st.integers(start + 1, LENGTH))
    return Span(start, end, text[start:end])


@st.composite
def texts(draw: st.DrawFn) -> tuple[str, str, list[Asked]]:
    vacancy, resume = (draw(st.text(min_size=LENGTH, max_size=LENGTH)) for _ in range(2))
    asked = st.tuples(spans(vacancy), st.sampled_from(Answer), st.none() | spans(resume))
    return vacancy, resume, draw(st.lists(asked, max_size=8))


def list_marks(segments: tuple[Segment, ...]) -> list[Segment]:
    return [one for one in segments if one.number is not None]


@given(given_texts=texts())
def test_marks_leave_both_texts_as_they_are(given_texts: tuple[str, str, list[Asked]]) -> None:
    vacancy, resume, asked = given_texts
    found = mark_texts(vacancy, resume, asked)

    assert "".join(one.text for one in found.vacancy) == vacancy
    assert "".join(one.text for one in found.resume) == resume


@given(given_texts=texts())
def test_every_mark_counts_and_every_link_leads_back(given_texts: tuple[str, str, list[Asked]]) -> None:
    found = mark_texts(*given_texts)
    asking, answering = list_marks(found.vacancy), list_marks(found.resume)

    for marks in (asking, answering):
        assert [one.number for one in marks] == list(range(1, len(marks) + 1))
        assert all(one.answer is not None and one.text for one in marks)
    assert {(one.number, link) for one in asking for link in one.links} == {
        (link, one.number) for one in answering for link in one.links
    }
    assert {span.start for span, _, _ in given_texts[2]} == set(found.asked_at)


def test_what_is_unmet_outweighs_what_is_met() -> None:
    vacancy, resume = "Python and Kafka.", "I know Python."
    asked: list[Asked] = [
        (Span(0, 17, vacancy), Answer.MET, Span(7, 13, "Python")),
        (Span(11, 16, "Kafka"), Answer.MISSING, None),
    ]
    found = mark_texts(vacancy, resume, asked)

    assert [one.answer for one in list_marks(found.vacancy)] == [Answer.MISSING]
    assert list_marks(found.resume) == [Segment("Python", 1, Answer.MET, (1,))]
