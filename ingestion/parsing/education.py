"""Reads the level of education that a resume states, and which level is begun but not completed."""

import re
from collections.abc import Iterator, Sequence

from ingestion.parsing.lines import Line, split_lines
from milvus import EducationLevel

# Alternatives in lower case, one group of spellings a line, English, Russian and Spanish in turn. A bare "высшее" or
# "university degree" is at least a bachelor's level; the Russian five-year "специалитет" is ISCED 7.
_PATTERNS: dict[EducationLevel, tuple[str, ...]] = {
    EducationLevel.DOCTORATE: (
        r"ph\.?[ ]?d\b|d\.?phil\b|doctorate|doctoral degree|doctor of (?!medicine)[a-z]+",
        r"канд(?:идат|\.)\s?[а-яё.]{0,30}\s?наук|к\.[ ]?[а-я]\.[ ]?н\b|доктор\s[а-яё.]{0,30}\s?наук|ученая степень",
        r"doctorado|doctora? en\b",
    ),
    EducationLevel.MASTER: (
        r"master(?:[’']?s)?(?=[ ]?(?:of|in|degree|,|:|\(|$))|masters\b",
        r"m\.?sc\b|m\.?a\.?(?=[ ,:(]|$)|m\.s\.?(?=[ ,:(]|$)|ms (?:in|degree)|m\.?b\.?a\b|m\.?eng\b|m\.?ed\b|m\.?phil\b",
        r"ll\.?m\b|specialist (?:of|degree|diploma)|магистр\w*|специалитет\w*|диплом специалиста",
        r"m[aá]ster\b|maestr[ií]a|mag[ií]ster",
    ),
    EducationLevel.BACHELOR: (
        r"bachelor\w*|b\.?[ ]?sc\b|b\.?a\.?(?=[ ,:(]|$)|b\.s\.?(?=[ ,:(]|$)|bs (?:in|degree)|b\.?eng\b|b\.?com\b",
        r"b\.?tech\b|b\.?b\.?a\b|b\.?ed\b|ll\.?b\b|bsn\b|undergraduate degree|higher education|university degree",
        r"бакалавр\w*|высшее",
        r"licenciatura|licenciad[oa]|grado en |graduad[oa] (?:en|universitari[oa])|grado universitario|ingenier[ií]a\b",
        r"ingenier[oa] |diplomatura|diplomad[oa] en|estudios universitarios|t[ií]tulo universitario",
    ),
    EducationLevel.VOCATIONAL: (
        r"associate(?:[’']?s)?(?: degree| of| in)|a\.a\.s\b|a\.[as]\. degree|vocational|nvq|btec|hn[dc]\b",
        r"apprenticeship|city (?:and|&) guilds|trade school|technical college|level [23] (?:diploma|certificate)",
        r"средн\w+[ -](?:специальн|проф|техническ)\w+|ср\w*\.[ -]?спец\w*|начальное профессиональное",
        r"колледж\w*|техникум\w*|училищ\w*|пту\b|ссуз\b",
        r"grado (?:medio|superior)|formaci[oó]n profesional|ciclo formativo|cfg[sm]\b|\bfp\b|fp[ ]?(?:i{1,2}|[12])\b",
        r"t[eé]cnic[oa] (?:superior|medio) en|tecn[oó]log[oa] en",
    ),
    EducationLevel.SECONDARY: (
        r"high[ ]?school(?! of)|secondary (?:school|education)|g\.?e\.?d\b|gcses?\b|a[ -]levels?\b",
        r"(?:полное )?среднее(?: \(?полное\)?)?(?: общее)?(?: образование)?(?=[ ,.;:]|$)|среднее общее|общее среднее",
        r"средняя школа|11 классов|школа №",
        r"\beso\b|bachillerato|bachiller\b|educaci[oó]n secundaria|graduado escolar|preparatoria\b",
    ),
}
_LEVEL = re.compile(
    r"(?<![\w.])(?:"
    + "|".join(
        f"(?P<{level}>{'|'.join(_PATTERNS[level])})"
        for level in (
            EducationLevel.DOCTORATE,
            EducationLevel.MASTER,
            EducationLevel.VOCATIONAL,
            EducationLevel.BACHELOR,
            EducationLevel.SECONDARY,
        )
    )
    + ")"
)
_UNFINISHED = re.compile(
    r"incomplet|unfinished|not completed|in progress|expected|anticipate|ongoing|current(?:ly)?\b|present\b|pursuing"
    r"|student\b|неоконченн|незаконченн|не окончен|неполное высшее|студент|обучаюсь|учусь|(?:текущее|настоящее) время"
    r"|н\.[ ]?в\b|cursando|en curso|sin (?:terminar|finalizar|acabar)|no (?:terminad|finalizad|concluid)|trunc[ao]"
    r"|actualidad|estudiante"
)
_PLACE_OF_STUDY = re.compile(
    r"universit|college|institut|academ|school of|университет|институт|академи|колледж|техникум|училищ|школ|факультет"
    r"|universidad|facultad|escuela|\bies\b"
)
_YEAR = re.compile(r"(?:19|20)\d\d")
_CLAUSE = re.compile(r"[\n;]|\.[ ](?=[A-ZА-ЯЁ])")
_REACH_BEFORE, _REACH_AFTER = 30, 90
_MAX_TOLD = 500
_RANKS = list(EducationLevel)
_TERMS = frozenset(EducationLevel)


def read_education(lines: Sequence[Line], *, dedicated: bool) -> tuple[EducationLevel | None, EducationLevel | None]:
    """The highest level completed, and the highest begun and not completed where that is above it.

    Where the lines are not `dedicated` to education, a level counts only beside a year or a place of study.
    """
    finished: list[EducationLevel] = []
    unfinished: list[EducationLevel] = []
    for line in lines:
        for clause in _CLAUSE.split(line.text):
            for level, begun in _find_levels(clause, dedicated=dedicated):
                (unfinished if begun else finished).append(level)
    best = max(finished, key=_RANKS.index, default=None)
    begun_only = [level for level in unfinished if best is None or _RANKS.index(level) > _RANKS.index(best)]
    return best, max(begun_only, key=_RANKS.index, default=None)


def read_education_level(words: str) -> EducationLevel | None:
    """The highest level that a description of an education states as completed; None where it states none."""
    if words.casefold() in _TERMS:
        return EducationLevel(words.casefold())
    return read_education(split_lines(words), dedicated=True)[0]


def tells_study(text: str) -> bool:
    """Whether a line speaks of a degree or of a place of study rather than of work."""
    lowered = text[:_MAX_TOLD].lower()
    return _LEVEL.search(lowered) is not None or _PLACE_OF_STUDY.search(lowered) is not None


def _find_levels(clause: str, *, dedicated: bool) -> Iterator[tuple[EducationLevel, bool]]:
    """The levels that a clause names, each with whether it is not completed."""
    lowered = clause.replace("İ", "I").lower()
    matches = list(_LEVEL.finditer(lowered))
    for match, following in zip(matches, [*matches[1:], None][: len(matches)], strict=True):
        end = min(following.start() if following else len(lowered), match.end() + _REACH_AFTER)
        around = lowered[max(0, match.start() - _REACH_BEFORE) : end]
        if dedicated or _YEAR.search(around) or _PLACE_OF_STUDY.search(around):
            yield EducationLevel(str(match.lastgroup)), _UNFINISHED.search(around) is not None
