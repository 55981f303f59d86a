"""Made-up vacancies of a few trades, whose words set them apart, for the tests of topics."""

import random
from collections.abc import Sequence

import numpy as np

from ingestion import VacancyDocument
from milvus import Vectors

TRADES = {
    "baker": "bread dough oven flour yeast pastry loaf bakery crust knead proofing rye",
    "welder": "weld steel torch seam metal grinder flux helmet joint fabrication girder pipe",
    "teacher": "school pupils lesson classroom homework syllabus exam grade reading pedagogy term marking",
    "пекарь": "хлеб тесто печь мука дрожжи булка пекарня выпечка корка замес батон рожь",
    "soldador": "soldadura acero antorcha costura metal amoladora casco junta fabricación viga tubería taller",
}
"""The words of each trade, by its title: English, Russian, Spanish."""

LANGUAGES = {"baker": "en", "welder": "en", "teacher": "en", "пекарь": "ru", "soldador": "es"}


def write_vacancies(trade: str, count: int, *, start: int = 0) -> list[VacancyDocument]:
    """So many vacancies of a trade, each with a text of its own, and ids from its number on."""
    return [
        VacancyDocument(
            id=f"{trade}/{number:03}",
            title=trade.title(),
            text=_write(trade, random.Random(f"{trade}/{number}")),
            language=LANGUAGES[trade],
        )
        for number in range(start, start + count)
    ]


def make_groups(sizes: Sequence[int], *, seed: int = 0, spread: float = 0.03) -> tuple[Vectors, list[int]]:
    """Unit vectors of 32 dimensions around random directions, in mixed order, and the group of each."""
    chance = np.random.default_rng(seed)
    groups = chance.permutation([group for group, size in enumerate(sizes) for _ in range(size)])
    centers = chance.normal(size=(len(sizes), 32))
    centers /= np.linalg.norm(centers, axis=1, keepdims=True)
    vectors = centers[groups] + chance.normal(scale=spread, size=(len(groups), 32))
    unit: Vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    return unit, groups.tolist()


def _write(trade: str, chance: random.Random) -> str:
    words = TRADES[trade].split()
    return " ".join(chance.choice(words) for _ in range(30))
