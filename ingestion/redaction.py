"""Cuts what speaks of a person and not of their work out of a text, before it is embedded or shown in a match.

Rules are for English, Russian and Spanish. They are patterns, so rare wordings get through: a careful first line, no proof.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from ingestion.header_words import AMBIGUOUS_NAMES, HEADER_STEMS, HEADER_WORDS

_HEADER_LINES = 3
_MIN_AGE, _MAX_AGE = 16, 79

_MONTH = (
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|янв|фев|мар|апр|мая|май|июн|июл|авг|сен|окт|ноя|дек|ene|abr|ago"
    r"|dic)[^\W\d_]*\.?"
)
_DATE = (
    rf"(?:\d{{1,2}}[./ -]\d{{1,2}}[./ -](?:\d{{4}}|\d\d)(?!\d)|\d{{4}}-\d\d-\d\d|\d{{1,2}}(?:st|nd|rd|th)?(?:\s+de)?\s+{_MONTH}"
    rf"(?:\s+(?:de\s+)?|,\s*)\d{{4}}|{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+\d{{4}}|\d{{4}})(?:\s*(?:г\.\s?р\.|года?\b|г\.))?"
)
_COLON = r"[ \t]*[:：][ \t]*"
_SIGN = r"[ \t]*(?:[:：]|[ \t][–—-])[ \t]*"
# One word, or two joined; a word with a colon after it is the next label of a resume that is all in one line.
_WORD = r"[^\W\d_][\w-]*+(?![ \t]*:)"
_VALUE = rf"{_WORD}(?:(?:,? (?:and|y|и|&|of|de) | (?=kingdom|states|federation|федерация|republic)){_WORD}){{0,2}}"
_NAME_WORD = r"[^\W\d_][^\W\d_'’.-]*+(?:['’-][^\W\d_]+)*+(?!\w)(?![ \t]*:)"
_AGE = r"(?:1[6-9]|[2-7]\d)"
_YEARS_UNIT = r"(?:лет|года?|years?(?:[ -]old)?|yrs?|y\.?o\.?|años?)"
_CHILDREN = (
    r"(?:(?:have |has |есть |имею |имеет )?(?:\d|one|two|three|four|один|одного|двое|трое|четверо|un|una|dos|tres|no|без)"
    r"[ \t]+(?:child(?:ren)?|kids?|son|daughters?|дет(?:и|ей)|реб[её]н(?:ок|ка)|сын|доч(?:ь|ери)|hij[oa]s?)"
    r"|есть дети|детей нет|дети есть|нет детей|without children|sin hijos|con hijos)\b(?! \w)"
)
_FAMILY_EN_ES = r"(?:married|divorced|widow(?:ed|er)?|solter[oa]|casad[oa]|divorciad[oa]|separad[oa]|viud[oa])"
_FAMILY_RU = r"(?:(?:не |в )?(?:женат|замужем|браке)|холост|разведена?|вдовец|вдова)"
_GENDER = r"(?:мужской|женский|мужчина|женщина|муж|жен|male|female|man|woman|hombre|mujer|masculino|femenino|varón)"

# Words that open a field whose whole line is personal.
_FIELDS = (
    r"(?:full |first |last |middle |sur)?name|фио|ф\. ?и\. ?о\.?|фамилия(?:,? имя(?:,? отчество)?)?|имя|отчество|nombre(?: y apellidos?| completo)?"
    r"|apellidos?|(?:date|place) of birth|birth ?(?:date|day|place)|d\.?o\.?b\.?|(?:дата|место|год) рождения|(?:fecha|lugar) de nacimiento"
    r"|age|возраст(?: кандидата)?|edad|gender|sex|sexo|género"
    r"|citizenship|nationality|гражданство|национальность|nacionalidad|ciudadanía|(?:есть )?разрешение на работу"
    r"|(?:marital|family|civil) status|семейное положение|семья|estado civil|(?:number of )?children|дети|кол-во детей|hijos"
    r"|religion|вероисповедание|religión"
    r"|passport(?: no\.?| number)?|паспорт(?:ные данные)?|pasaporte|снилс|инн|dni(?:/nie)?|nie|nif|ssn|national insurance(?: number)?"
)
# Labels that stand alone once their contact is cut.
_CONTACTS = (
    r"e-?mail(?: address)?|эл(?:ектронная|\.)? ?почта|почта|correo(?: electrónico)?|contacts?|контакты|web ?site|portfolio|blog|сайт|портфолио"
    r"|(?:mobile |cell )?phone(?: number)?|mobile(?: number)?|telephone|tel\.?|cell|fax|тел(?:ефон)?\.?|моб(?:ильный)?\.?(?: тел(?:ефон)?\.?)?"
    r"|teléfono|móvil|tlf\.?|skype|скайп|whatsapp|ватсап|viber|telegram|телеграмм?|тг|icq|linked ?in|github|gitlab|вконтакте|vk|facebook|instagram|twitter"
)
_HOSTS = (
    r"(?:linkedin|github|gitlab|bitbucket|facebook|fb|instagram|vk|vkontakte|twitter|x|behance|dribbble|telegram|wa|t|ok|hh|superjob"
    r"|habr|career\.habr|stackoverflow|medium|youtube|tiktok|pinterest|xing|about|infojobs|indeed)"
    r"\.(?:com|ru|me|org|net|es|kz|by|ua|co\.uk)"
)
_URL_TAIL = r"[^\s<>\"'|)\]]"


def _is_phone(match: re.Match[str]) -> bool:
    """Seven to fifteen digits that are neither two years nor a round sum of money."""
    digits = re.sub(r"\D", "", match[0])
    years = re.fullmatch(r"\D*(?:19|20)\d\d\D+(?:19|20)\d\d\D*", match[0])
    return 7 <= len(digits) <= 15 and not years and not digits.endswith("000000")


def _is_number(match: re.Match[str]) -> bool:
    return sum(map(str.isdigit, match[0])) >= 6


def _stands_apart(match: re.Match[str]) -> bool:
    """A phrase of its own: "17 years old" of a sentence may be a pupil's, a guest's or a mainframe's age."""
    before = match.string[max(0, match.start() - 40) : match.start()].rstrip(" \t")
    after = match.string[match.end() : match.end() + 1]
    return match[0].startswith("i") or (before[-1:] in ("", *"\n,;|•.(") and after in ("", *"\n,;|.)"))


