"""One whole resume of every JSON format, as its source writes it, and the document that it is."""

from datetime import UTC, datetime

from tests.contract.sources.json_examples import Example

JSON_RESUME = Example(
    name="a JSON Resume",
    content={
        "id": "r-1",
        "basics": {"name": "Ann Miller", "label": "Baker", "summary": "Bakes bread."},
        "hobby": "Chess",
    },
    document={"id": "r-1", "title": "Baker", "text": "Bakes bread.", "person": {"name": "Ann Miller"}},
    ignored=("hobby",),
)

HH_RESUME = Example(
    name="a resume of hh.ru",
    content={
        "id": "0123456789abcdef0123",
        "last_name": "Соколова",
        "first_name": "Вера",
        "middle_name": "Андреевна",
        "title": "Ветеринарный врач",
        "age": 34,
        "birth_date": "1990-04-02",
        "gender": {"id": "female", "name": "Женский"},
        "area": {"id": "54", "name": "Красноярск", "url": "https://api.hh.ru/areas/54"},
        "contact": [
            {"type": {"id": "cell"}, "value": {"country": "7", "city": "391", "number": "5550100"}, "preferred": True},
            {"type": {"id": "email"}, "value": "vera@example.com"},
        ],
        "site": [{"type": {"id": "personal"}, "url": "https://example.com/vera"}],
        "salary": {"amount": 80000, "currency": "RUR"},
        "employments": [{"id": "full", "name": "Полная занятость"}, {"id": "part", "name": "Частичная занятость"}],
        "schedules": [{"id": "fullDay", "name": "Полный день"}, {"id": "shift", "name": "Сменный график"}],
        "professional_roles": [{"id": "24", "name": "Ветеринарный врач"}],
        "experience": [
            {
                "company": "Клиника «Лапа»",
                "position": "Ветеринар",
                "start": "2018-03-01",
                "end": None,
                "description": "Приём и операции.\nВакцинация.",
            }
        ],
        "total_experience": {"months": 88},
        "skills": "Люблю животных.",
        "skill_set": ["Хирургия", "УЗИ"],
        "education": {
            "level": {"id": "higher", "name": "Высшее"},
            "primary": [
                {"name": "Аграрный университет", "organization": "Ветеринария", "result": "Врач", "year": 2013}
            ],
            "additional": [],
        },
        "language": [
            {"id": "rus", "name": "Русский", "level": {"id": "l1", "name": "Родной"}},
            {"id": "eng", "name": "Английский", "level": {"id": "b2", "name": "B2"}},
        ],
        "certificate": [{"title": "Анестезиология", "achieved_at": "2020-05-01", "url": None}],
        "citizenship": [{"id": "113", "name": "Россия"}],
        "resume_locale": {"id": "RU", "name": "Русский"},
        "hidden_fields": [],
        "updated_at": "2025-04-20T16:24:15+0300",
        "alternate_url": "https://hh.ru/resume/0123456789abcdef0123",
        "travel_time": {"id": "any", "name": "Не имеет значения"},
    },
    document={
        "id": "0123456789abcdef0123",
        "title": "Ветеринарный врач",
        "text": "Люблю животных.\n\nВетеринар, Клиника «Лапа» (2018-03-01)\nПриём и операции.\nВакцинация."
        "\n\nАнестезиология (2020-05-01)",
        "skills": ["Хирургия", "УЗИ"],
        "place": {"text": "Красноярск"},
        "employment_types": ["full_time", "part_time", "shift"],
        "salary": {"min": 80000, "max": 80000, "currency": "RUR", "period": "month"},
        "experience_months": 88,
        "work_periods": [
            {
                "start": "2018-03-01",
                "title": "Ветеринар",
                "company": "Клиника «Лапа»",
                "description": "Приём и операции.\nВакцинация.",
            }
        ],
        "languages": [{"language": "ru", "level": "native"}, {"language": "en", "level": "B2"}],
        "education_level": "bachelor",
        "education": "Высшее\nАграрный университет, Ветеринария, Врач (2013)",
        "language": "ru",
        "category": "Ветеринарный врач",
        "url": "https://hh.ru/resume/0123456789abcdef0123",
        "published_at": datetime(2025, 4, 20, 13, 24, 15, tzinfo=UTC),
        "person": {
            "name": "Соколова Вера Андреевна",
            "email": "vera@example.com",
            "phone": "7 391 5550100",
            "links": ["https://example.com/vera"],
            "birth_date": "1990-04-02",
            "gender": "Женский",
            "citizenship": "Россия",
        },
    },
    ignored=("age", "travel_time"),
)

