"""What a JSON format is: how an object of it is recognized, and which of its properties fill a document."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ingestion.sources.parts import drop_empty, get_short
from ingestion.sources.port import Rejection, SourceRow
from ingestion.sources.validation import clip, make_row, reject
from milvus import Kind

Content = Mapping[str, Any]

# Under which names wrappers and exports add the company to vacancies of formats that do not hold it.
COMPANY_NAMES = ("companyName", "company_name", "company", "organizationName", "organization_name", "organization")
_MAX_IGNORED = 50


def find_company(content: Content, *, but: frozenset[str] = frozenset()) -> str | None:
    """The company that an object names, by any of COMPANY_NAMES but those."""
    return next((text for name in COMPANY_NAMES if name not in but and (text := get_short(content, name))), None)


def _read_everything(_: Content) -> Iterable[str]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One JSON format. `key` is its name in commands; `name` comes with its article, as in "is a JobPosting".

    `read_fields` gives the fields of the document of an object; a file that is this one object has its id beside it,
    for objects that bring none. `properties` are the names that it reads; `find_unread` names what it left within
    them.
    """

    key: str
    name: str
    kind: Kind
    recognizes: Callable[[Content], bool]
    read_fields: Callable[[Content, str | None], dict[str, Any]]
    properties: frozenset[str]
    find_unread: Callable[[Content], Iterable[str]] = _read_everything

    def read(
        self,
        content: Content,
        location: str,
        *,
        name: str | None = None,
        asked: Kind | None = None,
        raw: str,
        company: str | None = None,
    ) -> SourceRow | Rejection:
        """The document of an object. `raw` is its JSON text; `company` is whose board it was on, if that says it."""
        if asked not in (None, self.kind):
            return reject(location, f"is {self.name}, and {asked} were asked for", kind=asked, raw=raw)
        try:
            fields = drop_empty(self.read_fields(content, name))
        except RecursionError:
            return reject(location, "nested too deeply", kind=self.kind, raw=raw)
        if self.kind is Kind.VACANCIES and "company" not in fields:
            fields["company"] = find_company(content, but=self.properties) or company
        ignored = self._name_ignored(content)
        return make_row(fields, kind=self.kind, location=location, raw=raw, ignored=ignored)

    def _name_ignored(self, content: Content) -> tuple[str, ...]:
        known = self.properties | (set(COMPANY_NAMES) if self.kind is Kind.VACANCIES else set())
        unread = [name for name in drop_empty(content) if name not in known and not name.startswith("@")]
        return tuple(clip(name, 100) for name in (*unread, *self.find_unread(content)))[:_MAX_IGNORED]