@dataclass(frozen=True, slots=True)
class _Rule:
    """What to cut. The pattern sees the text in lower case, which is several times faster than ignoring case.

    `hints`: the pattern is tried only where one of them occurs; none means always. `case`: the pattern sees the text
    as written. `not_after`: a match counts only where no letter, digit or one of these stands before it; a lookbehind
    in front of the pattern would keep the regex engine from skipping to its first letters.
    """

    about: str
    pattern: re.Pattern[str]
    hints: tuple[str, ...]
    accepts: Callable[[re.Match[str]], bool] | None
    case: bool
    not_after: str | None


def _rule(
    about: str,
    pattern: str,
    *,
    hints: str = "",
    accepts: Callable[[re.Match[str]], bool] | None = None,
    case: bool = False,
    not_after: str | None = None,
) -> _Rule:
    return _Rule(
        about, re.compile(pattern, re.MULTILINE), tuple(filter(None, hints.split("|"))), accepts, case, not_after
    )


_PHONE_FORMS = {
    "international": r"(?<=\+)\d(?:[ \t().-]{0,3}\d){9,14}(?!\d)",
    "Russian": r"(?<=[78])[ -]?\(?\d{3}\)?[ -]?\d{3}[ -]?\d\d[ -]?\d\d(?![\d.,]\d|\d)",
    "area code in brackets": r"(?<=\()\d{3,5}\)[ -]?\d{2,4}(?:[ -]?\d{2,4}){1,2}(?!\d)",
    "North American": r"(?<=[2-9])\d\d(?P<american>[.-])[1-9]\d\d(?P=american)\d{4}(?![\w.-]\d|\d)",
    "British": r"(?<=0)[1-9]\d{1,3}[ -]?\d{3,4}[ -]?\d{3,4}(?:/\d{2,4})?(?![\w.,/-]*\d)",
    "Spanish": r"(?<=[67])\d\d(?P<spanish>[ -])\d{3}(?P=spanish)(?!000)\d{3}(?![\w.,-]?\d| ?(?:руб|₽|€|\$|eur|usd|£| \d))",
}
_BIRTH_HINTS = "birth|born|dob|d.o.b|рожд|роди|nac"
_PHONE_HINTS = "phone|mob|cel|tel|tlf|fax|whats|viber|тел|моб|móvil|сот|ватсап|вайбер"
# In order: whole fields first, then the same facts in running text.
_RULES: tuple[_Rule, ...] = (
    _rule("link", rf"(?:https?://|www\.){_URL_TAIL}++", hints="://|www.", not_after=""),
    _rule("profile", rf"(?<![\w.@-])(?:[a-z]{{2,3}}\.)?(?:{_HOSTS}/{_URL_TAIL}++|[\w-]++\.github\.io\b{_URL_TAIL}*+)", hints=".com/|.ru/|.me/|.org/|.net/|.es/|.kz/|.by/|.ua/|.uk/|.io"),
    _rule("e-mail", r"(?<![\w.!#$%&'*+?^`~-])[\w.!#$%&'*+?^`~-]++(?:@|[ ]?(?:\(at\)|\[at\])[ ]?)[\w-]++(?:\.[\w-]++)++", hints="@|(at)|[at]"),
    _rule("labelled field", rf"^[ \t•*·-]*+(?:{_FIELDS}){_COLON}[^\n|;:]{{0,60}}(?=$|[|;])", hints=":|："),
    _rule("handle", r"(?:telegram|телеграмм?|тг|tg|skype|скайп|whatsapp|viber|icq|discord|instagram|twitter|vk|вк)[ \t]*(?:[:：][ \t]*@?|@)"
          r"[a-z0-9][\w.:+-]{2,40}", hints="tele|теле|тг|tg|skype|скайп|whats|viber|icq|discord|insta|twit|vk|вк", not_after=""),
    _rule("handle alone in a line", r"^[ \t•]*+@[a-z](?=\w*[_\d])\w{4,31}[ \t]*+$", hints="@"),
    _rule("phone", rf"[+(02-9](?:{'|'.join(_PHONE_FORMS.values())})", accepts=_is_phone, not_after="_.,+-/€$£"),
    _rule("phone, labelled", r"(?:phone|mobile|cell|tel|tlf|fax|whatsapp|viber|тел|моб|сот|ватсап|вайбер|móvil)(?:ephone|éfono|ефон|ильный|овый| phone)?\b\.?[ \t]*(?:№|[:：–—-])?[ \t]*[+(]?\d[\d ().-]{5,20}\d", hints=_PHONE_HINTS, accepts=_is_phone),
    _rule("birth", rf"(?:date of birth|birth ?date|birthday|d\.?o\.?b\b\.?|born(?: on| in)?|дата рождения|год рождения"
          rf"|родил(?:ся|ась)|fecha de nacimiento|nacid[oa](?: el| en)?)(?:{_SIGN}|[ \t]+)(?:в )?{_DATE}", hints=_BIRTH_HINTS, not_after=""),
    _rule("birth year", r"(?:19|20)\d\d[ \t]*г\.?[ \t]?р\b\.?", hints="р", not_after=""),
    _rule("place of birth", rf"(?:place of birth|birthplace|место рождения|lugar de nacimiento){_COLON}(?:г\. ?)?{_VALUE}", hints=_BIRTH_HINTS, not_after=""),
    _rule("gender with age", rf"(?:мужчина|женщина|male|female|hombre|mujer),[ \t]*{_AGE}[ \t]+{_YEARS_UNIT}\b", hints="муж|жен|male|hom|muj", not_after=""),
    _rule("gender", rf"(?:пол|gender|sex|sexo|género)(?:{_SIGN})(?:{_GENDER}|люб(?:ой|ая)|не важен|any|[mfмжh])\b\.?", hints="пол|gen|sex|gén", not_after=""),
    _rule("gender alone", rf"^[ \t•]*+{_GENDER}[ \t.]*+$|^[ \t•]*+(?:мужчина|женщина|male|female|hombre|mujer)(?=[ \t]*[,|])", hints="муж|жен|ma|wo|ho|mu|fem|var"),
    _rule("age, labelled", rf"(?:age{_SIGN}|возраст(?: кандидата)?(?:{_SIGN}|[ \t]+(?=до|от|\d\d\b))|edad(?:{_SIGN}|[ \t]+(?=entre|hasta)))"
          rf"(?:(?:до|от|up to|from|between|entre|hasta|de)[ \t]+)?\d\d(?:(?:[ \t]*[–—-][ \t]*|[ \t]+(?:до|to|and|y|a)[ \t]+)\d\d)?(?:[ \t]*\+)?"
          rf"(?:[ \t]*{_YEARS_UNIT}\b\.?)?", hints="age|возраст|edad", not_after=""),
    _rule("age, English", rf"[i1-7](?:(?<=i)(?: am|'m) {_AGE}|(?<=1)[6-9]|(?<=[2-7])\d)[ -](?:years?[ -]old|y\.?/?o\b\.?)", hints="old|yo|y.o|y/o", accepts=_stands_apart),
    _rule("age, Russian", rf"мне[ \t]+{_AGE}[ \t]+(?:лет|года?)\b|(?:(?<=\n)|\A){_AGE}[ \t]+(?:лет|года?)(?=[ \t]*,[ \t]*роди)", hints="мне|роди", not_after=""),
    _rule("age, Spanish", rf"tengo[ \t]+{_AGE}[ \t]+años\b(?! de)", hints="tengo", not_after=""),
    _rule("citizenship", rf"(?:citizenship|nationality|гражданство|национальность|nacionalidad|ciudadanía|есть разрешение на работу|разрешение на работу)"
          rf"(?:{_COLON}{_VALUE}|[ \t]+(?:рф|рб|рк|россии|ru|us|uk|eu|казахстана|беларуси|española))\b", hints="citizen|nation|граждан|национ|nacion|ciudad|разреш", not_after=""),
    _rule("citizen", r"(?:граждан(?:ин|ка|е)[ \t]+(?:рф|рб|рк|россии|российской федерации|казахстана|беларуси|украины)"
          r"|(?:us|u\.s\.|uk|british|eu|american|canadian|australian|indian)[ -]citizen)\b", hints="граждан|citizen", not_after=""),
    _rule("family status, labelled", rf"(?:marital status|family status|civil status|relationship status|семейное положение|estado civil)"
          rf"(?:{_SIGN}(?:{_FAMILY_RU}|{_WORD})|[ \t]+{_FAMILY_RU}\b)(?:\(?а\))?(?:,?[ \t]+{_CHILDREN})?", hints="status|relation|семейн|estado", not_after=""),
    _rule("family status, Russian", rf"(?:{_FAMILY_RU})\b(?! на )(?:,?[ \t]+{_CHILDREN})?", hints="женат|замуж|в браке|холост|развед|вдов", not_after=""),
    _rule("family status, English and Spanish", rf"{_FAMILY_EN_ES}(?:(?:,|[ \t]+(?:and|with|y|con))?[ \t]+{_CHILDREN})?(?=[ \t]*(?:[,.;|\n]|\Z))",
          hints="marri|divor|wido|solter|casad|separad|viud", accepts=_stands_apart, not_after=""),
    _rule("single", rf"^[ \t•]*+single(?:[ \t.]*+$|,[ \t]+{_CHILDREN})", hints="single"),
    _rule("relationship", rf"relationship{_COLON}(?:single|{_FAMILY_EN_ES})\b", hints="relationship", not_after=""),
    _rule("married", r"happily married(?:[ \t]+(?:to|with)[ \t]+my[ \t]+\w+)?", hints="happily", not_after=""),
    _rule("children", rf"(?:дети|детей|children|hijos){_COLON}(?:\d{{1,2}}|есть|нет|yes|no|none|sí|двое|трое|один|одна|two|one|three|dos|tres)\b"
          rf"|^[ \t•]*+{_CHILDREN}[ \t.]*+$|(?<=[.,;] ){_CHILDREN}(?=[ \t]*(?:[.,;\n]|\Z))", hints="дет|child|hijo|kid|реб|сын|доч|son|daught", not_after=""),
    _rule("photo", r"^[ \t]*+\[?(?:photo|фото|foto)(?:graph|графия|grafía)?:?(?: (?:attached|прилагается|adjunta))?\]?[ \t.]*+$"
          r"|(?<![\w-])[\w-]*+(?<=photo|.foto|.фото)[\w-]*\.(?:jpe?g|png)\b", hints="photo|foto|фото"),
    _rule("passport", r"(?:паспорт|passport|pasaporte)\b[ \t]*(?:(?:серия|номер|number|no\.?|№|nº|:|рф)[ \t]*){0,4}[a-z]{0,2}[ \t]?\d[\d №-]{5,14}\b",
          hints="паспорт|pas", accepts=_is_number, not_after=""),
    _rule("identity number, labelled", r"(?:снилс|инн|dni|nie|nif|ssn|national insurance(?: number)?)\b(?:/\w+)?[ \t]*[:№º-]*[ \t]*[a-z]{0,2}-?\d[\d .-]{3,14}(?:-?[a-z]\b)?",
          hints="снилс|инн|dni|nie|nif|ssn|insurance", accepts=_is_number, not_after=""),
    _rule("SNILS, SSN", r"\d{3}-(?:\d{3}-\d{3}[ -]\d\d|\d\d-\d{4})(?![\w-])", hints="-", not_after="-_."),
    _rule("DNI, NIE", r"[\dXYZ](?:(?<=\d)\d{7}-?[A-HJ-NP-TV-Z]|(?<=[XYZ])-?\d{7}-?[A-Z])(?![\w-])", case=True, not_after="-_"),
    _rule("name, labelled", rf"(?:full name|ф\.?и\.?о\.?|фамилия(?:,? имя(?:,? отчество)?)?|nombre y apellidos?|apellidos){_COLON}"
          rf"{_NAME_WORD}(?:[ ]{_NAME_WORD}){{0,3}}", hints="name|фио|ф.|фамилия|nombre|apellid", not_after=""),
    _rule("name with patronymic", r"[А-ЯЁ](?<!им\. .)(?<!имени .)[а-яё]+(?:-[А-ЯЁ][а-яё]+)?[ \t\n](?:[А-ЯЁ][а-яё]+(?:-[А-ЯЁ][а-яё]+)?[ \t\n])?[А-ЯЁ][а-яё]{2,}(?:вич|вна|ична|оглы|кызы)"
          r"(?:[ ][А-ЯЁ][а-яё]+(?:ов|ев|ин|ын|ова|ева|ина|ына|ий|ая|ко|ук|юк|ян|дзе|ец|ич))?(?![\w-])", hints="ич|на|оглы|кызы", case=True, not_after="-_"),
    _rule("name with patronymic in capitals", r"[А-ЯЁ]{2,}(?:-[А-ЯЁ]{2,})?[ \t\n](?:[А-ЯЁ]{2,}(?:-[А-ЯЁ]{2,})?[ \t\n])?[А-ЯЁ]{3,}(?:ВИЧ|ВНА|ИЧНА|ОГЛЫ|КЫЗЫ)(?![\w-])", hints="ич|на|оглы|кызы", case=True, not_after="-_"),
)  # fmt: skip

