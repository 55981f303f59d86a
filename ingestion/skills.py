"""Canonical skills: reads the packaged taxonomy, finds its skills in free text and normalizes listed ones.

The taxonomy is `taxonomy/skills.tsv`, UTF-8, tab-separated, with the header `name group aliases ambiguous`:
`name` is the canonical English spelling, `group` a slug of a trade, `aliases` are spellings in English, Russian and
Spanish joined by `|`, and `ambiguous` is `yes` where the name alone says too little ("Go", "C"). An alias that ends
in `?` is ambiguous in the same way. Ambiguous spellings count in free text only inside a list of skills or beside a
telling word.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from ingestion.errors import SettingsError
from ingestion.mentions import Mention, Tokens, fold, joins, settle_mentions, tokenize

_PACKAGED_FILE = Path(__file__).parent / "taxonomy" / "skills.tsv"
_COLUMNS = ["name", "group", "aliases", "ambiguous"]
_MAX_LISTED_LENGTH = 100

_LISTED_SEPARATOR = re.compile(r"[,;•●▪|\n\r]")
# Control characters, and lone surrogates, which no UTF-8 text can carry.
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_LISTED_EDGES = " \t.,;:-–—*·"


@dataclass(frozen=True, slots=True)
class Skill:
    """One canonical skill as its row states it; an alias that ends in `?` is ambiguous."""

    name: str
    group: str
    aliases: tuple[str, ...] = ()
    ambiguous: bool = False

    def spellings(self) -> Iterator[tuple[str, bool]]:
        """Every spelling with its ambiguity, the canonical name first."""
        yield self.name, self.ambiguous
        for alias in self.aliases:
            yield alias.removesuffix("?"), alias.endswith("?")


@dataclass(slots=True)
class _Node:
    """A step in the tree of token keys; `name` is set where a spelling ends."""

    children: "dict[str, _Node]" = field(default_factory=dict)
    name: str | None = None
    ambiguous: bool = False


class Taxonomy:
    """Canonical skills with their spellings, ready to match. Immutable once built, so threads may share it."""

    def __init__(self, skills: Iterable[Skill]) -> None:
        """Raises SettingsError where two skills share a name or a spelling, or a spelling has no letter or digit."""
        self._skills: dict[str, Skill] = {}
        self._root = _Node()
        self._closed: dict[str, str] = {}
        for skill in skills:
            if skill.name in self._skills:
                raise SettingsError(f"skill {skill.name!r} stands twice")
            self._skills[skill.name] = skill
            for spelling, ambiguous in skill.spellings():
                self._add(spelling, skill.name, ambiguous)
        self._add_closed_spellings()

    @property
    def skills(self) -> Mapping[str, Skill]:
        """The skills by canonical name, in the order of the file."""
        return dict(self._skills)

    def canonical(self, name: str) -> str | None:
        """The canonical name of one spelling, whatever its case, hyphens, spaces, accents or plural; else None."""
        tokens = tokenize(name)
        node: _Node | None = self._root
        for keys in tokens.keys:
            node = _descend(node, keys) if node else None
        if node and node.name:
            return node.name
        return self._closed.get("".join(first for first, _ in tokens.keys))

    def find(self, text: str) -> tuple[str, ...]:
        """The canonical skills that a text names, each once, in the order of first appearance.

        Of spellings that overlap the longest wins.
        """
        tokens = tokenize(text)
        finds = list(self._walk(tokens))
        settled = settle_mentions(tokens, finds)
        return tuple(dict.fromkeys(found.name for found, counts in zip(finds, settled, strict=True) if counts))

    def _walk(self, tokens: Tokens) -> Iterator[Mention]:
        """The longest spelling at each place, left to right, without overlaps."""
        roots = self._root.children
        keys = tokens.keys
        position = 0
        while position < len(keys):
            first, second = keys[position]
            found = None
            if first in roots or second in roots:
                found = self._match(tokens, position)
            if found:
                yield found
                position = found.end
            else:
                position += 1

    def _match(self, tokens: Tokens, start: int) -> Mention | None:
        """The longest spelling from one token on; an ambiguous one only exactly as spelled ("Chef" is not "chefs")."""
        node = _descend(self._root, tokens.keys[start])
        exact = tokens.keys[start][0] in self._root.children
        found = None
        end = start + 1
        while node:
            if node.name and (exact or not node.ambiguous):
                found = Mention(start, end, node.name, node.ambiguous)
            if end == len(tokens.keys) or not node.children or not joins(tokens, end):
                break
            exact = exact and tokens.keys[end][0] in node.children
            node = _descend(node, tokens.keys[end])
            end += 1
        return found

    def _add(self, spelling: str, name: str, ambiguous: bool) -> None:
        keys = [first for first, _ in tokenize(spelling).keys]
        if not keys:
            raise SettingsError(f"skill {name!r}: the spelling {spelling!r} has no letter or digit")
        node = self._root
        for key in keys:
            node = node.children.setdefault(key, _Node())
        if node.name not in (None, name):
            raise SettingsError(f"skill {name!r}: the spelling {spelling!r} belongs to {node.name!r} already")
        # Two inflections of one name share a node: it is ambiguous only if each of them is.
        node.ambiguous = ambiguous and (node.name is None or node.ambiguous)
        node.name = name

    def _add_closed_spellings(self) -> None:
        """Lets "e-commerce" meet "ecommerce" and "Node.js" "nodejs", where no other skill is spelled so."""
        for skill in self._skills.values():
            for spelling, ambiguous in skill.spellings():
                tokens = tokenize(spelling)
                closed = "".join(first for first, _ in tokens.keys)
                if len(tokens.keys) == 1 or self._closed.setdefault(closed, skill.name) != skill.name:
                    continue
                if all(gap in ("-", ".") for gap in tokens.gaps[1:-1]) and closed not in self._root.children:
                    self._add("".join(tokens.words), skill.name, ambiguous)


def _descend(node: _Node, keys: tuple[str, str]) -> _Node | None:
    return node.children.get(keys[0]) or node.children.get(keys[1])


def load_taxonomy(path: Path | None = None) -> Taxonomy:
    """Reads a taxonomy file; without a path the packaged one, which is read once. Raises SettingsError."""
    return _load_packaged() if path is None else _read_taxonomy(path)


@lru_cache(maxsize=1)
def _load_packaged() -> Taxonomy:
    return _read_taxonomy(_PACKAGED_FILE)


def _read_taxonomy(path: Path) -> Taxonomy:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise SettingsError(f"{path}: {error}") from error
    if not rows or rows[0] != _COLUMNS:
        raise SettingsError(f"{path}: line 1 must be the header {' '.join(_COLUMNS)}, separated by tabs")
    skills = [_read_skill(row, f"{path}: line {number}") for number, row in enumerate(rows[1:], start=2)]
    try:
        return Taxonomy(skills)
    except SettingsError as error:
        raise SettingsError(f"{path}: {error}") from error


def _read_skill(row: Sequence[str], place: str) -> Skill:
    if len(row) != len(_COLUMNS):
        raise SettingsError(f"{place}: {len(row)} columns instead of {len(_COLUMNS)}")
    name, group, aliases, ambiguous = row
    if not name or not group:
        raise SettingsError(f"{place}: name and group must not be empty")
    if ambiguous not in ("", "yes"):
        raise SettingsError(f"{place}: ambiguous must be empty or yes, not {ambiguous!r}")
    return Skill(name, group, tuple(aliases.split("|")) if aliases else (), ambiguous == "yes")


def normalize_skills(
    listed: Sequence[str], text: str | None = None, *, taxonomy: Taxonomy, limit: int = 200
) -> tuple[str, ...]:
    """The listed skills and then those found in the text, each once, at most `limit`.

    A listed skill gets its canonical name where the taxonomy knows it and otherwise stays as written, cut to 100
    characters; an entry that is a list itself is split. Entries without a letter or digit are dropped.
    """
    written = (part for entry in listed for part in _split_entry(entry, taxonomy))
    named = (taxonomy.canonical(part) or part for part in written)
    names: dict[str, str] = {}
    for name in (*named, *(taxonomy.find(text) if text else ())):
        names.setdefault(_dedupe_key(name), name)
    names.pop("", None)
    return tuple(names.values())[:limit]


def _split_entry(entry: str, taxonomy: Taxonomy) -> Iterator[str]:
    """The parts of a listed entry; a slash parts it only between known skills ("HTML/CSS", not "24/7")."""
    for part in map(_clean, _LISTED_SEPARATOR.split(entry)):
        pieces = [_clean(piece) for piece in part.split("/")]
        if taxonomy.canonical(part) is None and all(taxonomy.canonical(piece) for piece in pieces):
            yield from pieces
        else:
            yield part


def _clean(entry: str) -> str:
    printable = " ".join(_UNPRINTABLE.sub(" ", entry).split())
    bare = printable.strip(_LISTED_EDGES)
    # ".NET" is a name, not an entry with a stray dot.
    if bare.casefold().startswith("net") and f".{bare}" in printable:
        bare = f".{bare}"
    return bare[:_MAX_LISTED_LENGTH].rstrip()


def _dedupe_key(name: str) -> str:
    return "".join(fold(word) for word in tokenize(name).words)
