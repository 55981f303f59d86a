"""The obvious names of columns in English, Russian and Spanish, and the document fields that they fill."""

import re
from collections.abc import Mapping
from functools import cache, lru_cache

from ingestion.documents import DOCUMENT_TYPES, Part
from ingestion.errors import UnreadableSource
from milvus import Kind

# Columns that say in words how and where one works: employment types and work formats, whatever the export calls them.
TERMS = "terms"
# A column of yes and no.
REMOTE = "remote"
# "Москва, готов к переезду, ...": the place is what stands before the first comma.
PLACE_AND_MORE = "place_and_more"

_SHARED: Mapping[str, str] = {
    "id": "_id | uid | uuid | guid | identifier | external id | requisition id | код | номер | идентификатор | código",
    "title": (
        "job title | position | position title | current title | role | occupation | headline | profession | должность"
        " | наименование | название | название должности | позиция | профессия | puesto | cargo | título | ocupación"
        " | puesto de trabajo | profesión"
    ),
    "text": (
        "description | full text | body | content | details | summary | about | about me | profile | objective"
        " | qualifications | additional information | описание | текст | подробности | дополнительно"
        " | дополнительная информация | о себе | обо мне | descripción | texto | resumen | perfil | sobre mí"
        " | información adicional"
    ),
    "skills": (
        "skill | skill set | skill names | key skills | required skills | job skills | technologies | tech stack | stack"
        " | competencies | навыки | ключевые навыки | профессиональные навыки | технологии | стек | стек технологий"
        " | умения | компетенции | habilidades | competencias | aptitudes | conocimientos | tecnologías"
        " | habilidades requeridas"
    ),
    "salary.text": (
        "salary | salary raw | pay | wage | compensation | remuneration | salary range | expected salary"
        " | desired salary | salary expectation | salary expectations | зп | з п | зарплата | заработная плата | оклад"
        " | доход | вознаграждение | желаемая зарплата | ожидаемая зарплата | зарплатные ожидания | salario | sueldo"
        " | remuneración | retribución | salario deseado | pretensión salarial | expectativa salarial"
    ),
    "salary.min": (
        "salary from | minimum salary | min salary | salary minimum | pay min | compensation from | compensation min"
        " | зарплата от | зп от | оклад от | мин зарплата | минимальная зарплата | salario mínimo | salario desde"
        " | sueldo mínimo"
    ),
    "salary.max": (
        "salary to | maximum salary | max salary | salary maximum | pay max | compensation to | compensation max"
        " | зарплата до | зп до | оклад до | макс зарплата | максимальная зарплата | salario máximo | salario hasta"
        " | sueldo máximo"
    ),
    "salary.currency": "currency | salary currency | pay currency | валюта | валюта зарплаты | moneda | divisa",
    "salary.period": (
        "salary period | salary unit | pay period | salary frequency | unit text | период | периодичность | за период"
        " | periodo salarial | periodicidad"
    ),
    "salary.gross": "gross | salary gross | до вычета налогов | bruto | salario bruto",
    "place.city": "city | town | город | населенный пункт | ciudad | población | localidad | municipio",
    "place.region": (
        "region | state | province | county | area region | регион | область | край | субъект рф | región | provincia"
        " | comunidad autónoma | estado | departamento"
    ),
    "place.country": "country | country code | страна | país | pais",
    "place.text": (
        "location | locality | place | area | address | job location | work location | candidate location | место работы"
        " | адрес | локация | местоположение | местонахождение | место проживания | регион проживания | ubicación"
        " | ubicacion | dirección | lugar | lugar de trabajo | lugar de residencia"
    ),
    PLACE_AND_MORE: "город переезд командировки",
    "place.latitude": "lat | latitude | широта | latitud",
    "place.longitude": "lon | lng | long | longitude | долгота | longitud",
    TERMS: (
        "employment | employment type | employment types | employment form | type of employment | contract type"
        " | contract | job type | type | work type | working time | work schedule | schedule | shift | work format"
        " | work formats | work mode | work model | workplace type | workplace | formatted work type | job location type"
        " | занятость | тип занятости | вид занятости | форма занятости | график | график работы | режим работы"
        " | формат работы | формат | тип трудоустройства | jornada | jornada laboral | tipo de jornada"
        " | tipo de contrato | contrato | tipo de empleo | modalidad | modalidad de trabajo | horario"
    ),
    REMOTE: "is remote | remote allowed | remote work | work from home | удаленно | удаленка | remoto | teletrabajo",
    "language": "lang | language code | язык | язык документа | язык текста | idioma",
    "category": (
        "categories | job category | category name | industry | sector | field | department | function"
        " | specialization | specialisation | специализация | категория | категории | отрасль | сфера деятельности"
        " | профобласть | профессиональная область | раздел | categoría | sector profesional | especialidad | industria"
        " | área"
    ),
    "source": "source name | origin | site | источник | сайт | fuente | origen",
    "url": (
        "link | href | web page | alternate url | job url | vacancy url | resume url | posting url | ссылка"
        " | адрес страницы | enlace | vínculo"
    ),
    "published_at": (
        "published | date published | publication date | published date | posted | posted at | posted on | date posted"
        " | posting date | created | created at | date created | date | updated at | listed time | original listed time"
        " | дата публикации | опубликовано | дата размещения | дата создания | дата | обновление резюме"
        " | дата обновления | fecha de publicación | fecha | publicado"
    ),
    "expires_at": (
        "expires | expiry | expiry date | expiration date | valid through | valid until | closing date | deadline"
        " | application deadline | archived at | действует до | срок действия | дата окончания | дата закрытия"
        " | fecha de cierre | fecha límite | válido hasta | fecha de vencimiento"
    ),
}

