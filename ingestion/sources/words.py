"""Employment types, work formats, languages and yes or no in the words of English, Russian and Spanish exports."""

import re
from collections.abc import Mapping

from milvus import EmploymentType, WorkFormat

_TERMS: Mapping[EmploymentType | WorkFormat, str] = {
    EmploymentType.FULL_TIME: (
        "full time | full | fulltime | ft | full day | полная занятость | полная | полный день | полный рабочий день"
        " | полное время | fullday | jornada completa | tiempo completo | completa | a tiempo completo"
    ),
    EmploymentType.PART_TIME: (
        "part time | part | parttime | pt | half time | частичная занятость | частичная | неполная занятость"
        " | неполный день | неполный рабочий день | подработка | media jornada | jornada parcial | tiempo parcial"
        " | parcial | medio tiempo | a tiempo parcial"
    ),
    EmploymentType.CONTRACT: (
        "contract | contractor | freelance | freelancer | project | project work | fixed term | fixed term contract"
        " | c2c | self employed | проектная работа | проектная занятость | проект | фриланс | договор гпх | гпх"
        " | подряд | срочный договор | самозанятый | самозанятость | por obra | por proyecto | autónomo | contrato por obra"
        " | contrato temporal por obra | freelance autónomo"
    ),
    EmploymentType.TEMPORARY: (
        "temporary | temp | seasonal | casual | временная работа | временная занятость | временная | сезонная работа"
        " | сезонная | temporal | contrato temporal | eventual | de temporada | trabajo temporal"
    ),
    EmploymentType.SHIFT: (
        "shift | shifts | shift work | rotating shifts | night shifts | fly in fly out | rotational | вахта"
        " | вахтовый метод | вахтовый | сменный график | сменный график работы | сменный | посменный график | посменно"
        " | flyinflyout | turnos | por turnos | turnos rotativos | a turnos"
    ),
    EmploymentType.INTERNSHIP: (
        "internship | intern | trainee | traineeship | apprenticeship | стажировка | стажер | практика | probation"
        " | prácticas | pasantía | becario | beca | en prácticas"
    ),
    EmploymentType.VOLUNTEER: "volunteer | volunteering | voluntary | волонтерство | волонтер | voluntario | voluntariado",
    WorkFormat.REMOTE: (
        "remote | fully remote | full remote | 100 remote | telecommute | telecommuting | telework | work from home | wfh"
        " | home office | удаленная работа | удаленно | удаленная | удаленка | удаленный | дистанционно"
        " | дистанционная работа | из дома | работа из дома | на дому | teletrabajo | remoto | en remoto | a distancia"
        " | trabajo remoto | 100 remoto | desde casa"
    ),
    WorkFormat.HYBRID: (
        "hybrid | partially remote | partly remote | hybrid remote | гибрид | гибридный | гибридный формат"
        " | гибридная работа | гибридно | частично удаленно | híbrido | hibrido | semipresencial | modalidad híbrida"
    ),
    WorkFormat.ON_SITE: (
        "on site | onsite | in office | office | in person | not remote | офис | в офисе | работа в офисе"
        " | на месте работодателя | очно | на территории работодателя | presencial | en oficina | oficina | in situ"
    ),
}
_LANGUAGES: Mapping[str, str] = {
    "en": "english | английский | inglés | англ | eng",
    "ru": "russian | русский | ruso | рус | rus",
    "es": "spanish | испанский | español | castellano | исп | spa",
    "de": "german | немецкий | alemán | deutsch | deu | ger",
    "fr": "french | французский | francés | français | fra | fre",
    "it": "italian | итальянский | italiano | ita",
    "pt": "portuguese | португальский | portugués | português | por",
    "uk": "ukrainian | украинский | ucraniano | ukr",
    "pl": "polish | польский | polaco | pol",
    "zh": "chinese | китайский | chino | zho | chi",
    "kk": "kazakh | казахский | kaz",
}
_YES = "true | yes | y | 1 | да | истина | sí | si | verdadero"
_NO = "false | no | n | 0 | нет | ложь | falso"

_NOT_WORD = re.compile(r"[\W_]+")
_PARENTHESES = re.compile(r"\([^()]*\)")
_CODE = re.compile(r"([a-z]{2})(?:[-_][a-z0-9-]+)?")


def _fold(words: str) -> str:
    return _NOT_WORD.sub(" ", words.casefold()).strip().replace("ё", "е")


def _invert(table: Mapping[EmploymentType | WorkFormat, str]) -> dict[str, EmploymentType | WorkFormat]:
    return {_fold(name): term for term, names in table.items() for name in names.split("|")} | {
        _fold(term.value): term for term in table
    }


_TERM_OF = _invert(_TERMS)
_LANGUAGE_OF = {_fold(name): code for code, names in _LANGUAGES.items() for name in names.split("|")}
_YES_WORDS, _NO_WORDS = ({_fold(word) for word in words.split("|")} for words in (_YES, _NO))


def read_term(words: str) -> EmploymentType | WorkFormat | None:
    """The employment type or work format that a phrase names; None where it names neither."""
    if len(words) > 100:
        return None
    return _TERM_OF.get(_fold(words)) or _TERM_OF.get(_fold(_PARENTHESES.sub(" ", words)))


def read_language(words: str) -> str | None:
    """The ISO 639-1 code of "en-GB", "English" or "испанский"; None where it is not known."""
    if len(words) > 40:
        return None
    code = _CODE.fullmatch(words.strip().lower())
    return code[1] if code else _LANGUAGE_OF.get(_fold(words))


def read_flag(value: object) -> bool | None:
    """Yes or no in three languages; None for anything else."""
    if isinstance(value, bool):
        return value
    word = _fold(str(value)[:20])
    if word in _YES_WORDS:
        return True
    return False if word in _NO_WORDS else None
