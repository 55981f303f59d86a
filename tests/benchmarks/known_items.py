"""Known items: documents in two parts that share no sentence, one to search by and one to be found."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from milvus import Entity
from service.ranking.sentences import split_sentences

LEAST_ASKED = 150
LEAST_LEFT = 300
_RUN_LENGTH = 300


@dataclass(frozen=True, slots=True)
class KnownItem:
    """A document in two parts: `asked` is searched by, and `left` is to be found, under the document's own id.

    `depth` says how far into the text `asked` begins, 0 to 1; None where it comes from all over.
    """

    asked: str
    left: Entity
    depth: float | None = None


Cut = Callable[[Entity, random.Random], KnownItem | None]


def cut_alternately(entity: Entity, _: random.Random) -> KnownItem | None:
    """Every second sentence against the others and the title; None for a text that is too short."""
    sentences = [one.text for one in split_sentences(entity.text)]
    return _part(entity, sentences[1::2], sentences[::2])


def cut_run(entity: Entity, chance: random.Random) -> KnownItem | None:
    """Some sentences in a row, from anywhere but the beginning, against all others; None for one too short."""
    sentences = [one.text for one in split_sentences(entity.text)]
    starts = [place for place in range(1, len(sentences)) if sum(map(len, sentences[place:])) >= _RUN_LENGTH]
    if not starts:
        return None
    start = end = chance.choice(starts)
    while sum(map(len, sentences[start:end])) < _RUN_LENGTH:
        end += 1
    before = sum(map(len, sentences[:start])) / sum(map(len, sentences))
    return _part(entity, sentences[start:end], sentences[:start] + sentences[end:], depth=before)


def draw_items(entities: Sequence[Entity], cut: Cut, *, count: int, seed: int) -> list[KnownItem]:
    """The parts of at most `count` documents drawn at random, of those that have no near-duplicate."""
    chance = random.Random(seed)
    alone = [entity for entity in entities if entity.duplicate_group is None]
    items: list[KnownItem] = []
    for entity in chance.sample(alone, len(alone)):
        if len(items) == count:
            break
        item = cut(entity, random.Random(f"{seed} {entity.id}"))
        if item is not None:
            items.append(item)
    return items


def _part(entity: Entity, asked: Sequence[str], left: Sequence[str], depth: float | None = None) -> KnownItem | None:
    """The item, without what both parts say and without the title in `asked`."""
    said = {_fold(sentence) for sentence in (*left, entity.title or "")}
    query = "\n".join(sentence for sentence in asked if _fold(sentence) not in said)
    rest = "\n".join(left)
    if len(query) < LEAST_ASKED or len(rest) < LEAST_LEFT:
        return None
    return KnownItem(query, replace(entity, text=rest, text_hash="part", document_hash="part"), depth)


def _fold(sentence: str) -> str:
    return " ".join(sentence.lower().split())
