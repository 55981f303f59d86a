"""Pairs and what is remembered for them."""

import pytest

from service.pairing import PairMaker
from service.ranking import judge_pair
from tests.unit.service.ranking.examples import NOW, make_resume, make_vacancy

RESUME = make_resume("r", text="Python for five years.", skills=("Python",), languages=("en:b2",))
VACANCY = make_vacancy("v", text="You must have Python and a driving license, category B.", skills=("Python",))


def test_pair_is_the_same_from_both_sides() -> None:
    maker = PairMaker()
    one = maker.hold(RESUME, now=NOW)(VACANCY, 0.5)
    other = maker.hold(VACANCY, now=NOW)(RESUME, 0.5)
    assert one == other
    assert judge_pair(one).score == judge_pair(other).score


def test_remembered_demand_judges_as_a_whole_one_does() -> None:
    pair = PairMaker().hold(RESUME, now=NOW)(VACANCY, 0.5)
    assert pair.demand.statements == ()
    assert pair.demand.requirements == PairMaker().read_whole_demand(VACANCY).requirements


@pytest.mark.parametrize(("similarity", "meaning"), [(-0.5, 0.0), (0.25, 0.25), (1.0000001, 1.0)])
def test_meaning_is_cut_off_to_what_a_part_can_be(similarity: float, meaning: float) -> None:
    assert PairMaker().hold(RESUME, now=NOW)(VACANCY, similarity).meaning == meaning


@pytest.mark.parametrize("change", [{"document_hash": "d2"}, {"id": "v2"}, {"text_hash": "t2"}, {"skills": ("SQL",)}])
def test_changed_document_is_read_anew(change: dict[str, object]) -> None:
    maker = PairMaker()
    hold = maker.hold(RESUME, now=NOW)
    hold(VACANCY, 0.5)
    changed = make_vacancy(**{"id": "v", "text": "SQL is required.", "skills": ("Python",)} | change)
    assert hold(changed, 0.5).demand.requirements == PairMaker().read_whole_demand(changed).requirements


def test_document_that_is_not_stored_is_not_remembered() -> None:
    """Every document of a request has one id and no hash: one must not be taken for another."""
    maker = PairMaker()
    for text in ("You must have a driving license, category B.", "No license needed."):
        vacancy = make_vacancy("query", text=text, document_hash="")
        assert (
            maker.hold(vacancy, now=NOW)(RESUME, 0.5).demand.requirements
            == PairMaker().read_whole_demand(vacancy).requirements
        )


def test_stated_languages_are_taken_as_they_are() -> None:
    assert PairMaker().hold(VACANCY, now=NOW)(RESUME, 0.5).spoken == {"en": "b2"}


def test_memory_is_bounded() -> None:
    maker = PairMaker(size=2)
    for number in range(5):
        maker.hold(make_vacancy(f"v{number}"), now=NOW)(RESUME, 0.5)
    assert len(maker._demands) == 2


def test_skill_that_the_text_spells_otherwise_is_found_there() -> None:
    text = "You must know AWS. Front-end work is not part of the job."
    vacancy = make_vacancy("v", text=text, skills=("Amazon Web Services", "Front-End Development"))
    spelled = {"AWS": "Amazon Web Services", "Front-end": "Front-End Development"}

    def find(text: str) -> list[str]:
        return [name for spelling, name in spelled.items() if spelling in text]

    skills = PairMaker(find_skills=find).read_whole_demand(vacancy).skills
    assert (skills.required, skills.unneeded) == (("Amazon Web Services",), ("Front-End Development",))
