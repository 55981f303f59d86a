"""Reads the level of education that a resume states, and which level is begun but not completed."""

import re
from collections.abc import Iterator, Sequence

from ingestion.parsing.lines import Line
from ingestion.parsing.model import EducationLevel

# Lower case. A bare "высшее" says no degree: it is at least a bachelor's level. The five-year "специалитет" is ISCED 7.
_LEVELS: tuple[tuple[EducationLevel, str], ...] = (
    (
        EducationLevel.DOCTORATE,
        r"ph\.?[ ]?d\b|d\.?phil\b|doctorate|doctoral degree|doctor of (?!medicine)[a-z]+|канд(?:идат|\.)\s?[а-яё.]*\s?наук|к\.[ ]?[а-я]\.[ ]?н\b"
        r"|д(?:окто|-)р\s[а-яё.]*\s?наук|учен(?:ая|ую) степень|doctorado|doctora? en\b",
    ),
    (
        EducationLevel.MASTER,
        r"master(?:[’']?s)?(?=[ ]?(?:of|in|degree|[’']s|,|:|\(|$))|master degree|masters\b|m\.?sc\b|m\.?a\.?(?=[ ,:(]|$)(?<!\w\w\w)|m\.s\.?(?=[ ,:(]|$)|ms (?:in|degree)|m\.?b\.?a\b|m\.?eng\b|m\.?ed\b|ll\.?m\b|m\.?phil\b"
        r"|магистр\w*|специалитет\w*|диплом специалиста|specialist (?:of|degree|diploma)|m[aá]ster\b|maestr[ií]a|mag[ií]ster",
    ),
    (
        EducationLevel.BACHELOR,
        r"bachelor\w*|b\.s\.?(?=[ ,:(]|$)|bs (?:in|degree)|b\.?[ ]?sc\b|b\.?a\.?(?=[ ,:(]|$)(?<!\w\w\w)|b\.?eng\b|b\.?com\b|b\.?tech\b|b\.?b\.?a\b|b\.?ed\b|ll\.?b\b|bsn\b|undergraduate degree"
        r"|бакалавр\w*|высшее|higher education|university degree|licenciatura|licenciad[oa]|grado en (?!soldadura)|graduad[oa] (?:en|universitari[oa])"
        r"|grado universitario|ingenier[ií]a\b|ingenier[oa] |diplomatura|diplomad[oa] en|estudios universitarios|t[ií]tulo universitario",
    ),
    (
        EducationLevel.VOCATIONAL,
        r"associate(?:[’']?s)?(?: degree| of| in)|a\.a\.s\b|a\.[as]\. degree|vocational|nvq|btec|hnd\b|hnc\b|city (?:and|&) guilds|apprenticeship|trade school|technical college"
        r"|level [23] (?:diploma|certificate)|средн\w+[ -](?:специальн|проф|техническ)\w+|ср\w*\.[ -]?спец\w*|колледж\w*|техникум\w*|училищ\w*|пту\b|птуз?\b|сузе?\b|начальное профессиональное"
        r"|grado (?:medio|superior)|formaci[oó]n profesional|ciclo formativo|cfg[sm]\b|\bfp\b|fp[ ]?(?:i{1,2}|[12])\b|t[eé]cnic[oa] (?:superior|medio) en|tecn[oó]log[oa] en",
    ),
    (
        EducationLevel.SECONDARY,
        r"high[ ]?school(?! of)|secondary (?:school|education)|g\.?e\.?d\b|gcses?\b|a[ -]levels?\b|среднее общее|полное среднее|общее среднее|среднее полное|среднее образование|среднее \(полное\)|средняя школа|11 классов|школа №"
        r"|\beso\b|bachillerato|bachiller\b|educaci[oó]n secundaria|graduado escolar|preparatoria\b",
    ),
)
_LEVEL = re.compile(rf"(?<![\w.])(?:{'|'.join(f'(?P<{level}>{words})' for level, words in _LEVELS)})")
_UNFINISHED = re.compile(
    r"неоконченн|незаконченн|не окончен|неполное высшее|студент|обучаюсь|учусь|текущее время|настоящее время|н\.[ ]?в\b"
    r"|incomplete|unfinished|not completed|in progress|expected|anticipate|ongoing|currently|current\b|present\b|pursuing|student\b"
    r"|cursando|en curso|sin (?:terminar|finalizar|acabar)|no (?:terminad|finalizad|concluid)|incompleta?o?|trunc[ao]|actualidad|estudiante"
)
_NEAR = 90
_CLAUSE = re.compile(r"[\n;]|\.[ ](?=[A-ZА-ЯЁ])")
_PLACE_OF_STUDY = re.compile(
    r"universit|college|institut|academ|school of|университет|институт|академи|колледж|техникум|училищ|школ|факультет|universidad|instituto|facultad|escuela|\bies\b"
)
_RANKS = list(EducationLevel)


def read_education(lines: Sequence[Line], *, dedicated: bool) -> tuple[EducationLevel | None, EducationLevel | None]:
    """The highest level completed and the highest that is not, of the lines of a section about education.

    Where the lines are not `dedicated` to education, a level counts only beside a year or a place of study.
    """
    finished: list[EducationLevel] = []
    unfinished: list[EducationLevel] = []
    for text in _join_entries(lines):
        for level, open_ended in _find_levels(text, dedicated=dedicated):
            (unfinished if open_ended else finished).append(level)
    best = max(finished, key=_RANKS.index, default=None)
    begun = max(unfinished, key=_RANKS.index, default=None)
    if best and begun and _RANKS.index(begun) <= _RANKS.index(best):
        begun = None
    return best, begun


def tells_study(text: str) -> bool:
    """Whether a line speaks of a degree or of a place of study rather than of work."""
    lowered = text[:500].lower()
    return _LEVEL.search(lowered) is not None or _PLACE_OF_STUDY.search(lowered) is not None


def _join_entries(lines: Sequence[Line]) -> Iterator[str]:
    for line in lines:
        yield from _CLAUSE.split(line.text)


def _find_levels(text: str, *, dedicated: bool) -> Iterator[tuple[EducationLevel, bool]]:
    lowered = text.replace("İ", "I").lower()
    matches = list(_LEVEL.finditer(lowered))
    for number, match in enumerate(matches):
        following = matches[number + 1].start() if number + 1 < len(matches) else len(lowered)
        around = lowered[max(0, match.start() - 30) : min(following, match.end() + _NEAR)]
        if not dedicated and not (re.search(r"(?:19|20)\d\d", around) or _PLACE_OF_STUDY.search(around)):
            continue
        yield EducationLevel(str(match.lastgroup)), _UNFINISHED.search(around) is not None
