"""Tells titles of positions from names, places and sentences; reads the title wanted from the top of a resume."""

import re
from collections.abc import Sequence

from ingestion.header_words import HEADER_STEMS, HEADER_WORDS
from ingestion.parsing.job_words import JOB_ENDS, JOB_STEMS, JOB_WORDS, SURNAMES
from ingestion.parsing.lines import Line

_MAX_WORDS = 9
_MAX_TITLE = 90
_MAX_NAME = 4
# So far into the text no more header is told: where no headings are, the header is the whole text.
_HEADER_REACH = 600
_MIN_LETTERS = 4
_MAX_READ = 120
_HEADER_LINES = 10

_ACCENTS = str.maketrans("áéíóúüё", "aeiouuе")
_WORD = re.compile(r"[^\W\d_]+")
_GLUED = re.compile(r"(?<=[a-z])(?=[A-Z])")
_JOB_STEM = re.compile("|".join(sorted(JOB_STEMS, key=lambda stem: (-len(stem), stem))))
_JOB_END = re.compile(rf"\w{{3,}}(?:{'|'.join(JOB_ENDS)})")
# Of trades, places of work, people in the plural and, in Russian, cases other than the nominative: "engineering",
# "gestoría", "accountants", "логистика", "менеджерами".
_OTHER_ENDING = re.compile(
    r"(?:ing|ship|ial|istry|[^s]s|eria|oria)$(?<!commis)"
    r"|ическ[а-я]{2,3}$|[а-я]{3}(?:ами|ями|ов|ев|ам|ям|ах|ях|ом|ем|ы|ика|ике|ику|ство|ства|ние|ция|ации|ия|ии)$"
)
_MACHINE = re.compile(
    r"(?:windows|sql|web|mail|file|proxy|linux|ms|application|exchange|terminal)[ -]server", re.IGNORECASE
)
_SEPARATOR = re.compile(r"[ \t]*(?:[|·•;,\t]|[ ][-–—/][ ]|[ ]{2,})[ \t]*")
# What follows the title in the same phrase: how long, with what, looking for what.
_TAIL = re.compile(
    r"[ ]+(?:with|having|who|looking|seeking|based|since|from|с опытом|со стажем|desde|con experiencia|en busca"
    r"|buscando)(?![^\W_]).*|[ ]*[(:].*|[ ]+\d.*"
)
_WANTED = re.compile(
    r"(?:(?:desired|target|preferred|wanted) (?:position|job title|job|title|role|occupation)"
    r"|position (?:desired|sought|wanted|applied for)|applying for|(?:желаемая|искомая) (?:должность|позиция)"
    r"|(?:puesto|cargo) (?:deseado|solicitado))(?: и зарплата)?",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"(?:current )?(?:position|job title|title|role|occupation)|должность|позиция|профессия|специальность"
    r"|(?:puesto|cargo)(?: actual)?|profesi[oó]n|ocupaci[oó]n",
    re.IGNORECASE,
)
_OBJECTIVE = re.compile(r"(?:career )?objective|objetivo(?: profesional| laboral)?|цель", re.IGNORECASE)
# Exports of job boards say the title two or three times over before all else.
_REPEATED = re.compile(r"(.{3,60}?)[ ]\1(?:[ ]\1)?(?![^\W_])")
# Words of a sentence about oneself, not of a title.
_SENTENCE = re.compile(
    r"(?<![^\W_])(?:i|i'm|am|my|me|is|are|was|have|has|to|looking|seeking|gain|obtain|work(?:ed|ing)?|years?|experience"
    r"|я|ищу|хочу|живу|хотел|умею|работаю|работал|работала|получить|получение|лет|опыт"
    r"|soy|me|tengo|vivo|busco|trabajo|trabaj[eé]|mi|liderar|conseguir|años|experiencia)(?![^\W_])",
    re.IGNORECASE,
)
_NOT_TITLE = re.compile(
    r"[@:<>{}=?!\"]|https?|www\.|\d{3}|\w\.\w{2,20}\.\w"
    # A street address ("7 Keeper Lane").
    r"|^\d{1,3}[a-z]? |\b(?:street|st|road|rd|lane|avenue|ave|drive|close)$",
    re.IGNORECASE,
)
_CLOSING = " \t.,;–—-|"


def holds_job_word(phrase: str) -> bool:
    """Whether a word of the phrase names an occupation."""
    return any(is_job_word(word) for word in _WORD.findall(_GLUED.sub(" ", phrase[:_MAX_TITLE])))


