"""The patterns of what is personal in a text, in English, Russian and Spanish; `redaction` applies them."""

import re
from collections.abc import Callable
from dataclasses import dataclass

_MONTH = (
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|янв|фев|мар|апр|мая|май|июн|июл|авг|сен"
    r"|окт|ноя|дек|ene|abr|ago"
    r"|dic)[^\W\d_]*\.?"
)
_DATE = (
    rf"(?:\d{{1,2}}[./ -]\d{{1,2}}[./ -](?:\d{{4}}|\d\d)(?!\d)|\d{{4}}-\d\d-\d\d|\d{{1,2}}(?:st|nd"
    rf"|rd|th)?(?:\s+de)?\s+{_MONTH}"
    rf"(?:\s+(?:de\s+)?|,\s*)\d{{4}}|{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+\d{{4}}"
    rf"|\d{{4}})(?:\s*(?:г\.\s?р\.|года?\b|г\.))?"
)
_COLON = r"[ \t]*[:：][ \t]*"
_SIGN = r"[ \t]*(?:[:：]|[ \t][–—-])[ \t]*"
# One word, or two joined; a word with a colon after it is the next label of a resume that is all in one line.
_WORD = r"[^\W\d_][\w-]*+(?![ \t]*:)"
_VALUE = (
    rf"{_WORD}(?:(?:,? (?:and|y|и|&|of|de) | (?=kingdom|states|federation|федерация"
    rf"|republic|citizen)){_WORD}){{0,2}}"
)
_NAME_WORD = r"[^\W\d_][^\W\d_'’.-]*+(?:['’-][^\W\d_]+)*+(?!\w)(?![ \t]*:)"
AGE = r"(?:1[6-9]|[2-7]\d)"
_YEARS_UNIT = r"(?:лет|года?|years?(?:[ -]old)?|yrs?|y\.?o\.?|años?)"
_CHILDREN = (
    r"(?:(?:have |has |есть |имею |имеет )?(?:\d|one|two|three|four|один|одного|двое|трое|четверо"
    r"|un|una|dos|tres|no|без)"
    r"[ \t]+(?:child(?:ren)?|kids?|son|daughters?|дет(?:и|ей)|реб[её]н(?:ок|ка)|сын|доч(?:ь|ери)"
    r"|hij[oa]s?)"
    r"|есть дети|детей нет|дети есть|нет детей|without children|sin hijos|con hijos)\b(?! \w)"
)
_FAMILY_EN_ES = r"(?:married|divorced|widow(?:ed|er)?|solter[oa]|casad[oa]|divorciad[oa]|separad[oa]|viud[oa])"
_FAMILY_RU = r"(?:(?:не |в )?(?:женат|замужем|браке)|холост|разведена?|вдовец|вдова)"
_GENDER = (
    r"(?:мужской|женский|мужчина|женщина|муж|жен|male|female|man|woman|hombre|mujer|masculino"
    r"|femenino|varón)"
)

