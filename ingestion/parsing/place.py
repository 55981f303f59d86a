"""Finds where a person lives: in a labelled line or among the lines at the top of a resume."""

import re
from collections.abc import Iterator, Sequence

from ingestion.header_words import HEADER_WORDS
from ingestion.parsing.lines import Line
from ingestion.parsing.titles import is_sentence
from ingestion.places import is_known_place, normalize_place

_HEADER_LINES = 12
_MAX_SEGMENT = 45
_MAX_LONE = 60
_MAX_LINE = 200
_MAX_HEADER = 120
_MIN_NAME = 4
# A smaller city is no evidence by its name alone.
_KNOWN_CITY = 15_000
_MAX_WORDS = 8
_SHORT_NAMES = frozenset({"UK", "US", "USA", "UAE", "EU", "РФ", "РБ", "РК", "США", "ОАЭ"})

_LABEL = re.compile(
    r"(?:(?:current )?location|(?:place of )?residence|city|town|based in|lives in|living in|(?:home )?address"
    r"|город(?: проживания)?|место (?:жительства|проживания)|проживает|проживание|адрес(?: проживания)?"
    r"|регион(?: проживания)?|местоположение|населенный пункт|ubicaci[oó]n|ciudad(?: de residencia)?"
    r"|(?:lugar de )?residencia|localidad|direcci[oó]n|domicilio|poblaci[oó]n)"
    r"[ \t]*(?:[:：]|[ ][–—-][ ]|(?<=in)[ ])[ \t]*",
    re.IGNORECASE,
)
_OTHER_LABEL = re.compile(r"[^\W\d_][\w -]{1,25}:[ \t]")
_SEPARATOR = re.compile(r"[ \t]*(?:[,|•·;()/\t\uf000-\uf8ff]|[ ][-–—][ ]|[ ]{2,}|->)[ \t]*")
_POSTCODE = re.compile(r"[ ]+(?:\d{4,6}(?:-\d{4})?|[A-Z]{1,2}\d[A-Z\d]?[ ]?\d[A-Z]{2})$|^(?:[A-Z]{1,2}-?)?\d{4,6}[ ]+")
# A line with a range of years or a name in quotes tells where an employer is.
_OF_WORK = re.compile(r"(?:19|20)\d\d(?:[ ]?г(?:\.|ода?)?)?[ ]?(?:[-–—]|to[ ]|по[ ]|a[ ]|hasta)|[«\"“]")
_STATE = re.compile(r"[A-Z]{2}")
_SENTENCE = re.compile(r"(?:based in|live in|living in|vivo en|resido en)[ ](?P<place>[^\n.;|]{2,60})", re.IGNORECASE)
_CITY_MARK = re.compile(r"(?:г\.|город)[ ]?(?=[А-ЯЁ])")


def find_place_text(lines: Sequence[Line], *, anywhere: Sequence[Line] = ()) -> str | None:
    """The place as written ("Leeds, West Yorkshire"): only what the gazetteer knows, so no street and no name.

    `lines` are those of the header; of `anywhere` only labelled lines and sentences ("based in Leeds") are read.
    """
    for line in [*lines, *anywhere]:
        label = _LABEL.match(line.text)
        if label and (found := _read_segments(line.text[label.end() : _MAX_LINE], strict=False)):
            return found
    for number, line in enumerate(lines[:_HEADER_LINES]):
        if len(line.text) > _MAX_HEADER or _OF_WORK.search(line.text) or _runs_on(line.text) or is_sentence(line.text):
            continue
        # A first name in the first line may be a city too ("Sofia").
        if (found := _read_segments(line.text, strict=True)) and (number or found != line.text or "," in found):
            return found
    for line in [*lines, *anywhere]:
        if (told := _SENTENCE.search(line.text)) and (found := _read_segments(told["place"], strict=False)):
            return found
    return None


def find_lone_place(lines: Sequence[Line], *, with_country: bool = False) -> str | None:
    """The place in a line that holds nothing else; `with_country` asks for more than one name ("Dublin, Ireland")."""
    found = (_read_whole(line.text) for line in lines if len(line.text) <= _MAX_LONE)
    return next((place for place in found if place and ("," in place or not with_country)), None)


def is_place(text: str) -> bool:
    """Whether a phrase is the name of a city, a region or a country and nothing else."""
    return len(text) <= _MAX_SEGMENT and bool(text) and _is_known(text)


def _read_whole(text: str) -> str | None:
    segments = list(_split(text))
    known = [segment for segment in segments if _is_known(segment) or _STATE.fullmatch(segment)]
    if not segments or len(known) < len(segments) or not _names_city(segments):
        return None
    return None if len(segments) == 1 and _is_ambiguous(segments[0]) else ", ".join(segments)


def _read_segments(text: str, *, strict: bool) -> str | None:
    """The first run of segments that the gazetteer knows. `strict`: a lone word that means other things is none."""
    run: list[str] = []
    for segment in [*_split(text), ""]:
        known = bool(segment) and (_is_known(segment) or (bool(run) and _STATE.fullmatch(segment) is not None))
        if known:
            run.append(segment)
            continue
        if run and _names_city(run) and not (strict and len(run) == 1 and _is_ambiguous(run[0])):
            return ", ".join(run)
        run = []
    return None


def _split(text: str) -> Iterator[str]:
    for part in _SEPARATOR.split(text):
        if part is None:
            continue
        part = _POSTCODE.sub("", part.strip(" .☎⌂")).strip()
        if part and not _OTHER_LABEL.match(part):
            yield part


def _runs_on(text: str) -> bool:
    return text.endswith(".") and len(text.split()) > _MAX_WORDS


def _is_known(segment: str) -> bool:
    if len(segment) > _MAX_SEGMENT or any(map(str.isdigit, segment)):
        return False
    if len(segment) < _MIN_NAME:
        return segment in _SHORT_NAMES or (segment.istitle() and len(segment) > 2 and is_known_place(segment))
    return (segment[0].isupper() or _CITY_MARK.match(segment) is not None) and is_known_place(segment)


def _names_city(segments: Sequence[str]) -> bool:
    place = normalize_place(text=", ".join(segments))
    return place.city is not None or place.region is not None or place.country is not None


def _is_ambiguous(segment: str) -> bool:
    """Whether a name that stands alone is a word, or a city so small that it is more likely to be one."""
    return segment.casefold() in HEADER_WORDS or not is_known_place(segment, min_population=_KNOWN_CITY)
