"""Tells titles of positions from names, places and sentences; reads the title wanted from the top of a resume."""

import re
from collections.abc import Sequence

from ingestion.header_words import HEADER_STEMS, HEADER_WORDS
from ingestion.parsing.job_words import JOB_ENDS, JOB_STEMS, JOB_WORDS, SURNAMES
from ingestion.parsing.lines import Line

_MAX_WORDS = 9
_MAX_TITLE = 90
_HEADER_LINES = 10

_WORD = re.compile(r"[^\W\d_]+")
_JOB_STEM = re.compile("|".join(sorted(JOB_STEMS, key=lambda stem: (-len(stem), stem))))
_JOB_END = re.compile(rf"\w{{3,}}(?:{'|'.join(JOB_ENDS)})")
_SEPARATOR = re.compile(r"[ \t]*(?:[|·•;,\t]|[ ][-–—/][ ]|[ ]{2,})[ \t]*")
# What follows the title in the same phrase: how long, with what, looking for what.
_TAIL = re.compile(
    r"[ ]+(?:with|having|who|looking|seeking|based|с опытом|со стажем|с|con|en busca|buscando)(?![^\W_]).*|[ ]*[(:].*|[ ]+\d.*"
)
_LABEL = re.compile(
    r"(?:desired|target|current|preferred|wanted)?[ ]?(?:position|job title|title|role|occupation)(?: (?:desired|sought|wanted|applied for))?"
    r"|position applied for|applying for|(?:желаемая |искомая )?(?:должность|позиция|вакансия)|профессия"
    r"|(?:puesto|cargo)(?: (?:deseado|solicitado|actual))?|profesi[oó]n|ocupaci[oó]n",
    re.IGNORECASE,
)
_OBJECTIVE = re.compile(r"(?:career )?objective|objetivo(?: profesional| laboral)?|цель", re.IGNORECASE)
_SALARY_LABEL = re.compile(r"желаемая должность и зарплата[ :]*", re.IGNORECASE)
# A sentence about oneself, not a title.
_SENTENCE = re.compile(
    r"(?<![^\W_])(?:i|i'm|am|my|me|is|are|was|have|has|to|looking|seeking|gain|obtain|work(?:ed|ing)?|я|ищу|хочу|работаю|работал|работала|получить|получение"
    r"|soy|tengo|vivo|busco|trabajo|trabaj[eé]|mi|liderar|conseguir|years?|лет|años|experience|опыт|experiencia)(?![^\W_])",
    re.IGNORECASE,
)
_NOT_TITLE = re.compile(r"[@:<>{}=?!\"]|https?|www\.|\d{3}|\w\.\w{2,}\.\w")


def holds_job_word(phrase: str) -> bool:
    """Whether a word of the phrase names an occupation."""
    return any(_is_job_word(word) for word in _WORD.findall(_fold(phrase[:_MAX_TITLE])))


def find_title(phrase: str) -> str | None:
    """The title in a phrase such as "Accountant with 12 years of experience", or None where it is no title."""
    text = _TAIL.sub("", phrase.strip(" \t.,;–—-|"), count=1).strip(" \t.,;–—-|")
    words = text.split()
    if not 1 <= len(words) <= _MAX_WORDS or len(text) > _MAX_TITLE:
        return None
    if not holds_job_word(text) or _SENTENCE.search(text) or _NOT_TITLE.search(text):
        return None
    return None if _may_be_name(text) else text


def find_titles(text: str) -> str | None:
    """The first run of phrases of a line that are titles, as it stands between other things ("Name, Title | Town")."""
    position, first, last = 0, None, 0
    edges = [*((match.start(), match.end()) for match in _SEPARATOR.finditer(text[:400])), (len(text[:400]),) * 2]
    for start, end in edges:
        phrase = text[position:start]
        title = find_title(phrase)
        if title and first is None:
            first, last = position, position + phrase.find(title) + len(title)
        elif title and len(text[first:start]) <= _MAX_TITLE and text[position - 2 : position].strip() in (",", "/", "&"):
            last = position + phrase.find(title) + len(title)
        elif first is not None:
            break
        position = end
    return text[first:last].strip() if first is not None else None


def read_header_title(lines: Sequence[Line]) -> str | None:
    """The title wanted: labelled, or in one of the first lines."""
    for number, line in enumerate(lines):
        labelled = _read_labelled(line.text, lines[number + 1].text if number + 1 < len(lines) else "")
        if labelled:
            return labelled
    for line in lines[:_HEADER_LINES]:
        title = find_titles(line.text)
        if title:
            return title
    return None


def _read_labelled(text: str, following: str) -> str | None:
    if label := _SALARY_LABEL.match(text):
        return find_titles(text[label.end() :] or following)
    label = _LABEL.match(text)
    if label is None:
        objective = _OBJECTIVE.match(text)
        if objective and text[objective.end() :][:1] in (":", " "):
            return find_title(text[objective.end() :].lstrip(": "))
        return None
    rest = text[label.end() :].lstrip()
    if rest[:1] in (":", "–", "—", "-"):
        return _clip(rest.lstrip(" :–—-") or following)
    return _clip(following) if not rest and holds_job_word(following) else None


def _clip(text: str) -> str | None:
    """A labelled value: trusted to be a title whatever its words, unless it is too long for one."""
    text = re.split(r"[|;•]", text, maxsplit=1)[0].strip(" .,")
    return text if text and len(text) <= _MAX_TITLE and not _NOT_TITLE.search(text) else None


def _may_be_name(text: str) -> bool:
    """Whether the only job words are surnames and some other word is unknown: "Anna Baker", not "Pastry Baker"."""
    words = text.split()
    if not 2 <= len(words) <= 3 or not all(word[:1].isupper() for word in words):
        return False
    folded = [_fold(word).strip(".,") for word in words]
    if any(_is_job_word(word) and word not in SURNAMES for word in folded):
        return False
    return not all(word in SURNAMES or word in HEADER_WORDS or word.startswith(HEADER_STEMS) for word in folded)


def _is_job_word(word: str) -> bool:
    return word in JOB_WORDS or _JOB_STEM.match(word) is not None or _JOB_END.fullmatch(word) is not None


def _fold(text: str) -> str:
    return text.casefold().replace("ё", "е").translate(_ACCENTS)


_ACCENTS = str.maketrans("áéíóúü", "aeiouu")
