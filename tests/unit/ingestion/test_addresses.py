"""Which URLs and addresses may be fetched from."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.addresses import check_addresses, parse_url, show_url
from ingestion.errors import FetchRefused


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.com/a",
        "file:///etc/passwd",
        "gopher://example.com/",
        "example.com/jobs.json",
        "http://",
        "http:///path",
        "http://user:secret@example.com/",
        "http://user@example.com/",
        "http://example.com:0/",
        "http://example.com:99999/",
        "http://exa mple.com/",
        "http://example.com\\@127.0.0.1/",
        "http://example.com/\r\nX-Header: 1",
        "http://[::1",
        "http://[fe80::1%25eth0]/",
        "http://" + "a" * 300 + "/",
        "http://example.com/" + "a" * 3000,
    ],
)
def test_url_of_another_form_is_refused(url: str) -> None:
    with pytest.raises(FetchRefused) as refusal:
        parse_url(url)
    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize(
    "host", ["2130706433", "0x7f000001", "0x7f.1", "127.1", "0177.0.0.1", "127.0.0.1.", "1.2.3.4.5", "１２７.1"]
)
def test_address_in_an_unusual_notation_is_refused(host: str) -> None:
    with pytest.raises(FetchRefused, match="usual notation"):
        parse_url(f"http://{host}/")


def test_url_is_taken_apart_and_encoded() -> None:
    target = parse_url("https://bücher.example:8443/ä%20b?q=ö#part")
    assert (target.host, target.port, target.authority) == (
        "xn--bcher-kva.example",
        8443,
        "xn--bcher-kva.example:8443",
    )
    assert target.target == "/%C3%A4%20b?q=%C3%B6"
    assert parse_url("http://[::ffff:1.2.3.4]").authority == "[::ffff:102:304]"


def test_shown_url_holds_no_secret() -> None:
    assert show_url("https://me:secret@example.com/a?token=secret#secret") == "https://example.com/a?..."


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "100.100.100.200",
        "192.0.0.8",
        "198.18.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::1",
        "fc00::1",
        "fec0::1",
        "2001:db8::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2001:0:4136:e378:8000:63bf:80ff:fffe",
    ],
)
def test_private_address_is_refused_unless_allowed(address: str) -> None:
    with pytest.raises(FetchRefused, match="COUNTERPART_ALLOW_PRIVATE_SOURCES"):
        check_addresses([address], allow_private=False)
    check_addresses([address], allow_private=True)


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254",
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "fe80::1",
        "fe80::1%eth0",
        "fd00:ec2::254",
        "168.63.129.16",
        "0.0.0.0",
        "::",
        "224.0.0.1",
        "ff02::1",
    ],
)
def test_metadata_and_nobodys_addresses_are_always_refused(address: str) -> None:
    with pytest.raises(FetchRefused, match="never"):
        check_addresses([address], allow_private=True)


def test_one_private_address_among_public_ones_is_refused() -> None:
    check_addresses(["93.184.215.14", "2606:2800:21f:cb07::1"], allow_private=False)
    with pytest.raises(FetchRefused, match=r"10\.0\.0\.1"):
        check_addresses(["93.184.215.14", "10.0.0.1"], allow_private=False)


@given(st.text(max_size=200))
def test_any_text_is_parsed_or_refused(text: str) -> None:
    for url in (text, f"http://{text}", f"http://example.com/{text}"):
        with suppress(FetchRefused):
            assert parse_url(url).target.isascii()
