"""Ledger and index, row by row, against what callers were told."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from ingestion import Settings, State, StoredDocument
from ingestion.installation import Books, open_books, open_index, open_normalizer, open_served
from milvus import Embedder, Kind, Store
from tests.faults.operations import Key, Witness

_PAGE_ROWS = 500
_SAME = 1e-5
_MOST_LISTED = 20


@dataclass(frozen=True, slots=True)
class Findings:
    """What is wrong, a line for each document; `documents` is how many there are."""

    documents: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Whether nothing is wrong."""
        return not (self.lost or self.doubled or self.stale)

    def describe(self) -> str:
        """The first of everything that is wrong."""
        lines = [f"lost: {one}" for one in self.lost] + [f"doubled: {one}" for one in self.doubled]
        return "\n".join((lines + [f"stale: {one}" for one in self.stale])[:_MOST_LISTED])


def compare(settings: Settings, witness: Witness) -> Findings:
    """Compare everything once nothing is pending any more. On Milvus Lite no other process may have the folder open."""
    books = open_books(settings)
    index = open_index(settings, create=False)
    try:
        served = open_served(settings, index, create=False)
        ledger = {(kind, one.document.id): one for kind in Kind for one in _list_documents(books, kind)}
        findings = Findings(len(ledger))
        _compare_ledger(ledger, witness, findings)
        _compare_index(ledger, served.store, findings)
        _compare_rows(ledger, settings, served.store, served.embedder, findings)
        return findings
    finally:
        index.close()
        books.close()


def _list_documents(books: Books, kind: Kind) -> Iterator[StoredDocument]:
    after = None
    while page := books.ledger.list_documents(kind, after=after, limit=_PAGE_ROWS):
        yield from page
        after = page[-1].document.id


def _compare_ledger(ledger: dict[Key, StoredDocument], witness: Witness, findings: Findings) -> None:
    """The ledger holds of each document what was acknowledged last, and nothing that was never sent."""
    states = witness.read()
    for key, possible in states.items():
        stored = ledger.get(key)
        if stored is None and None not in possible:
            findings.lost.append(f"{_name(key)} was acknowledged and is not in the ledger")
        elif stored is not None and stored.document_hash not in possible:
            known = "was erased, and is in the ledger" if possible == {None} else "is an older one in the ledger"
            findings.stale.append(f"{_name(key)} {known}")
    findings.stale.extend(f"{_name(key)} was never sent" for key in ledger.keys() - states.keys())


def _compare_index(ledger: dict[Key, StoredDocument], store: Store, findings: Findings) -> None:
    """The index holds each document of the ledger once, in the ledger's version, and nothing else."""
    for kind in Kind:
        collection = store.collection(kind)
        rows = Counter(entity.id for batch in collection.iterate() for entity in batch)
        hashes = collection.list_hashes()
        findings.doubled.extend(f"{kind.value} {id_} is in the index {n} times" for id_, n in rows.items() if n > 1)
        if collection.count() != len(hashes):
            findings.doubled.append(f"{kind.value}: {collection.count()} rows of {len(hashes)} ids")
        for key, stored in ledger.items():
            if key[0] is not kind:
                continue
            found = hashes.pop(key[1], None)
            if found is None or key[1] not in rows:
                findings.lost.append(f"{_name(key)} is {stored.state.value} and not in the index ({stored.error})")
            elif found != stored.document_hash:
                findings.stale.append(f"{_name(key)} is an older one in the index; it is {stored.state.value}")
            elif stored.state is not State.INDEXED:
                findings.lost.append(f"the task of {_name(key)}: it is {stored.state.value} ({stored.error})")
        findings.stale.extend(f"{kind.value} {id_} is in the index and not in the ledger" for id_ in hashes)


def _compare_rows(
    ledger: dict[Key, StoredDocument], settings: Settings, store: Store, embedder: Embedder, findings: Findings
) -> None:
    """Every row says what its document says, and its vector is that of its text."""
    normalizer = open_normalizer(settings)
    for kind in Kind:
        collection = store.collection(kind)
        for batch in collection.iterate(_PAGE_ROWS):
            vectors = collection.get_vectors([entity.id for entity in batch])
            right = embedder.embed_documents([entity.embedded_text for entity in batch])
            for entity, vector in zip(batch, right, strict=True):
                stored = ledger.get((kind, entity.id))
                if stored is None or stored.document_hash != entity.document_hash:
                    continue
                meant = normalizer.normalize(stored.document, document_hash=stored.document_hash, names=stored.names)
                if entity != meant:
                    findings.stale.append(f"{kind.value} {entity.id} says something else in the index: {entity}")
                if not np.allclose(vectors[entity.id], vector, atol=_SAME):
                    findings.stale.append(f"{kind.value} {entity.id} has the vector of another text")


def _name(key: Key) -> str:
    return f"{key[0].value} {key[1]}"
