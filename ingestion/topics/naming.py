"""Names of topics: the words that set their documents apart, by c-TF-IDF (Grootendorst, 2022, arXiv 2203.05794)."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from milvus import pair_words

TERMS = 10
MIN_LANGUAGE_DOCUMENTS = 5
"""A topic has a name in the languages of so many of its documents or more."""

_MIN_TERM_DOCUMENTS = 3
_MAX_CHARACTERS = 2000  # of a text: what the work is stands at its beginning
_TITLE_COUNTS = 3
# What the analysis of searches keeps, since it is one for all languages, and what every vacancy says.
_STOP_WORDS = {
    "en": "per job role work working team post staff required within across via etc",
    "es": "trabajo empresa puesto más día equipo ofrecemos buscamos",
    "ru": "работа работы компания вакансия опыт требования обязанности условия год",
    "de": "der die das und oder ein eine einen einem einer mit für von zu zum zur im in am auf den dem des wir sie ihr "
    "ihre unser unsere sind ist als bei auch nach aus an wie du deine dich m w d",
    "fr": "le la les un une des du de et ou en au aux dans pour par sur avec est sont vous votre vos nous notre nos "
    "qui que ce cette ces son sa ses il elle plus h f",
    "pt": "o a os as um uma e ou de do da dos das em no na nos nas para por com que se sua seu você nós é são mais m f",
    "it": "il lo la i gli le un una e o di del della dei delle in nel nella per con da dal che si è sono più suo m f",
    "nl": "de het een en of van in op met voor aan te bij als is zijn je jij jouw wij we ons onze naar uit ook m v",
}
_STOPPED = {language: frozenset(words.split()) for language, words in _STOP_WORDS.items()}


@dataclass(frozen=True, slots=True)
class Text:
    """A document of a topic; `language` is an ISO 639-1 code."""

    topic: int
    language: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Term:
    """A word of a topic's name; `weight` is its c-TF-IDF, which orders the terms of one topic and language."""

    text: str
    weight: float


Labels = Mapping[str, tuple[Term, ...]]
"""The terms of a topic, most telling first, by language."""


def name_topics(texts: Iterable[Text]) -> dict[int, Labels]:
    """The names of topics, each in the languages of its documents; a topic of too few documents has none."""
    by_language: dict[str, _Counts] = defaultdict(_Counts)
    for one in texts:
        by_language[one.language].add(one)
    names: dict[int, dict[str, tuple[Term, ...]]] = defaultdict(dict)
    for language, counts in sorted(by_language.items()):
        for topic, terms in counts.weigh().items():
            names[topic][language] = terms
    return dict(names)


class _Counts:
    """The terms of one language: how often in each topic, in how many of its documents, and the forms they have."""

    def __init__(self) -> None:
        self._documents: Counter[int] = Counter()
        self._terms: dict[int, Counter[str]] = defaultdict(Counter)
        self._spread: dict[int, Counter[str]] = defaultdict(Counter)
        self._forms: dict[str, Counter[str]] = defaultdict(Counter)

    def add(self, one: Text) -> None:
        """Count a document: each term once, and more if the title has it."""
        stopped = _STOPPED.get(one.language, frozenset())
        found: dict[str, int] = {}
        for text, counts in ((one.title, _TITLE_COUNTS), (one.text[:_MAX_CHARACTERS], 1)):
            for form, term in pair_words(text, language=one.language):
                if len(term) > 1 and form not in stopped:
                    found.setdefault(term, counts)
                    self._forms[term][form] += 1
        self._terms[one.topic].update(found)
        self._spread[one.topic].update(found.keys())
        self._documents[one.topic] += 1

    def weigh(self) -> dict[int, tuple[Term, ...]]:
        """The best terms of each topic of enough documents."""
        totals: Counter[str] = Counter()
        for counted in self._terms.values():
            totals.update(counted)
        average = sum(totals.values()) / max(1, len(self._terms))
        names: dict[int, tuple[Term, ...]] = {}
        for topic, counted in self._terms.items():
            if self._documents[topic] < MIN_LANGUAGE_DOCUMENTS:
                continue
            whole = sum(counted.values())
            weights = {
                term: count / whole * math.log1p(average / totals[term])
                for term, count in counted.items()
                if self._spread[topic][term] >= _MIN_TERM_DOCUMENTS
            }
            best = sorted(weights, key=lambda term: (-weights[term], term))[:TERMS]
            names[topic] = tuple(Term(self._find_form(term), weights[term]) for term in best)
        return {topic: terms for topic, terms in names.items() if terms}

    def _find_form(self, term: str) -> str:
        forms = self._forms[term]
        return min(forms, key=lambda form: (-forms[form], form))