_ORPHANED_LABELS = _rule(
    "label left by its contact",
    rf"\b(?:{_CONTACTS})[ \t]*[:：](?=[ \t]*(?:[,;|]|$))|^[ \t•*·-]*+(?:e-?mail|тел(?:ефон)?|tel|phone)[ \t.]*+$",
)

_LINE = re.compile(r"[^\n]+")
_HEADER_PREFIX = re.compile(
    r"[ \t#*•]*(?:(?:resume|r[ée]sum[ée]|cv|curriculum vitae|резюме)(?: of| de)?[ \t]*[:–—-]?[ \t]+)?", re.IGNORECASE
)
_HEADER_END = re.compile(r"[ \t]*(?:[,|•·(]|[ ][–—-][ ]).*")
_CAPITALIZED = re.compile(r"[^\W\d_a-zа-яё][^\W\d_]*\.?(?:['’-][^\W\d_]+)*")
_HEADER_AGE = re.compile(
    rf"(?:^|(?<=,)|(?<=\|))[ \t]*({_AGE})[ \t]+(?:лет|года?|years|años)(?=[ \t]*(?:[,|]|$))", re.IGNORECASE
)
_ABOUT_EXPERIENCE = re.compile(r"опыт|стаж|experien|antigüedad", re.IGNORECASE)
_SEPARATORS = ",;|•·"
_HANGING_END = re.compile(r"(?:[.!](?!\S))?[ \t]*+\n?|")
_CLOSING = ".,;:!?)]"
_MAX_PASSES = 20


