"""The mirror by itself: rows that a damaged log left behind do not stand in the way of the others."""

import numpy as np

from milvus.entities import Kind
from milvus.mirror import Mirror
from milvus.schema import COLUMNS, to_row
from tests.index_examples import MODEL, make_resume, make_vectors


def test_a_vector_that_is_not_a_number_comes_last() -> None:
    mirror = Mirror(Kind.RESUMES, MODEL.dimension, [column.name for column in COLUMNS[Kind.RESUMES]])
    vectors = make_vectors(4)
    vectors[1] = np.nan
    mirror.upsert(
        to_row(Kind.RESUMES, make_resume(str(number))) | {"vector": vector} for number, vector in enumerate(vectors)
    )
    ranked = {wanted: mirror.rank(vectors[0], filter=None, active_at=None, wanted=wanted) for wanted in (1, 2, 3, 4, 5)}
    assert [one.id for one in ranked[1]] == ["0"]
    assert ranked[4] == ranked[5]
    assert all(found == ranked[5][:wanted] for wanted, found in ranked.items())
    assert (ranked[5][-1].id, ranked[5][-1].score) == ("1", -1.0)