# Words that open a field whose whole line is personal.
_FIELDS = (
    r"(?:full |first |last |middle |sur)?name|фио|ф\. ?и\. ?о\.?"
    r"|фамилия(?:,? имя(?:,? отчество)?)?|имя|отчество|nombre(?: y apellidos?| completo)?"
    r"|apellidos?|(?:date|place) of birth|birth ?(?:date|day|place)|d\.?o\.?b\.?|(?:дата|место"
    r"|год) рождения|(?:fecha|lugar) de nacimiento"
    r"|age|возраст(?: кандидата)?|edad|gender|sex|sexo|género"
    r"|citizenship|nationality|гражданство|национальность|nacionalidad|ciudadanía"
    r"|(?:есть )?разрешение на работу"
    r"|(?:marital|family|civil) status|семейное положение|семья|estado civil"
    r"|(?:number of )?children|дети|кол-во детей|hijos"
    r"|religion|вероисповедание|religión"
    r"|passport(?: no\.?| number)?|паспорт(?:ные данные)?|pasaporte|снилс|инн|dni(?:/nie)?|nie"
    r"|nif|ssn|national insurance(?: number)?"
)
# Labels that stand alone once their contact is cut.
_CONTACTS = (
    r"e-?mail(?: address)?|эл(?:ектронная|\.)? ?почта|почта|correo(?: electrónico)?|contacts?"
    r"|контакты|web ?site|portfolio|blog|сайт|портфолио"
    r"|(?:mobile |cell )?phone(?: number)?|mobile(?: number)?|telephone|tel\.?|cell|fax"
    r"|тел(?:ефон)?\.?|моб(?:ильный)?\.?(?: тел(?:ефон)?\.?)?"
    r"|teléfono|móvil|tlf\.?|skype|скайп|whatsapp|ватсап|viber|telegram|телеграмм?|тг|icq"
    r"|linked ?in|github|gitlab|вконтакте|vk|facebook|instagram|twitter"
)
_HOSTS = (
    r"(?:linkedin|github|gitlab|bitbucket|facebook|fb|instagram|vk|vkontakte|twitter|x|behance"
    r"|dribbble|telegram|wa|t|ok|hh|superjob"
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
    """A phrase of its own: "17 years old" of a sentence may be a pupil's, a guest's or a mainfr"
    "ame's age."""
    before = match.string[max(0, match.start() - 40) : match.start()].rstrip(" \t")
    after = match.string[match.end() : match.end() + 1]
    return match[0].startswith("i") or (before[-1:] in ("", *"\n,;|•.(") and after in ("", *"\n,;|.)"))


@dataclass(frozen=True, slots=True)
class Rule:
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
) -> Rule:
    return Rule(
        about, re.compile(pattern, re.MULTILINE), tuple(filter(None, hints.split("|"))), accepts, case, not_after
    )


