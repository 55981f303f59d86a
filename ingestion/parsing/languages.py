"""Finds the languages that a person speaks, and how well, as resumes say it in English, Russian and Spanish."""

import re
from collections.abc import Iterator, Sequence

from ingestion.parsing.lines import Line
from ingestion.parsing.model import SectionKind, SpokenLanguage

# ISO 639-1; beginnings of names: English | Russian | Spanish, and what the language calls itself. All patterns here see
# lower case, which is several times faster than ignoring case.
_NAMES = {
    "en": "english|английск|ingl[eé]s",
    "ru": "russian|русск|rus[oa]",
    "es": "spanish|испанск|español|castellano|spanisch",
    "de": "german|немецк|alem[aá]n|deutsch",
    "fr": "french|французск|franc[eé]s|français",
    "it": "italian|итальянск|italiano",
    "pt": "portuguese|португальск|portugu[eéê]s",
    "ca": "catalan|каталанск|catal[aá]n|valencian[oa]?",
    "eu": "basque|баскск|euskera|vasco",
    "gl": "galician|галисийск|gallego",
    "zh": "chinese|mandarin|китайск|chino|mandar[ií]n",
    "ja": "japanese|японск|japon[eé]s",
    "ko": "korean|корейск|coreano",
    "ar": "arabic|арабск|[aá]rabe",
    "he": "hebrew|иврит|hebreo",
    "hi": "hindi|хинди",
    "ta": "tamil|тамильск",
    "te": "telugu|телугу",
    "mr": "marathi|маратхи",
    "gu": "gujarati|гуджарати",
    "pa": "punjabi|пенджабск",
    "bn": "bengali|бенгальск|bengal[ií]",
    "ur": "urdu|урду",
    "fa": "farsi|persian|фарси|персидск|persa",
    "tr": "turkish|турецк|turco",
    "pl": "polish|польск|polaco",
    "cs": "czech|чешск|checo",
    "sk": "slovak|словацк|eslovaco",
    "uk": "ukrainian|украинск|ucraniano",
    "be": "belarusian|белорусск|bielorruso",
    "kk": "kazakh|казахск|kazajo",
    "ky": "kyrgyz|киргизск|кыргызск",
    "uz": "uzbek|узбекск|uzbeko",
    "tt": "tatar|татарск|t[aá]rtaro",
    "ba": "bashkir|башкирск",
    "tg": "tajik|таджикск",
    "az": "azerbaijani|азербайджанск",
    "hy": "armenian|армянск|armenio",
    "ka": "georgian|грузинск|georgiano",
    "ro": "romanian|moldovan|румынск|молдавск|rumano",
    "bg": "bulgarian|болгарск|b[uú]lgaro",
    "sr": "serbian|сербск|serbio",
    "hr": "croatian|хорватск|croata",
    "sl": "slovenian|словенск|esloveno",
    "el": "greek|греческ|griego",
    "hu": "hungarian|венгерск|h[uú]ngaro",
    "fi": "finnish|финск|fin[eé]s|finland[eé]s",
    "sv": "swedish|шведск|sueco",
    "no": "norwegian|норвежск|noruego",
    "da": "danish|датск|dan[eé]s",
    "nl": "dutch|нидерландск|голландск|neerland[eé]s|holand[eé]s",
    "et": "estonian|эстонск|estonio",
    "lv": "latvian|латышск|let[oó]n",
    "lt": "lithuanian|литовск|lituano",
    "vi": "vietnamese|вьетнамск|vietnamita",
    "th": "thai|тайск|tailand[eé]s",
    "id": "indonesian|индонезийск|indonesio",
    "ms": "malay|малайск",
    "tl": "tagalog|тагальск",
    "sw": "swahili|суахили",
    "tw": "twi",
    "am": "amharic|амхарск",
    "so": "somali|сомалийск",
    "af": "afrikaans|африкаанс",
    "zu": "zulu",
    "xh": "xhosa",
    "yo": "yoruba",
    "ig": "igbo",
    "ha": "hausa",
    "cy": "welsh|валлийск|gal[eé]s",
    "ga": "irish|ирландск|irland[eé]s",
    "sq": "albanian|албанск|alban[eé]s",
    "mk": "macedonian|македонск",
    "mn": "mongolian|монгольск",
    "ne": "nepali|непальск",
    "si": "sinhal(?:a|ese)|сингальск",
    "gn": "guaran[ií]",
    "qu": "quechua",
    "la": "latin(?!o|a)|латинск|lat[ií]n",
}
_NAME = re.compile(
    "".join(
        [
            r"(?<![^\W_])(?:",
            "|".join(f"(?P<{code}_>{names})" for code, names in _NAMES.items()),
            # The endings of Russian adjectives ("английским", "по-английски") and of Spanish ones.
            r")(?:ий|ого|ому|им|ом|ая|ой|и|а)?(?![^\W_])",
        ]
    )
)
# Where extraction lost the space before it, the name still has its capital ("fluency inEnglish").
_GLUED = re.compile(r"(?<=in|of)(?=[A-Z][a-z]{3,})")