_VACANCY: Mapping[str, str] = {
    "id": "vacancy id | job id | job posting id | posting id | id вакансии | id de la vacante | id oferta",
    "title": "name | vacancy | vacancy name | vacancy title | job | job name | вакансия | название вакансии | vacante | oferta",
    "text": (
        "job description | vacancy description | responsibilities | duties | requirements | job requirements | conditions"
        " | benefits | job summary | education | education requirements | обязанности | требования | условия"
        " | условия работы | описание вакансии | образование | funciones | requisitos | responsabilidades | condiciones"
        " | beneficios | ofrecemos | descripción del puesto | descripción de la vacante | formación"
    ),
    "company": (
        "company name | employer | employer name | organization | organisation | hiring organization | компания"
        " | работодатель | название компании | организация | empresa | compañía | empleador | nombre de la empresa"
    ),
    "experience": (
        "experience required | required experience | work experience | years of experience | experience level"
        " | min experience | опыт | опыт работы | требуемый опыт | стаж | experiencia | experiencia requerida"
        " | años de experiencia | experiencia laboral"
    ),
}

_RESUME: Mapping[str, str] = {
    "id": "resume id | candidate id | cv id | id резюме | id кандидата | id del candidato",
    "title": (
        "desired position | desired job | desired title | ищет работу на должность | желаемая должность"
        " | желаемая позиция | последняя нынешняя должность | puesto deseado | puesto actual"
    ),
    "text": (
        "resume | cv | resume text | resume str | cv text | work history | employment history | projects | achievements"
        " | резюме | текст резюме | история работы | места работы | проекты | достижения | последнее нынешнее место работы"
        " | currículum | historial laboral | proyectos | logros"
    ),
    "experience": (
        "work experience | total experience | years of experience | опыт | опыт работы | стаж | общий стаж"
        " | experiencia | experiencia laboral | años de experiencia"
    ),
    "education": "образование | образование и вуз | вуз | учебное заведение | educación | formación | estudios | university | degree",
    "languages": "language skills | foreign languages | языки | знание языков | иностранные языки | владение языками | idiomas",
    "person.name": (
        "name | full name | candidate | candidate name | first name | middle name | last name | surname | family name"
        " | фио | имя | отчество | фамилия | кандидат | соискатель | nombre | nombre completo | nombre y apellidos"
        " | apellido | apellidos"
    ),
    "person.email": "email | e mail | mail | email address | почта | электронная почта | эл почта | correo | correo electrónico",
    "person.phone": "phone | phone number | telephone | mobile | mobile phone | телефон | мобильный телефон | номер телефона | teléfono | móvil",
    "person.links": "linkedin | github | website | websites | portfolio | social networks | портфолио | социальные сети | redes sociales",
    "person.address": "street address | home address | домашний адрес | domicilio",
    "person.birth_date": "birth date | date of birth | birthday | dob | дата рождения | fecha de nacimiento",
    "person.gender": "gender | sex | пол | пол возраст | sexo | género",
    "person.citizenship": "citizenship | nationality | гражданство | nacionalidad | ciudadanía",
    "person.family_status": "family status | marital status | семейное положение | estado civil",
}

