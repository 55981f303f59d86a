"""What rows hold, counted under filters on every engine; and that a mirror answers as the engine does."""

import random

import numpy as np
import pytest

from milvus.entities import Kind
from milvus.filters import Filter, ResumeFilter
from milvus.store import Store
from tests.index_examples import NOW, draw_entity, draw_filter, fill, make_resume, make_vectors

TEXTS = ("country", "work_format", "skills", "employment_types", "languages", "duplicate_group")
NUMBERS = ("salary_min", "experience_months", "published_at")


def test_values_are_counted_under_a_filter(store: Store) -> None:
    fill(
        store.resumes,
        [
            make_resume("a", country="FR", skills=("python", "sql"), salary_min=10.0),
            make_resume("b", country="FR", skills=("python",)),
            make_resume("c", country="DE", skills=("sql",), salary_min=30.0),
            make_resume("d", skills=("python", "python"), salary_min=20.0),
        ],
    )
    tally = store.resumes.tally(["country", "skills", "salary_min"], filter=ResumeFilter(skills_any=["python"]))
    assert (tally.total, tally.counted) == (3, 3)
    assert tally.texts == {"country": {"FR": 2}, "skills": {"python": 3, "sql": 1}}
    assert sorted(tally.numbers["salary_min"][~np.isnan(tally.numbers["salary_min"])]) == [10.0, 20.0]


def test_a_mirror_answers_as_the_engine_does_after_any_writes(store: Store) -> None:
    """The same seed on every engine; where there is no mirror, the engine is compared with itself."""
    chance = random.Random("writes")
    collection, vectors = store.resumes, make_vectors(60)
    for _ in range(12):
        chosen = chance.sample(range(60), 15)
        entities = [draw_entity(Kind.RESUMES, f"r{number}", chance) for number in chosen]
        collection.upsert(entities, vectors[chosen])
        collection.delete([f"r{number}" for number in chance.sample(range(60), 8)])
    for _ in range(20):
        filter = draw_filter(Kind.RESUMES, chance)
        asked = {"filter": filter, "active_at": chance.choice([None, NOW])}
        expected = collection._disk.rank(vectors[0], wanted=10, **asked)
        found = collection.rank(vectors[0], wanted=10, **asked)
        assert [one.id for one in found] == [one.id for one in expected]
        assert [one.group for one in found] == [one.group for one in expected]
        assert [one.score for one in found] == pytest.approx([one.score for one in expected], abs=2e-6)
        tally, other = (one.tally(TEXTS + NUMBERS, most=99, **asked) for one in (collection, collection._disk))
        assert {name: counts for name, counts in tally.texts.items() if counts} == {
            name: counts for name, counts in other.texts.items() if counts
        }
        for name in NUMBERS:
            if name in other.numbers and name in tally.numbers:
                assert sorted(map(str, tally.numbers[name])) == sorted(map(str, other.numbers[name]))


def test_entities_are_those_last_written(store: Store) -> None:
    fill(store.resumes, [make_resume("a", title="first")])
    assert store.resumes.fetch_entities(["a", "nobody"])["a"].title == "first"
    fill(store.resumes, [make_resume("a", title="second")])
    assert store.resumes.fetch_entities(["a"])["a"].title == "second"
    assert store.resumes.fetch_vectors(["a"])["a"] == pytest.approx(store.resumes.get_vectors(["a"])["a"])
    store.resumes.delete(["a"])
    assert store.resumes.fetch_entities(["a"]) == {}
    assert store.resumes.fetch_vectors(["a"]) == {}
    assert store.resumes.count(Filter()) == 0