# The scale: hh.ru's own words for A1 to C2, the Common European Framework's, course levels (pre-intermediate counts as
# A2, upper-intermediate as B2) and LinkedIn's. "Basic" is taken as A2, "fluent" as C1, "conversational" as B1.
_LEVELS = {
    "native": r"native|mother[ -]tongue|first language|родн(?:ой|ые|ым|ая)|носител\w+|natal|nativ[oa]s?|lengua materna"
    r"|matern[oa]",
    "c2": r"proficien(?:t|cy)(?!\s+in)|bilingual|mastery|в совершенстве|билингв\w*|biling[uü]e|dominio total",
    "b2": r"upper[ -]?intermediate|intermediate[ -]?high|средне-продвинут\w+|выше среднего|intermedi[oa][ -]alt[oa]"
    r"|intermedi[oa][ -]avanzad[oa]|professional working|advanced intermediate|good|хорош(?:ий|о)|nivel alto|alto",
    "a2": r"pre[ -]?intermediate|elementary|basic|элементарн\w+|базов\w+|ниже среднего|b[aá]sic[oa]s?|elemental"
    r"|pre-?intermedi[oa]|limited",
    "b1": r"intermediate|conversation(?:al)?|средн(?:ий|е)|разговорн\w+|intermedi[oa]s?|conversacional|medio"
    r"|working knowledge|limited working",
    "c1": r"advanced|fluen(?:t|cy|tly)|full professional|продвинут\w+|свободн(?:ый|о|ое|ым)|бегл\w+|avanzad[oa]s?"
    r"|fluid[oa]|con fluidez|excellent|отличн\w+|professional",
    "a1": r"beginner|starter|начальн\w+|начинающ\w+|principiante|inicial",
}
_CEFR = re.compile(r"(?<![^\W_])(?P<cefr>[abcавс][12])\+?(?![^\W_])")
_ANY_LEVEL = re.compile(
    _CEFR.pattern
    + r"|(?<![^\W_])(?:"
    + "|".join(f"(?P<{level}>{words})" for level, words in _LEVELS.items())
    + r")(?![^\W_])"
)
_CYRILLIC_CEFR = str.maketrans("авс", "abc")
_ALL_NATIVE = re.compile(r"(?<![^\W_])(?:родные|nativ[oa]s|maternas|both native)(?![^\W_])")
_MAX_GAP = 60
_CLAUSE = re.compile(r"[.!?](?:\s|$)|\n")
_ENTRY_END = re.compile(r"[,;/]| (?:and|и|y) ")
_LIST_GAP = re.compile(r"[\s,;/|]{0,4}(?:(?:and|и|y|&|\+)[\s,;/|]{1,4})?")
# A list of languages is short; a name in a long sentence is a text's subject or a market.
_STATES_LANGUAGE = re.compile(
    r"(?<![^\W_])(?:languages?|языки?|языков|idiomas?|speak|speaking|fluen\w+|bilingual|владею|владение|знание|hablo|domino)"
    r"(?![^\W_])",
    re.IGNORECASE,
)


def find_languages(text: str) -> Iterator[SpokenLanguage]:
    """The languages that one line names, with the level that stands beside each.

    The levels stand before the names if one stands before the first ("fluent in English and French"), else after.
    """
    text = _GLUED.sub(" ", text).replace("İ", "I").lower()
    mentions = list(_NAME.finditer(text))
    if not mentions:
        return
    leads = read_level(text[: mentions[0].start()]) is not None
    shared = "native" if _ALL_NATIVE.search(text) else None
    carried, position = None, 0
    for mention, following in zip(mentions, [*mentions[1:], None], strict=True):
        ahead = text[position : mention.start()]
        behind = text[mention.end() : following.start() if following else len(text)][:_MAX_GAP]
        if leads:
            carried = read_level(ahead) or (carried if _LIST_GAP.fullmatch(ahead) else None)
            behind = _ENTRY_END.split(behind, maxsplit=1)[0]
        yield SpokenLanguage(str(mention.lastgroup).rstrip("_"), read_level(behind) or carried or shared)
        position = mention.end()


def collect_languages(blocks: Sequence[tuple[SectionKind, Sequence[Line]]]) -> tuple[SpokenLanguage, ...]:
    """All languages that sections (kind, lines) state, each once, with its best stated level."""
    found: dict[str, str | None] = {}
    for kind, lines in blocks:
        for spoken in _iterate_languages(kind, lines):
            found[spoken.code] = found.get(spoken.code) or spoken.level
    return tuple(SpokenLanguage(code, level) for code, level in found.items())


def _iterate_languages(kind: SectionKind, lines: Sequence[Line]) -> Iterator[SpokenLanguage]:
    for number, line in enumerate(lines):
        if kind is SectionKind.LANGUAGES:
            spoken = list(find_languages(line.text))
            if len(spoken) == 1 and spoken[0].level is None and number + 1 < len(lines):
                spoken = [_read_next(spoken[0], lines[number + 1].text)]
            yield from spoken
        else:
            yield from _find_in_text(line.text, trusted=kind is not SectionKind.EXPERIENCE)


def _read_next(spoken: SpokenLanguage, following: str) -> SpokenLanguage:
    """The level in a line of its own below the name."""
    following = following.lower()
    if len(following) > _MAX_GAP or _NAME.search(following):
        return spoken
    return SpokenLanguage(spoken.code, read_level(following))


def _find_in_text(text: str, *, trusted: bool) -> Iterator[SpokenLanguage]:
    """Languages stated in passing: with a level beside them, or after a word such as "languages:"."""
    for clause in _CLAUSE.split(text) if trusted else ():
        if len(clause) <= _MAX_GAP or _STATES_LANGUAGE.search(clause):
            yield from (spoken for spoken in find_languages(clause) if spoken.level)


def read_level(text: str) -> str | None:
    """The level named in a few words in lower case: a CEFR level before words, "native" before everything."""
    best = None
    for match in _ANY_LEVEL.finditer(text):
        if match["cefr"]:
            return match["cefr"].translate(_CYRILLIC_CEFR)
        best = best or match.lastgroup
    return best
