"""The forms in which values are compared that are spelled in many ways, or stand in lists."""

from collections.abc import Iterable
from hashlib import blake2b

from milvus.languages import list_satisfied


def company_key(company: str) -> str:
    """The form in which company names are compared: casefolded, whitespace collapsed."""
    return " ".join(company.casefold().split())


def terms_key(terms: Iterable[str]) -> str:
    """A text by which a list of terms can be searched with `like`: a 64-bit hash of each term, between bars.

    Hashes, so that no term's own characters mean anything to `like`.
    """
    return "|" + "".join(f"{hash_term(term)}|" for term in terms)


def languages_key(languages: Iterable[str]) -> str:
    """As `terms_key`, of everything that may be asked for and that one of the languages satisfies."""
    return terms_key(dict.fromkeys(term for written in languages for term in list_satisfied(written)))


def hash_term(term: str) -> str:
    """What stands for a term in `terms_key`."""
    return blake2b(term.encode(), digest_size=8).hexdigest()
