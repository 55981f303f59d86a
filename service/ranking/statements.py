"""Tells what each sentence of a vacancy is: a requirement, a wish, a remark on what is not needed, a duty, an offer.

It goes by the words that people use in English, Russian and Spanish: those in the sentence itself, else the label that
opens its paragraph ("Requirements: ..."), else the heading above it. Where nothing tells, the role is OTHER.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from service.ranking.sentences import Sentence, split_sentences
from service.ranking.values import Span

_MAX_HEADING = 70
_MAX_LABEL = 60


class Role(StrEnum):
    """What a sentence of a vacancy does."""

    REQUIRED = "required"
    DESIRED = "desired"
    UNNEEDED = "unneeded"
    DUTY = "duty"
    OFFER = "offer"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of a sentence with a role of its own; in `text` other clauses within it are blanked out."""

    span: Span
    text: str
    role: Role


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence, its role, and the clauses that make it up. Its role is the strongest of theirs."""

    span: Span
    role: Role
    clauses: tuple[Clause, ...]


def _compile(words: str) -> re.Pattern[str]:
    """A pattern of whole words and phrases, one per line; a trailing `*` stands for any ending."""
    phrases = [re.escape(line.strip()).replace(r"\*", r"\w*").replace(r"\ ", r"\s") for line in words.split("|")]
    return re.compile(rf"(?<!\w)(?:{'|'.join(phrases)})(?!\w)", re.IGNORECASE)


_DESIRED = _compile(
    "nice to have|nice-to-have|a plus|big plus|would be a bonus|is a bonus|a bonus|bonus points"
    "|desirable|desired|preferred|preferably|ideally|an advantage|advantageous|beneficial|is welcome|are welcome"
    "|be welcome"
    "|a great help|would help|helpful|will shorten|useful|good to have|not essential|not mandatory|not obligatory"
    "|not a must|an asset|optional|we would love|we would like|great if"
    "|будет плюсом|будут плюсом|плюсом будет|плюсом будут|плюсом станет|станет плюсом|как плюс|большой плюс"
    "|будет преимуществом|будут преимуществом|преимуществом будет|преимуществом будут|преимуществ*|желателен|желательн*"
    "|приветств*|пригод*|не обязател*|необязател*|хорошо бы|будет здорово|в идеале|будет огромным плюсом"
    "|будет большим плюсом|большим плюсом|будет бонусом|бонусом|плюсом"
    "|se valora|se valorará|se valorarán|se valoran|valoramos|valoraremos|valorable|valorables|deseable|deseables"
    "|sumará puntos|suma puntos|suma muchos puntos|sumará|será un plus|un plus|es un plus|plus si|ideal si|idealmente"
    "|preferiblemente|preferible|de preferencia|no es obligatoria|no es obligatorio|no es imprescindible|opcional"
    "|nos encantaría|ventaja|será una ventaja"
)
_UNNEEDED = _compile(
    "not needed|is not needed|are not needed|not required|is not required|no need for|no need of|isn't required"
    "|isn't needed|neither required|need not|not part of the job|no experience needed|no experience necessary"
    "|without experience"
    "|не требуется|не требуются|не нужен|не нужна|не нужно|не нужны|чего не нужно|не понадобится|не понадобятся"
    "|не важен|не важно"
    "|no hace falta|no se requiere|no se requieren|no es necesario|no es necesaria|no son necesarios|no se necesita"
    "|no se pide|no pedimos|no se exige|no exigido|no exigida"
)
_REQUIRED = _compile(
    "must|must have|must-have|must-haves|required|requires|require|requirement|requirements|essential|essentials"
    "|mandatory|you need|you will need|you'll need|you should have|you should be|you should know|you have"
    "|we ask for|we expect|we are looking for|we're looking for|looking for someone|please bring|at least|minimum"
    "|no less than|qualifications|what we ask|who you are|about you|what you bring|your profile|you bring|or more years"
    "|you are comfortable|proven"
    "|требуется|требуются|требования|требование|обязателен|обязательн*|необходим*|нужен|нужна|нужно|нужны|важно|ждём|ждем|ожидаем"
    "|ищем|от кандидата|от вас|кого ждём|кого ищем|кого ждем|не менее|не меньше|не ниже|от двух лет|от трёх лет"
    "|от трех лет|от пяти лет|от года|от одного года|мы ожидаем|наши ожидания|наши пожелания|что нужно|уверенн*"
    "|requisito|requisitos|imprescindible|imprescindibles|obligatorio|obligatoria|obligatorios|necesario|necesaria"
    "|necesarios|se requiere|se requieren|pedimos|buscamos|exigimos|mínimo|mínima|al menos|como mínimo"
    "|perfil|debes|deberás|tienes que|se exige|se pide|qué necesitamos|qué pedimos|excluyente"
)
_DUTY = _compile(
    "responsibilities|duties|main duties|your role|the role|the job|you will|what you will do|what you would do"
    "|day to day"
    "|the work|about the work|your tasks|tasks|what you'll do|key responsibilities"
    "|обязанности|задачи|функции|что делать|чем предстоит|вам предстоит|предстоит|в работу входит|работа:|круг задач"
    "|что нужно делать|что нужно будет делать|что предстоит|основное|направления|чем заниматься"
    "|funciones|responsabilidades|tareas|tu día a día|misión|actividades|qué vas a hacer|qué harás|te encargarás"
    "|te ocuparás|el trabajo"
)
_OFFER = _compile(
    "we offer|we pay|what you get|what we offer|benefits|perks|salary|pay is|compensation|per annum|we provide|holiday"
    "|условия|мы предлагаем|предлагаем|что предлагаем|что взамен|на руки|оформление|платим|доход|оклад|оплата|дмс"
    "|зарплата|бонусы|соцпакет|график"
    "|ofrecemos|se ofrece|condiciones|qué ofrecemos|beneficios|prestaciones|salario|sueldo|brutos|contrato indefinido"
)
_ORDER = (
    (Role.UNNEEDED, _UNNEEDED),
    (Role.DESIRED, _DESIRED),
    (Role.REQUIRED, _REQUIRED),
    (Role.OFFER, _OFFER),
    (Role.DUTY, _DUTY),
)
# A heading "Main duties" holds no demand, and "About you" no wish: here the more telling words go first.
_HEADING_ORDER = (
    (Role.UNNEEDED, _UNNEEDED),
    (Role.DESIRED, _DESIRED),
    (Role.DUTY, _DUTY),
    (Role.OFFER, _OFFER),
    (Role.REQUIRED, _REQUIRED),
)
_NOT_ALWAYS = re.compile(
    r"(?<!\w)(?:not (?:be )?(?:essential|mandatory|obligatory|a must)|не\s?обязател|no es obligat|no es imprescind)",
    re.IGNORECASE,
)
_CLAUSE = re.compile(
    r"[;,]?[ ](?:but|yet|though|whereas|но|зато|pero|aunque)[ ]|,[ ]а[ ]"
    r"|,(?=[ ](?:ideally|preferably|желательно|в идеале|preferiblemente|idealmente|preferentemente)[ ])",
    re.IGNORECASE,
)
_BRACKETS = re.compile(r"\([^()]{1,200}\)")
_STRENGTH = (Role.REQUIRED, Role.DESIRED, Role.UNNEEDED, Role.DUTY, Role.OFFER, Role.OTHER)
_WISHES = (Role.DESIRED, Role.UNNEEDED)
_ASKING = (Role.REQUIRED, Role.DESIRED)


def tell_role(text: str) -> Role:
    """The role that the words of a sentence give it; OTHER where they give none."""
    if _NOT_ALWAYS.search(text):
        return Role.DESIRED
    return next((role for role, pattern in _ORDER if pattern.search(text)), Role.OTHER)


def read_statements(text: str) -> list[Statement]:
    """The sentences of a vacancy with their roles, in reading order; headings are left out."""
    return list(_assign_roles(split_sentences(text)))


def _assign_roles(sentences: Sequence[Sentence]) -> Iterator[Statement]:
    section = paragraph = carried = Role.OTHER
    line = -1
    for position, sentence in enumerate(sentences):
        if _is_heading(sentences, position):
            section = paragraph = _tell_heading(sentence.text)
            line = sentence.line
            continue
        if sentence.line != line:
            line = sentence.line
            # A paragraph of its own below a list is no item of it.
            if not sentence.bullet and position and sentences[position - 1].bullet:
                section = Role.OTHER
            # Nor is what speaks of pay and holidays a demand, though no heading parts it from the demands above.
            if not sentence.bullet and section in _ASKING and tell_role(sentence.text) is Role.OFFER:
                section = Role.OFFER
            paragraph = carried = section
        label, _, rest = sentence.text.partition(":")
        if rest and len(label) <= _MAX_LABEL:
            told = _tell_heading(label)
            paragraph = carried = told if told is not Role.OTHER else paragraph
        statement = _make_statement(sentence.span, carried if paragraph is Role.OTHER else paragraph)
        yield statement
        # What a semicolon parts are the items of one list; a wish is one item among demands as often as not.
        listed = sentence.text.endswith(";") and statement.role is not Role.DESIRED
        carried = statement.role if listed else Role.OTHER


def _make_statement(span: Span, inherited: Role) -> Statement:
    clauses = tuple(_read_clauses(span, inherited))
    role = min((clause.role for clause in clauses), key=_STRENGTH.index, default=inherited)
    return Statement(span, role, clauses)


def _read_clauses(span: Span, inherited: Role) -> Iterator[Clause]:
    """What "but", "ideally" and brackets part, where the parts differ in role."""
    start = 0
    for end, following in [
        *((mark.start(), mark.end()) for mark in _CLAUSE.finditer(span.text)),
        (len(span.text),) * 2,
    ]:
        text = span.text[start:end]
        for bracket in _BRACKETS.finditer(text):
            if (role := tell_role(bracket[0])) in _WISHES:
                first, last = bracket.span()
                yield Clause(_cut(span, start + first, start + last), bracket[0], role)
                text = text[:first] + " " * (last - first) + text[last:]
        if text.strip():
            yield Clause(_cut(span, start, end), text, _choose(tell_role(text), inherited))
        start = following


def _cut(span: Span, start: int, end: int) -> Span:
    return Span(span.start + start, span.start + end, span.text[start:end])


def _choose(own: Role, inherited: Role) -> Role:
    """A wish says so itself, and so does a demand, but where something is offered."""
    if inherited is Role.OFFER or own is Role.OTHER:
        return inherited
    if inherited is Role.OTHER or own in _WISHES:
        return own
    return own if own is Role.REQUIRED and inherited is Role.DUTY else inherited


def _is_heading(sentences: Sequence[Sentence], position: int) -> bool:
    """A short line of its own that ends in a colon, or without a full stop where its words tell a section."""
    sentence = sentences[position]
    alone = sentence.opens and (position + 1 == len(sentences) or sentences[position + 1].line != sentence.line)
    if not alone or len(sentence.text) > _MAX_HEADING:
        return False
    if sentence.text.endswith(":"):
        return True
    bare = not sentence.bullet and sentence.text[-1] not in ".,;!?" and len(sentence.text.split()) <= 6
    return bare and _tell_heading(sentence.text) is not Role.OTHER


def _tell_heading(text: str) -> Role:
    return next((role for role, pattern in _HEADING_ORDER if pattern.search(text)), Role.OTHER)