HR_OPEN = Example(
    name="a candidate of HR Open",
    content={
        "documentId": {"value": "cand-17", "schemeId": "Export"},
        "person": {
            "id": {"value": "17"},
            "name": {"formattedName": "Lucía Romero", "given": "Lucía", "family": "Romero"},
            "gender": "Female",
            "citizenShip": ["Spain"],
            "communication": {
                "address": [
                    {
                        "city": "Sevilla",
                        "countryCode": "ES",
                        "countrySubdivisions": [{"type": "state", "value": "Andalucía"}],
                        "line": "Calle Feria 1",
                    }
                ],
                "phone": [{"formattedNumber": "+34 555 010 000"}],
                "email": [{"address": "lucia@example.com"}],
                "web": [{"name": "Homepage", "url": "https://example.com/lucia"}],
            },
        },
        "profiles": [
            {
                "profileName": "Candidate Profile",
                "languageCode": "es-ES",
                "executiveSummary": "Cocinera con experiencia en banquetes.",
                "positionPreferences": [
                    {
                        "positionTitles": ["Jefa de cocina"],
                        "offeredRenumerationPackage": {
                            "basisCode": "Salaried",
                            "ranges": [
                                {"typeCode": "Bonus", "minimumAmount": {"value": 1000, "currency": "EUR"}},
                                {
                                    "typeCode": "BasePay",
                                    "minimumAmount": {"value": "28000", "currency": "EUR"},
                                    "intervalCode": "Year",
                                },
                            ],
                        },
                    }
                ],
                "employment": [
                    {
                        "organization": {"name": "Hotel Sur"},
                        "positionHistories": [
                            {"title": "Cocinera", "start": "2019-05", "end": "2023-01", "descriptions": ["Banquetes."]}
                        ],
                    }
                ],
                "education": [
                    {
                        "institution": {"name": "Escuela de Hostelería"},
                        "educationDegrees": [{"name": "Grado superior"}],
                        "end": "2018",
                    }
                ],
                "personCompetencies": [{"competencyName": "Repostería"}, {"name": "Arroces"}],
                "personAvailability": {"availabilityDates": [{"startDateTime": "2025-01-01"}]},
            }
        ],
    },
    document={
        "id": "cand-17",
        "title": "Jefa de cocina",
        "text": "Cocinera con experiencia en banquetes.\n\nCocinera, Hotel Sur (2019-05 – 2023-01)\nBanquetes.",
        "skills": ["Repostería", "Arroces"],
        "place": {"city": "Sevilla", "region": "Andalucía", "country": "ES"},
        "salary": {"min": 28000, "currency": "EUR", "period": "year"},
        "work_periods": [
            {
                "start": "2019-05",
                "end": "2023-01",
                "title": "Cocinera",
                "company": "Hotel Sur",
                "description": "Banquetes.",
            }
        ],
        "education": "Grado superior, Escuela de Hostelería (2018)",
        "language": "es",
        "person": {
            "name": "Lucía Romero",
            "email": "lucia@example.com",
            "phone": "+34 555 010 000",
            "links": ["https://example.com/lucia"],
            "address": "Calle Feria 1",
            "gender": "Female",
            "citizenship": "Spain",
        },
    },
    ignored=("profiles.personAvailability",),
)
