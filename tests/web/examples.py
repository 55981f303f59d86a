"""The documents that the pages are looked at with: usual ones, empty ones, huge ones and hostile ones."""

from typing import Any

HOSTILE = "\u202e</textarea><script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"
HUGE_WORD = "W" * 99_000
STRANGE_ID = "a/b?c=d&e #1 %2F ü"

BAKER_TEXT = (
    "We are a bakery that opens at six. You must have at least three years of experience as a baker. "
    "You need Sourdough and Pastry. A driving license of category B is required. You speak English."
)
VACANCIES: list[dict[str, Any]] = [
    {
        "id": "baker",
        "title": "Baker",
        "company": "Northwind Bakery",
        "text": BAKER_TEXT,
        "skills": ["Sourdough", "Pastry", "Food safety"],
        "place": {"city": "Leeds", "country": "GB"},
        "work_format": "on_site",
        "employment_types": ["full_time"],
        "salary": {"min": 30_000, "max": 34_000, "currency": "GBP", "period": "year"},
        "published_at": "2026-01-05T00:00:00Z",
        "url": "https://example.com/baker",
    },
    {
        "id": STRANGE_ID,
        "title": "Night baker",
        "text": "Baker for the night shift. Sourdough.",
        "skills": ["Sourdough"],
    },
    {"id": "bare", "text": "Baker."},
    {"id": "hostile", "title": f"Baker {HOSTILE}", "company": HOSTILE, "text": HOSTILE, "skills": [HOSTILE]},
    {"id": "huge", "title": "W" * 500, "company": "W" * 500, "text": f"Baker {HUGE_WORD}", "skills": ["W" * 200] * 1},
    {"id": "ru", "title": "Пекарь", "text": "Ищем пекаря в Казани, опыт от трёх лет.", "place": {"city": "Казань"}},
    {"id": "ar", "title": "خباز", "text": "نبحث عن خباز في دبي للعمل بدوام كامل.", "place": {"city": "Dubai"}},
    *(
        {
            "id": f"roofer-{number}",
            "title": f"Roofer {number}",
            "text": f"We need a roofer for house number {number}. You work at a height of {number * 3} meters.",
            "skills": ["Roofing"],
            "work_format": "on_site",
            "published_at": f"2026-02-{number:02}T00:00:00Z",
        }
        for number in range(1, 26)
    ),
]
RESUMES: list[dict[str, Any]] = [
    {
        "id": f"baker-{number}",
        "title": title,
        "text": f"{title}. I have baked for {number + 1} years, Sourdough every day. Driving license category B.",
        "skills": skills,
        "place": {"city": city, "country": "GB"},
        "languages": [{"language": "en", "level": "native"}],
        "employment_types": ["full_time"],
    }
    for number, (title, city, skills) in enumerate(
        [
            ("Baker and pastry cook", "Leeds", ["Sourdough", "Pastry"]),
            ("Baker", "Bradford", ["Sourdough"]),
            ("Head baker", "London", ["Sourdough", "Pastry", "Food safety"]),
            ("Kitchen help", "Leeds", ["Cleaning"]),
            ("Apprentice baker", "York", ["Pastry"]),
        ]
    )
] + [{"id": "hostile", "title": HOSTILE, "text": f"Baker {HOSTILE} {HUGE_WORD[:90_000]}"}]