_PHONE_FORMS = {
    "international": r"(?<=\+)\d(?:[ \t().-]{0,3}\d){9,14}(?!\d)",
    "Russian": r"(?<=[78])[ -]?\(?\d{3}\)?[ -]?\d{3}[ -]?\d\d[ -]?\d\d(?![\d.,]\d|\d)",
    "area code in brackets": r"(?<=\()\d{3,5}\)[ -]?\d{2,4}(?:[ -]?\d{2,4}){1,2}(?!\d)",
    "North American": r"(?<=[2-9])\d\d(?P<american>[.-])[1-9]\d\d(?P=american)\d{4}(?![\w.-]\d|\d)",
    "British": r"(?<=0)[1-9]\d{1,3}[ -]?\d{3,4}[ -]?\d{3,4}(?:/\d{2,4})?(?![\w.,/-]*\d)",
    "Spanish": r"(?<=[67])\d\d(?P<spanish>[ -])\d{3}(?P=spanish)(?!000)\d{3}(?![\w.,-]?\d| ?(?:руб|₽|€|\$"
    r"|eur|usd|£| \d))",
}
_BIRTH_HINTS = "birth|born|dob|d.o.b|рожд|роди|nac"
_PHONE_HINTS = "phone|mob|cel|tel|tlf|fax|whats|viber|тел|моб|móvil|сот|ватсап|вайбер"
# In order: whole fields first, then the same facts in running text.
RULES: tuple[Rule, ...] = (
    _rule("link", rf"(?:https?://|www\.){_URL_TAIL}++", hints="://|www.", not_after=""),
    _rule(
        "profile",
        rf"(?<![\w.@-])(?:[a-z]{{2,3}}\.)?(?:{_HOSTS}/{_URL_TAIL}++|[\w-]++\.github\.io\b{_URL_TAIL}*+)",
        hints=".com/|.ru/|.me/|.org/|.net/|.es/|.kz/|.by/|.ua/|.uk/|.io",
    ),
    _rule(
        "e-mail",
        # The characters of the second group are lawful in an address too, but mostly stand between two things.
        r"(?:(?<![\w.!#$%&'*+?^`~-])[\w.!#$%&'*+?^`~-]++|(?<![/={|}])[/={|}]++)"
        r"(?:@|[ ]?(?:\(at\)|\[at\])[ ]?)[\w-]++(?:\.[\w-]++)++",
        hints="@|(at)|[at]",
    ),
    _rule("labelled field", rf"^[ \t•*·-]*+(?:{_FIELDS}){_COLON}[^\n|;:]{{0,60}}(?=$|[|;])", hints=":|："),
    _rule(
        "handle",
        r"(?:telegram|телеграмм?|тг|tg|skype|скайп|whatsapp|viber|icq|discord|instagram|twitter|vk"
        r"|вк)[ \t]*(?:[:：][ \t]*@?|@)"
        r"[a-z0-9][\w.:+-]{2,40}",
        hints="tele|теле|тг|tg|skype|скайп|whats|viber|icq|discord|insta|twit|vk|вк",
        not_after="",
    ),
    _rule("handle alone in a line", r"^[ \t•]*+@[a-z](?=\w*[_\d])\w{4,31}[ \t]*+$", hints="@"),
    _rule("phone", rf"[+(02-9](?:{'|'.join(_PHONE_FORMS.values())})", accepts=_is_phone, not_after="_.,+-/€$£"),
    _rule(
        "phone, labelled",
        r"(?:phone|mobile|cell|tel|tlf|fax|whatsapp|viber|тел|моб|сот|ватсап|вайбер|móvil)(?:ephone"
        r"|éfono|ефон|ильный|овый| phone)?\b\.?[ \t]*(?:№|[:：–—-])?[ \t]*[+(]?\d[\d ().-]{5,20}\d",
        hints=_PHONE_HINTS,
        accepts=_is_phone,
    ),
    _rule(
        "birth",
        rf"(?:date of birth|birth ?date|birthday|d\.?o\.?b\b\.?|born(?: on| in)?|дата рождения"
        rf"|год рождения"
        rf"|родил(?:ся|ась)|fecha de nacimiento|nacid[oa](?: el| en)?)(?:{_SIGN}|[ \t]+)(?:в )?{_DATE}",
        hints=_BIRTH_HINTS,
        not_after="",
    ),
    _rule("birth year", r"(?:19|20)\d\d[ \t]*г\.?[ \t]?р\b\.?", hints="р", not_after=""),
    _rule(
        "place of birth",
        rf"(?:place of birth|birthplace|место рождения|lugar de nacimiento){_COLON}(?:г\. ?)?{_VALUE}",
        hints=_BIRTH_HINTS,
        not_after="",
    ),
    _rule(
        "gender with age",
        rf"(?:мужчина|женщина|male|female|hombre|mujer),[ \t]*{AGE}[ \t]+{_YEARS_UNIT}\b",
        hints="муж|жен|male|hom|muj",
        not_after="",
    ),
    _rule(
        "gender",
        rf"(?:пол|gender|sex|sexo|género)(?:{_SIGN})(?:{_GENDER}|люб(?:ой|ая)|не важен|any|[mfмжh])\b\.?",
        hints="пол|gen|sex|gén",
        not_after="",
    ),
    _rule(
        "gender alone",
        rf"^[ \t•]*+{_GENDER}[ \t.]*+$|^[ \t•]*+(?:мужчина|женщина|male|female|hombre"
        rf"|mujer)(?=[ \t]*[,|])",
        hints="муж|жен|ma|wo|ho|mu|fem|var",
    ),
    _rule(
        "age, labelled",
        rf"(?:age{_SIGN}|возраст(?: кандидата)?(?:{_SIGN}|[ \t]+(?=до|от|\d\d\b))|edad(?:{_SIGN}"
        rf"|[ \t]+(?=entre|hasta)))"
        rf"(?:(?:до|от|up to|from|between|entre|hasta|de)[ \t]+)?\d\d(?:(?:[ \t]*[–—-][ \t]*"
        rf"|[ \t]+(?:до|to|and|y|a)[ \t]+)\d\d)?(?:[ \t]*\+)?"
        rf"(?:[ \t]*{_YEARS_UNIT}\b\.?)?",
        hints="age|возраст|edad",
        not_after="",
    ),
    _rule(
        "age, English",
        rf"[i1-7](?:(?<=i)(?: am|'m) {AGE}|(?<=1)[6-9]|(?<=[2-7])\d)[ -](?:years?[ -]old|y\.?/?o\b\.?)",
        hints="old|yo|y.o|y/o",
        accepts=_stands_apart,
    ),
    _rule(
        "age, Russian",
        rf"мне[ \t]+{AGE}[ \t]+(?:лет|года?)\b|(?:(?<=\n)|\A){AGE}[ \t]+(?:лет"
        rf"|года?)(?=[ \t]*,[ \t]*роди)",
        hints="мне|роди",
        not_after="",
    ),
    _rule("age, Spanish", rf"tengo[ \t]+{AGE}[ \t]+años\b(?! de)", hints="tengo", not_after=""),
    _rule(
        "citizenship",
        rf"(?:citizenship|nationality|гражданство|национальность|nacionalidad|ciudadanía"
        rf"|есть разрешение на работу|разрешение на работу)"
        rf"(?:{_COLON}{_VALUE}|[ \t]+(?:рф|рб|рк|россии|ru|us|uk|eu|казахстана|беларуси|española))\b",
        hints="citizen|nation|граждан|национ|nacion|ciudad|разреш",
        not_after="",
    ),
    _rule(
        "citizen",
        r"(?:граждан(?:ин|ка|е)[ \t]+(?:рф|рб|рк|россии|российской федерации|казахстана|беларуси|украины)"
        r"|(?:us|u\.s\.|usa|united states|uk|british|eu"
        r"|american|canadian|australian|indian|dual(?: [\w/]{2,40})?)[ -]citizen)\b",
        hints="граждан|citizen",
        not_after="",
    ),
    _rule(
        "religion",
        rf"(?:religion|вероисповедание|religión){_COLON}{_VALUE}",
        hints="relig|вероисп",
        not_after="",
    ),
    _rule(
        "family status, labelled",
        rf"(?:marital status|family status|civil status|relationship status|семейное положение"
        rf"|estado civil)"
        rf"(?:{_SIGN}(?:{_FAMILY_RU}|{_WORD})|[ \t]+{_FAMILY_RU}\b)(?:\(?а\))?(?:,?[ \t]+{_CHILDREN})?",
        hints="status|relation|семейн|estado",
        not_after="",
    ),
    _rule(
        "family status, Russian",
        rf"(?:{_FAMILY_RU})\b(?! на )(?:,?[ \t]+{_CHILDREN})?",
        hints="женат|замуж|в браке|холост|развед|вдов",
        not_after="",
    ),
    _rule(
        "family status, English and Spanish",
        rf"{_FAMILY_EN_ES}(?:(?:,|[ \t]+(?:and|with|y|con))?[ \t]+{_CHILDREN})?(?=[ \t]*(?:[,.;|\n]|\Z))",
        hints="marri|divor|wido|solter|casad|separad|viud",
        accepts=_stands_apart,
        not_after="",
    ),
    _rule("single", rf"^[ \t•]*+single(?:[ \t.]*+$|,[ \t]+{_CHILDREN})", hints="single"),
    _rule("relationship", rf"relationship{_COLON}(?:single|{_FAMILY_EN_ES})\b", hints="relationship", not_after=""),
    _rule("married", r"happily married(?:[ \t]+(?:to|with)[ \t]+my[ \t]+\w+)?", hints="happily", not_after=""),
    _rule(
        "children",
        rf"(?:дети|детей|children|hijos){_COLON}(?:\d{{1,2}}|есть|нет|yes|no|none|sí|двое|трое|один"
        rf"|одна|two|one|three|dos|tres)\b"
        rf"|^[ \t•]*+{_CHILDREN}[ \t.]*+$|(?<=[.,;] ){_CHILDREN}(?=[ \t]*(?:[.,;\n]|\Z))",
        hints="дет|child|hijo|kid|реб|сын|доч|son|daught",
        not_after="",
    ),
    _rule(
        "photo",
        r"^[ \t]*+\[?(?:photo|фото|foto)(?:graph|графия|grafía)?:?(?: (?:attached|прилагается"
        r"|adjunta))?\]?[ \t.]*+$"
        r"|(?<![\w-])[\w-]{0,30}?(?:photo|foto|фото)[\w-]{0,30}\.(?:jpe?g|png)\b",
        hints="photo|foto|фото",
    ),
    _rule(
        "passport",
        r"(?:паспорт|passport|pasaporte)\b[ \t]*(?:(?:серия|номер|number|no\.?|№|nº|:"
        r"|рф)[ \t]*){0,4}[a-z]{0,2}[ \t]?\d[\d №-]{5,14}\b",
        hints="паспорт|pas",
        accepts=_is_number,
        not_after="",
    ),
    _rule(
        "identity number, labelled",
        r"(?:снилс|инн|dni|nie|nif|ssn|national insurance(?: number)?)\b(?:/\w+)?[ \t]*[:№º-]*[ \t]*["
        r"a-z]{0,2}-?\d[\d .-]{3,14}(?:-?[a-z]\b)?",
        hints="снилс|инн|dni|nie|nif|ssn|insurance",
        accepts=_is_number,
        not_after="",
    ),
    _rule("SNILS, SSN", r"\d{3}-(?:\d{3}-\d{3}[ -]\d\d|\d\d-\d{4})(?![\w-])", hints="-", not_after="-_."),
    _rule(
        "DNI, NIE",
        r"[\dXYZ](?:(?<=\d)\d{7}-?[A-HJ-NP-TV-Z]|(?<=[XYZ])-?\d{7}-?[A-Z])(?![\w-])",
        case=True,
        not_after="-_",
    ),
    _rule(
        "name, labelled",
        rf"(?:full name|ф\.?и\.?о\.?|фамилия(?:,? имя(?:,? отчество)?)?|nombre y apellidos?"
        rf"|apellidos){_COLON}"
        rf"{_NAME_WORD}(?:[ ]{_NAME_WORD}){{0,3}}",
        hints="name|фио|ф.|фамилия|nombre|apellid",
        not_after="",
    ),
    _rule(
        "name with patronymic",
        r"[А-ЯЁ](?<!им\. .)(?<!имени .)[а-яё]+(?:-[А-ЯЁ][а-яё]+)?[ \t\n](?:[А-ЯЁ][а-яё]+(?:-[А-ЯЁ][а-яё]+)?[ \t\n])?"
        r"[А-ЯЁ](?:[а-яё]{2,}(?:вич|вна|ична)|[а-яё]+[ -](?:оглы|кызы))"
        r"(?:[ ][А-ЯЁ][а-яё]+(?:ов|ев|ин|ын|ова|ева|ина|ына|ий|ая|ко|ук|юк|ян|дзе|ец|ич))?(?![\w-])",
        hints="ич|на|оглы|кызы",
        case=True,
        not_after="-_",
    ),
    _rule(
        "name with patronymic in capitals",
        r"[А-ЯЁ]{2,}(?:-[А-ЯЁ]{2,})?[ \t\n](?:[А-ЯЁ]{2,}(?:-[А-ЯЁ]{2,})?[ \t\n])?[А-ЯЁ]{3,}(?:ВИЧ|ВНА"
        r"|ИЧНА|ОГЛЫ|КЫЗЫ)(?![\w-])",
        hints="ич|на|оглы|кызы",
        case=True,
        not_after="-_",
    ),
)

ORPHANED_LABELS = _rule(
    "label left by its contact",
    rf"\b(?:{_CONTACTS})[ \t]*[:：](?=[ \t]*(?:[,;|]|$))|^[ \t•*·-]*+(?:e-?mail|тел(?:ефон)?|tel"
    rf"|phone)[ \t.]*+$",
)
