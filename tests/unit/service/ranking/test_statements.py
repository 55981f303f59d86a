"""What the sentences of a vacancy are: demands, wishes, what is not needed, duties, offers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.ranking.statements import Role, read_statements, tell_role
from tests.unit.service.ranking.examples import unhurried


@pytest.mark.parametrize(
    ("sentence", "role"),
    [
        ("You must have three years of Java.", Role.REQUIRED),
        ("Kafka is a plus.", Role.DESIRED),
        ("A degree is not required.", Role.UNNEEDED),
        ("A certificate is useful, but not essential.", Role.DESIRED),
        ("Обязателен опыт с 1С.", Role.REQUIRED),
        ("Знание Kafka будет плюсом.", Role.DESIRED),
        ("Кадровый учёт пригодится, но не обязателен.", Role.DESIRED),
        ("Опыт не требуется.", Role.UNNEEDED),
        ("Imprescindible carné de conducir.", Role.REQUIRED),
        ("Se valora inglés.", Role.DESIRED),
        ("No hace falta inglés.", Role.UNNEEDED),
        ("Somos una empresa familiar.", Role.OTHER),
    ],
)
def test_tell_role_goes_by_the_words_of_the_sentence(sentence: str, role: Role) -> None:
    assert tell_role(sentence) is role


def _roles(text: str) -> list[tuple[str, Role]]:
    return [(statement.span.text, statement.role) for statement in read_statements(text)]


def test_read_statements_goes_by_headings_until_the_next_one() -> None:
    text = "Requirements:\n- SQL\n- Git\nNice to have:\n- Kafka\nWe offer\n- lunch\n\nOur office has a garden."
    assert _roles(text) == [
        ("SQL", Role.REQUIRED),
        ("Git", Role.REQUIRED),
        ("Kafka", Role.DESIRED),
        ("lunch", Role.OFFER),
        ("Our office has a garden.", Role.OTHER),
    ]


def test_read_statements_ends_the_demands_where_pay_is_spoken_of() -> None:
    text = "Requirements:\nSQL\nGit\nBenefits and holiday pay\nA garden"
    assert [role for _, role in _roles(text)] == [Role.REQUIRED, Role.REQUIRED, Role.OFFER]


def test_read_statements_goes_by_the_label_that_opens_a_paragraph() -> None:
    text = (
        "Требования: опыт от года, SQL. Вежливость. Плюсом будет английский.\n"
        "Условия: оклад, премия. Нужно приходить к девяти."
    )
    assert [role for _, role in _roles(text)] == [Role.REQUIRED, Role.REQUIRED, Role.DESIRED, Role.OFFER, Role.OFFER]


def test_read_statements_carries_a_demand_through_a_list_of_semicolons() -> None:
    text = "You need two years on building sites; a steady hand; AutoCAD. The office is in Toledo."
    assert [role for _, role in _roles(text)] == [Role.REQUIRED, Role.REQUIRED, Role.REQUIRED, Role.OTHER]


def test_read_statements_tells_a_wish_within_a_demand_by_its_clause() -> None:
    (statement,) = read_statements("You need Python, ideally with Django (Flask would be a bonus).")
    assert statement.role is Role.REQUIRED
    assert [(clause.span.text, clause.role) for clause in statement.clauses] == [
        ("You need Python", Role.REQUIRED),
        ("(Flask would be a bonus)", Role.DESIRED),
        (" ideally with Django (Flask would be a bonus).", Role.DESIRED),
    ]


@unhurried
@given(
    st.lists(
        st.sampled_from(["You must", "but", "ideally", ",", "(a plus)", "Python", ";", ".", "\n", ":", "не требуется"])
    ).map(" ".join)
)
def test_read_statements_quotes_clauses_exactly(text: str) -> None:
    for statement in read_statements(text):
        for clause in statement.clauses:
            assert text[clause.span.start : clause.span.end] == clause.span.text
            assert len(clause.text) == len(clause.span.text)
