"""Vacancies and resumes made up by rule from a seed: short to long, in three languages, no two alike."""

import random
from collections.abc import Iterator

from ingestion import AnyDocument, ResumeDocument, VacancyDocument

# Per language: titles, what is done, what with or for whom, and how.
_WORDS = {
    "en": (
        ["warehouse clerk", "night nurse", "data engineer", "welder", "primary teacher", "pastry cook", "bus driver"],
        ["plans", "repairs", "checks", "delivers", "teaches", "prepares", "documents", "improves", "orders", "cleans"],
        ["orders", "pumps", "patients", "lessons", "invoices", "vehicles", "networks", "meals", "contracts", "roofs"],
        ["with care", "in shifts", "for a small team", "on site", "under pressure", "by the book", "every week"],
    ),
    "ru": (
        ["кладовщик", "медицинская сестра", "инженер данных", "сварщик", "учитель", "кондитер", "водитель автобуса"],
        ["планирует", "ремонтирует", "проверяет", "доставляет", "обучает", "готовит", "описывает", "улучшает"],
        ["заказы", "насосы", "приборы", "уроки", "счета", "машины", "сети", "обеды", "договоры", "крыши"],
        ["аккуратно", "по сменам", "в небольшой команде", "на объекте", "в срок", "по регламенту", "каждую неделю"],
    ),
    "es": (
        [
            "mozo de almacén",
            "enfermera de noche",
            "ingeniera de datos",
            "soldador",
            "maestra",
            "pastelero",
            "conductor",
        ],
        ["planifica", "repara", "revisa", "entrega", "enseña", "prepara", "documenta", "mejora", "pide", "limpia"],
        ["pedidos", "bombas", "pacientes", "clases", "facturas", "vehículos", "redes", "comidas", "contratos"],
        ["con cuidado", "por turnos", "en un equipo pequeño", "en obra", "bajo presión", "cada semana"],
    ),
}
_SKILLS = ["SQL", "Python", "forklift", "MIG welding", "first aid", "Excel", "baking", "AutoCAD", "1C", "Kubernetes"]
_PLACES = [("Leeds", "GB"), ("Казань", "RU"), ("Sevilla", "ES"), ("Toronto", "CA"), ("Алматы", "KZ"), (None, "DE")]
# Sentences, and how often of a hundred a document has so many.
_LENGTHS = [((1, 4), 70), ((4, 12), 25), ((12, 60), 5)]


def make_documents(count: int, *, seed: int = 20261120) -> Iterator[AnyDocument]:
    """So many documents, every other one a vacancy; the same seed gives the same ones."""
    chance = random.Random(seed)
    for number in range(count):
        language = chance.choices(list(_WORDS), weights=(60, 25, 15))[0]
        titles, verbs, things, manners = _WORDS[language]
        (low, high), _ = chance.choices(_LENGTHS, weights=[weight for _, weight in _LENGTHS])[0]
        sentences = [
            f"{chance.choice(verbs)} {chance.choice(things)} {chance.choice(manners)}".capitalize()
            for _ in range(chance.randint(low, high))
        ]
        city, country = chance.choice(_PLACES)
        content = {
            "id": f"made-{number:07}",
            "title": f"{chance.choice(titles)} {number}",
            "text": ". ".join(sentences) + ".",
            "skills": chance.sample(_SKILLS, chance.randrange(0, 5)),
            "place": {"city": city, "country": country},
        }
        if number % 2:
            yield VacancyDocument.model_validate(content | {"company": f"Company {number % 997}"})
        else:
            yield ResumeDocument.model_validate(content | {"experience_months": chance.randrange(0, 240)})