def redact(text: str, *, names: Sequence[str] = ()) -> str:
    """The text without names, contacts, links to profiles, birth, age, gender, citizenship, family status, photo and identity numbers.

    `names` are cut wherever they stand; of a name of several words each word too, where it is capitalized and not a
    common word. What is cut leaves a space or a line end and no mark; the rest stays as it is. Redacting the result
    again changes nothing (unless facts are nested in each other more than twenty deep, which nobody writes).
    """
    known = _compile_names(tuple(names))
    rules = _RULES
    for _ in range(_MAX_PASSES):
        spans = _merge_spans([*_find_by_rules(text, rules), *_find_header(text), *_find_names(text, known)])
        if not spans:
            break
        text = _cut(text, spans)
        rules = (*_RULES, _ORPHANED_LABELS)
    return text


def _find_by_rules(text: str, rules: Sequence[_Rule]) -> Iterator[tuple[int, int]]:
    # The only letter that grows in lower case, which would shift the places of the matches.
    lowered = text.replace("İ", "I").lower()
    for rule in rules:
        if rule.hints and not any(hint in lowered for hint in rule.hints):
            continue
        for match in rule.pattern.finditer(text if rule.case else lowered):
            start, end = match.span()
            if start == end or (rule.not_after is not None and _follows(text, start, rule.not_after)):
                continue
            if rule.accepts is None or rule.accepts(match):
                yield start, end