def is_job_word(word: str) -> bool:
    """Whether a word names an occupation, whatever its case and ending."""
    folded = _fold(word)
    if _OTHER_ENDING.search(folded):
        return False
    return folded in JOB_WORDS or _JOB_STEM.match(folded) is not None or _JOB_END.fullmatch(folded) is not None


def find_title(phrase: str) -> str | None:
    """The title in a phrase such as "Accountant with 12 years of experience", or None where it is no title."""
    text = _TAIL.sub("", phrase.strip(_CLOSING), count=1).strip(_CLOSING)
    if not 1 <= len(text.split()) <= _MAX_WORDS or len(text) > _MAX_TITLE:
        return None
    if not holds_job_word(text) or is_sentence(text) or _NOT_TITLE.search(text) or _MACHINE.search(text):
        return None
    return text


def is_sentence(text: str) -> bool:
    """Whether a phrase has a word that only sentences about oneself have."""
    return _SENTENCE.search(text) is not None


def _find_titles(text: str) -> str | None:
    """The first run of phrases of a line that are titles, as it stands between other things ("Name, Title | Town")."""
    if len(text) > _MAX_READ:
        return None
    position, first, last = 0, None, 0
    for start, end in [*((match.start(), match.end()) for match in _SEPARATOR.finditer(text)), (len(text), len(text))]:
        title = find_title(text[position:start])
        if title and (_may_be_name(title) or not _opens_title(text, position)):
            title = None
        joins = first is not None and "," in text[last:position] and start - first <= _MAX_TITLE
        if title and (first is None or joins):
            at = text.index(title, position)
            first, last = at if first is None else first, at + len(title)
        elif first is not None:
            break
        position = end
    return text[first:last] if first is not None else None


def read_header_title(lines: Sequence[Line]) -> str | None:
    """The title wanted: where a label says so, else in one of the first lines."""
    repeated = _REPEATED.match(lines[0].text) if lines else None
    if repeated and (title := find_title(repeated[1])) and not _may_be_name(title):
        return title
    texts = [line.text for line in lines if not line.bullet and line.start <= _HEADER_REACH]
    following = [*texts[1:], ""]
    for text, next_text in zip(texts, following, strict=False):
        if (label := _WANTED.match(text)) and (title := _read_label(text[label.end() :], next_text)):
            return title
    for text, next_text in list(zip(texts, following, strict=False))[:_HEADER_LINES]:
        label = _LABEL.match(text)
        title = _read_label(text[label.end() :], next_text) if label else None
        title = title or _read_objective(text) or _find_titles(text)
        # "RN" after a name is a degree.
        if title and len(title) >= _MIN_LETTERS:
            return title
    return None


def _read_objective(text: str) -> str | None:
    label = _OBJECTIVE.match(text)
    return find_title(text[label.end() :].lstrip(": ")) if label and text[label.end() :][:1] in (":", " ") else None


def _read_label(rest: str, following: str) -> str | None:
    """A labelled value: trusted to be a title whatever its words, unless it is too long for one."""
    said = rest.lstrip()
    if said and said[0] not in ":–—-":
        return None
    said = said.lstrip(" :–—-")
    value = re.split(r"[|;•]", said or following, maxsplit=1)[0].strip(" .,")
    if not value or len(value) > _MAX_TITLE or _NOT_TITLE.search(value):
        return None
    return value if said or holds_job_word(value) else None


def _opens_title(text: str, position: int) -> bool:
    """Whether a title may begin here: of a sentence only at its start, in small letters only after a name."""
    if position == 0:
        return True
    if text.endswith("."):
        return False
    name = _SEPARATOR.split(text, maxsplit=1)[0].split()
    return text[position].isupper() or (2 <= len(name) <= _MAX_NAME and all(word[0].isupper() for word in name))


def _may_be_name(text: str) -> bool:
    """Whether the only job words are surnames and some other word is unknown: "Anna Baker", not "Pastry Baker"."""
    words = text.split()
    if not 2 <= len(words) <= _MAX_NAME or not all(word[:1].isupper() for word in words):
        return False
    folded = [_fold(word).strip(".,") for word in words]
    if any(is_job_word(word) and word not in SURNAMES and len(word) >= _MIN_LETTERS for word in folded):
        return False
    return not all(
        word in SURNAMES or word in JOB_WORDS or word in HEADER_WORDS or word.startswith(HEADER_STEMS)
        for word in folded
    )


def _fold(text: str) -> str:
    return text.casefold().translate(_ACCENTS)