# Columns that tell which of the two a table holds, beyond the fields that only one kind has.
_MARKS: Mapping[Kind, str] = {
    Kind.RESUMES: (
        "resume | cv | resume text | resume str | resume id | candidate id | candidate | desired position | desired salary"
        " | expected salary | first name | last name | full name | employment history | work history | резюме"
        " | id резюме | ищет работу на должность | желаемая должность | желаемая зарплата | обновление резюме | о себе"
        " | образование и вуз | currículum | puesto deseado | nombre y apellidos | apellidos | sobre mí"
    ),
    Kind.VACANCIES: (
        "vacancy | vacancy id | vacancy name | vacancy title | job id | job description | job posting id | responsibilities"
        " | requirements | employer | employer name | company name | company | вакансия | название вакансии | id вакансии"
        " | работодатель | компания | обязанности | требования | vacante | empresa | requisitos | funciones"
        " | descripción del puesto"
    ),
}
_OWN_ONLY: Mapping[Kind, frozenset[str]] = {
    Kind.RESUMES: frozenset({"person", "work_periods", "languages", "experience_months"}),
    Kind.VACANCIES: frozenset({"company", "experience_min_months", "experience_max_months"}),
}

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_NOT_WORD = re.compile(r"[\W_]+")


@lru_cache(maxsize=4096)
def fold_column(name: str) -> str:
    """A column name without case, punctuation and underscores: `jobTitle` and `Job_Title:` are "job title"."""
    if len(name) > 200:
        return name
    words = _NOT_WORD.sub(" ", _CAMEL.sub(" ", name)).casefold().strip()
    return words.replace("ё", "е")


@cache
def list_fields(kind: Kind) -> frozenset[str]:
    """The fields of a document that a column can fill, parts dotted: `title`, `salary.min`, `person.name`."""
    names: set[str] = set()
    for name, info in DOCUMENT_TYPES[kind].model_fields.items():
        names.add(name)
        part = next((one for one in _arguments(info.annotation) if isinstance(one, type) and issubclass(one, Part)), None)
        if part is not None:
            names |= {f"{name}.{inner}" for inner in part.model_fields}
    return frozenset(names)


def _arguments(annotation: object) -> tuple[object, ...]:
    return getattr(annotation, "__args__", ())


@cache
def _table(kind: Kind) -> Mapping[str, str]:
    table = {fold_column(field): field for field in list_fields(kind)}
    for fields in (_RESUME if kind is Kind.RESUMES else _VACANCY, _SHARED):
        for field, names in fields.items():
            for name in names.split("|"):
                table.setdefault(fold_column(name), field)
    return table


def find_field(column: str, kind: Kind) -> str | None:
    """The field that a column fills by its name, None where the name tells nothing."""
    return _table(kind).get(fold_column(column))


@cache
def _marks(kind: Kind) -> frozenset[str]:
    own = {fold_column(name) for name in _OWN_ONLY[kind]}
    return frozenset(own | {fold_column(name) for name in _MARKS[kind].split("|")})


def tell_kind(columns: frozenset[str]) -> Kind | None:
    """What a table with these columns holds; None where they tell nothing or contradict each other."""
    folded = {fold_column(column) for column in columns}
    told = [kind for kind in Kind if folded & _marks(kind) or any(_is_own(column, kind) for column in folded)]
    return told[0] if len(told) == 1 else None


def _is_own(column: str, kind: Kind) -> bool:
    return kind is Kind.RESUMES and column.startswith("person ")


def check_mapping(mapping: Mapping[str, str], kind: Kind | None) -> None:
    """Raise UnreadableSource where a column is mapped to a field that documents (of this kind) do not have."""
    known = list_fields(kind) if kind else list_fields(Kind.RESUMES) | list_fields(Kind.VACANCIES)
    for column, field in mapping.items():
        if field not in known:
            whose = f"a document of {kind.value}" if kind else "a document"
            raise UnreadableSource(
                f"column {column!r} is mapped to {field!r}, which {whose} does not have; known: {', '.join(sorted(known))}"
            )
