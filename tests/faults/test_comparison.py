"""The suite's own eyes: what is lost, doubled or stale is found, and nothing else."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ingestion import Installation, Settings, VacancyDocument, open_installation
from ingestion.records import encode_document
from milvus import Collection, Kind
from tests.faults.comparison import Findings, compare
from tests.faults.operations import Author, Witness

DOCUMENTS = [VacancyDocument(id=f"v{number}", title="Baker", text=f"Bakes {number} loaves.") for number in range(5)]

Harm = Callable[[Installation, Witness], None]


def lose_a_row(installation: Installation, _: Witness) -> None:
    installation.serving.get().store.vacancies.delete(["v0"])


def lose_a_document(_: Installation, witness: Witness) -> None:
    witness.acknowledge({(Kind.VACANCIES, "v9"): "a hash"})


def revert_a_document(_: Installation, witness: Witness) -> None:
    witness.acknowledge({(Kind.VACANCIES, "v0"): "a newer hash"})


def bring_one_back(_: Installation, witness: Witness) -> None:
    witness.acknowledge({(Kind.VACANCIES, "v0"): None})


def keep_an_old_row(installation: Installation, _: Witness) -> None:
    served = installation.serving.get()
    old = replace(served.store.vacancies.get(["v0"])["v0"], document_hash="old")
    served.store.vacancies.upsert([old], served.embedder.embed_documents([old.embedded_text]))


def keep_an_old_vector(installation: Installation, _: Witness) -> None:
    served = installation.serving.get()
    row = served.store.vacancies.get(["v0"])["v0"]
    served.store.vacancies.upsert([row], served.embedder.embed_documents(["another text"]))


def keep_an_erased_row(installation: Installation, _: Witness) -> None:
    served = installation.serving.get()
    stray = replace(served.store.vacancies.get(["v0"])["v0"], id="stray")
    served.store.vacancies.upsert([stray], served.embedder.embed_documents([stray.embedded_text]))


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    return Settings(_env_file=None, data_dir=tmp_path, embedding_backend="hashing")


def compare_after(settings: Settings, *harm: Harm) -> Findings:
    """Index some documents, do the harm, and compare."""
    witness = Witness()
    witness.acknowledge({(Kind.VACANCIES, one.id): encode_document(one)[1] for one in DOCUMENTS})
    installation = open_installation(settings)
    installation.books.ledger.record(DOCUMENTS)
    installation.create_worker().drain()
    for one in harm:
        one(installation, witness)
    installation.close()
    return compare(settings, witness)


def test_nothing_is_wrong_where_nothing_was_harmed(settings: Settings) -> None:
    findings = compare_after(settings)
    assert findings.is_clean, findings.describe()
    assert findings.documents == len(DOCUMENTS)


@pytest.mark.parametrize("harm", [lose_a_row, lose_a_document], ids=lambda harm: harm.__name__)
def test_what_is_lost_is_found(settings: Settings, harm: Harm) -> None:
    findings = compare_after(settings, harm)
    assert (len(findings.lost), findings.doubled, findings.stale) == (1, [], [])


@pytest.mark.parametrize(
    "harm",
    [revert_a_document, bring_one_back, keep_an_old_row, keep_an_old_vector, keep_an_erased_row],
    ids=lambda harm: harm.__name__,
)
def test_what_is_stale_is_found(settings: Settings, harm: Harm) -> None:
    findings = compare_after(settings, harm)
    assert (findings.lost, findings.doubled, len(findings.stale)) == ([], [], 1)


def test_what_is_doubled_is_found(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    iterate = Collection.iterate

    def iterate_twice(collection: Collection, batch_size: int = 1000) -> Iterator[list[object]]:
        yield from iterate(collection, batch_size)
        yield from iterate(collection, batch_size)

    monkeypatch.setattr(Collection, "iterate", iterate_twice)
    assert len(compare_after(settings).doubled) == len(DOCUMENTS)


def test_either_outcome_of_an_unanswered_request_is_right_until_the_next_answer() -> None:
    witness, key = Witness(), (Kind.VACANCIES, "v")
    witness.acknowledge({key: "first"})
    witness.doubt({key: "second"})
    assert witness.read() == {key: {"first", "second"}}
    witness.acknowledge({key: "third"})
    assert witness.read() == {key: {"third"}}


def test_plan_of_a_seed_is_the_same_every_time() -> None:
    plans = []
    for _ in range(2):
        author = Author("caller", seed=7)
        plans.append([author.write_new(10), *(author.write_change() for _ in range(50))])
    assert plans[0] == plans[1]