def _follows(text: str, start: int, characters: str) -> bool:
    return start > 0 and (text[start - 1].isalnum() or text[start - 1] in characters)


def _find_names(text: str, patterns: tuple[re.Pattern[str], ...]) -> Iterator[tuple[int, int]]:
    for pattern in patterns:
        for match in pattern.finditer(text):
            yield match.span()


@lru_cache(maxsize=256)
def _compile_names(names: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    full = {
        r"\s+".join(map(re.escape, order))
        for name in names
        if (words := name.split())
        for order in (words, words[::-1])
    }
    words = {word.strip(",.") for name in names for word in name.split()}
    alone = {word for word in words if len(word) > 2 and word.isalpha() and word.casefold() not in AMBIGUOUS_NAMES}
    patterns = []
    if full:
        longest_first = sorted(full, key=len, reverse=True)
        patterns.append(re.compile(rf"(?<!\w)(?:{'|'.join(longest_first)})(?!\w)", re.IGNORECASE))
    if alone:
        spellings = sorted({form for word in alone for form in (word.capitalize(), word.upper())})
        patterns.append(re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, spellings))})(?!\w)"))
    return tuple(patterns)


def _find_header(text: str) -> Iterator[tuple[int, int]]:
    """Names and ages in the lines at the top, until three lines without a name have passed."""
    others = 0
    for line in _LINE.finditer(text):
        if not line[0].strip():
            continue
        if not _ABOUT_EXPERIENCE.search(line[0], 0, 200):
            for age in _HEADER_AGE.finditer(line[0][:200]):
                yield line.start() + age.start(), line.start() + age.end()
        name = _find_header_name(line[0])
        if name:
            yield line.start() + name[0], line.start() + name[1]
            continue
        others += 1
        if others == _HEADER_LINES:
            return


