"""Which URLs may be fetched: http and https to public addresses, so that no source can reach into our own network."""

import ipaddress
import re
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, quote, urlsplit

from ingestion.errors import FetchRefused

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Sequence[str]]

_PORTS = {"http": 80, "https": 443}
_MAX_URL = 2_000
# "2130706433", "0x7f.1", "127.1": a host whose last label is a number is an IPv4 address in some notation.
_NUMERIC_HOST = re.compile(r"(?:.*\.)?(?:\d+|0[xX][0-9a-fA-F]*)\.?")
_HOST_NAME = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]{0,251}[a-z0-9_])?\.?")
_CONTROL = re.compile(r"[\x00-\x20\x7f\\]")
# Answers with an instance's credentials, from an address that is public by its number.
_METADATA = frozenset({ipaddress.ip_address("168.63.129.16"), ipaddress.ip_address("fd00:ec2::254")})
# Not one host's, though Python of before 2024 calls most of it global.
_PROTOCOLS = ipaddress.ip_network("192.0.0.0/24")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


@dataclass(frozen=True, slots=True)
class Target:
    """A URL that was checked: `target` is path and query as they go over the wire, `shown` is for messages."""

    scheme: str
    host: str
    port: int
    target: str
    shown: str

    @property
    def authority(self) -> str:
        """What the Host header says."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


def show_url(url: str) -> str:
    """A URL for messages, without user, password, query and fragment, any of which may hold a secret."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "the URL"
    query = "?..." if parts.query else ""
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}{query}"[:300]


def parse_url(url: str) -> Target:
    """Check the form of a URL. Raises FetchRefused; names are resolved and addresses checked by `resolve_host`."""
    shown = show_url(url)
    if len(url) > _MAX_URL:
        raise FetchRefused(f"{shown}: is longer than {_MAX_URL} characters")
    if _CONTROL.search(url):
        raise FetchRefused(f"{shown}: contains white space, a backslash or a control character")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise FetchRefused(f"{shown}: is not a URL ({error})") from None
    if parts.scheme not in _PORTS:
        raise FetchRefused(f"{shown}: only http and https are fetched")
    if "@" in parts.netloc:
        raise FetchRefused(f"{shown}: a URL with a user name or password is not fetched")
    if port == 0:
        raise FetchRefused(f"{shown}: port 0 cannot be connected to")
    target = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    if parts.query:
        target += "?" + quote(parts.query, safe="/?%:@!$&'()*+,;=~-._")
    return Target(parts.scheme, _read_host(parts, shown), port or _PORTS[parts.scheme], target, shown)


def _read_host(parts: SplitResult, shown: str) -> str:
    host = parts.hostname or ""
    if not host:
        raise FetchRefused(f"{shown}: names no host")
    if ":" in host or _NUMERIC_HOST.fullmatch(host):
        try:
            return str(ipaddress.ip_address(host if "%" not in host else ""))
        except ValueError:
            raise FetchRefused(f"{shown}: the host is not an IP address in its usual notation") from None
    try:
        name = host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError:
        name = ""
    if not _HOST_NAME.fullmatch(name):
        raise FetchRefused(f"{shown}: the host is not a name that can be resolved")
    if _NUMERIC_HOST.fullmatch(name):
        # Full-width digits become plain ones on the way to the resolver.
        raise FetchRefused(f"{shown}: the host is not an IP address in its usual notation")
    return name


def resolve_host(host: str, port: int) -> Sequence[str]:
    """The addresses of a host name, as the system resolves it. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def check_addresses(addresses: Sequence[str], *, allow_private: bool) -> None:
    """Raise FetchRefused where any of a host's addresses may not be connected to; it names no URL.

    Metadata services, other link-local addresses and those that are no one host's are refused with `allow_private` too.
    """
    for text in addresses:
        address = _unwrap(ipaddress.ip_address(text.partition("%")[0]))
        if address in _METADATA or address.is_link_local or address.is_multicast or address.is_unspecified:
            raise FetchRefused(f"{text} is an address that is never fetched from")
        if not (allow_private or _is_public(address)):
            raise FetchRefused(
                f"{text} is an address of a private network; COUNTERPART_ALLOW_PRIVATE_SOURCES=true allows those"
            )


def _is_public(address: Address) -> bool:
    local = address.is_private or address.is_reserved or address in _PROTOCOLS
    return address.is_global and not local and not (address.version == 6 and address.is_site_local)


def _unwrap(address: Address) -> Address:
    """The IPv4 address that an IPv6 address leads to, where it is one of the kinds that do."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    embedded = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
    if embedded is None and address in _NAT64:
        embedded = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if embedded is None and int(address) >> 32 == 0 and int(address) > 1:
        embedded = ipaddress.IPv4Address(int(address))  # "::127.0.0.1", IPv4-compatible, long out of use
    return embedded or address