def _find_header_name(line: str) -> tuple[int, int] | None:
    """Where the name is in "Anna Smith", "Resume of Anna Smith" or "Anna Smith, Accountant"."""
    if len(line) > 200:
        return None
    prefix = _HEADER_PREFIX.match(line)
    start = prefix.end() if prefix else 0
    tail = _HEADER_END.search(line, start)
    end = tail.start() if tail else len(line.rstrip())
    if not _is_name(line[start:end]):
        return None
    return (0, end) if tail is None or (len(tail[0]) < 60 and _has_header_word(tail[0])) else None


def _is_name(phrase: str) -> bool:
    words = phrase.split()
    if not 2 <= len(words) <= 3 or not all(_CAPITALIZED.fullmatch(word) for word in words):
        return False
    long_words = [word for word in words if len(word.strip(".")) > 1]
    acronyms = [word for word in long_words if word.isupper()]
    return len(long_words) > 1 and len(acronyms) in (0, len(long_words)) and not _has_header_word(phrase)


def _has_header_word(phrase: str) -> bool:
    words = re.findall(r"[^\W\d_]+", phrase.casefold().replace("ё", "е"))
    return any(word in HEADER_WORDS or word.startswith(HEADER_STEMS) for word in words)


def _merge_spans(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _cut(text: str, spans: list[tuple[int, int]]) -> str:
    """Cuts the spans, with the separator that each leaves hanging and the line that it leaves empty."""
    kept: list[str] = []
    position = 0
    for start, end in spans:
        if start > position:
            _append(kept, text[position:start].rstrip(" \t"))
        position = _skip(text, max(end, position), " \t")
        opens = not kept or kept[-1].endswith("\n")
        if opens or kept[-1][-1] in _SEPARATORS:
            position = _skip(text, position, " \t–—-" + _SEPARATORS)
        following = text[position : position + 1]
        if opens:
            position = _HANGING_END.match(text, position).end()
        elif following in ("", "\n"):
            _append(kept, kept.pop().rstrip(" \t" + _SEPARATORS))
        elif following not in _CLOSING and not kept[-1][-1].isspace():
            kept.append(" ")
    kept.append(text[position:])
    return "".join(kept)


def _append(kept: list[str], piece: str) -> None:
    if piece:
        kept.append(piece)


def _skip(text: str, position: int, characters: str) -> int:
    while position < len(text) and text[position] in characters:
        position += 1
    return position
