"""What may be called: the internet, and what IT named; looked up once, and the very address that was allowed."""

from __future__ import annotations

import ipaddress
import socket
import threading
import time

import pytest

from states import reaching
from states.reaching import Door, Unfit, Unreachable, is_of_internet
from tests import receiver as receivers
from tests.receiver import NAME, drips, floods, hangs, receiver

INNER = [
    "0.0.0.0", "10.0.0.1", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.255.255.254", "169.254.169.254",
    "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1",
    "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "168.63.129.16",
    "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "64:ff9b::7f00:1", "64:ff9b::808:808",
    "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::", "2002:808:808::1", "3fff::1", "fc00::1",
    "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "5f00::1",
]  # fmt: skip


@pytest.mark.parametrize("address", INNER)
def test_no_inner_address_is_one_of_the_internet(address: str) -> None:
    assert not is_of_internet(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "203.162.4.191", "2001:4860:4860::8888", "2405:4800::1"])
def test_those_of_the_internet_are(address: str) -> None:
    assert is_of_internet(ipaddress.ip_address(address))


SPELLINGS = [
    "https://127.0.0.1/", "https://localhost/", "https://LOCALHOST/", "https://localhost.localdomain/",
    "https://127.1/", "https://127.0.1/", "https://2130706433/", "https://0x7f000001/", "https://0x7f.0.0.1/",
    "https://0177.0.0.1/", "https://017700000001/", "https://127.0.0.01/", "https://127.0.0.1./", "https://0/",
    "https://[::1]/", "https://[0:0:0:0:0:0:0:1]/", "https://[::ffff:127.0.0.1]/", "https://[::ffff:7f00:1]/",
    "https://[::127.0.0.1]/", "https://[fe80::1%25eth0]/", "https://[fd00:ec2::254]/", "https://[64:ff9b::7f00:1]/",
    "https://[2002:7f00:1::]/", "https://169.254.169.254/latest/meta-data/", "https://0xa9fea9fe/",
    "https://2852039166/", "https://10.0.0.1/", "https://192.168.1.1/", "https://172.16.0.1/", "https://100.64.0.1/",
    "https://224.0.0.1/", "https://168.63.129.16/", "https://①②⑦.⓪.⓪.①/", "https://127。0。0。1/",
    "https://a@8.8.8.8/", "https://8.8.8.8:a@127.0.0.1/", "https://8.8.8.8\\@127.0.0.1/", "https://8.8.8.8#@127.0.0.1/",
    "http://8.8.8.8/", "https://8.8.8.8:22/", "https://8.8.8.8:0/", "https://8.8.8.8:99999/", "https:///x", "https://",
    "file:///etc/passwd", "gopher://8.8.8.8/", "https://8.8.8.8/\r\nX: y", "https://8.8.8.8/ x", "", "x",
    "https://may-chu/", "https://a_b.example/", "https://%31%32%37.0.0.1/", "https://" + "a" * 1000 + ".vn/",
]  # fmt: skip


@pytest.mark.parametrize("url", SPELLINGS)
def test_no_spelling_of_what_is_not_called_is_called(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither looked at nor brought: nothing is even connected to."""
    monkeypatch.setattr(socket, "create_connection", lambda *_: pytest.fail("connected"))
    with pytest.raises(Unfit):
        Door().look(url)
    with pytest.raises((Unfit, Unreachable)):
        Door().post(url, b"", {})


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f000001", "0177.0.0.1", "127.0.0.01", "[0:0:0:0:0:0:0:1]"])
def test_an_odd_spelling_is_refused_even_of_an_address_that_is_named(host: str) -> None:
    named = Door((receivers.LOOPBACK, ipaddress.ip_network("::1")))
    with pytest.raises(Unfit) as unfit:
        named.look(f"https://{host}/")
    assert unfit.value.reasons[0].key == "reach.bad_address"


@pytest.mark.parametrize("address", INNER)
def test_a_name_that_stands_for_one_inner_address_among_others_is_not_called(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", _tells("8.8.8.8", address))
    monkeypatch.setattr(socket, "create_connection", lambda *_: pytest.fail("connected"))
    with pytest.raises(Unfit) as unfit:
        Door().look("https://nhan.example/")
    assert unfit.value.reasons[0].key == "reach.inner"
    with pytest.raises(Unreachable, match="inner"):
        Door().post("https://nhan.example/", b"", {})


def _tells(*addresses: str):
    return lambda _host, port, **_: [(2, 1, 6, "", (address, port)) for address in addresses]


def test_a_name_is_asked_once_for_each_call_and_its_answer_is_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """A resolver that says another address a moment later leads nowhere else (DNS rebinding)."""
    real, asked = socket.getaddrinfo, []

    def rebinding(host: str, port: int, *rest: object, **more: object) -> object:
        if host != NAME:
            return real(host, port, *rest, **more)  # type: ignore[arg-type]
        asked.append(host)
        return [(2, 1, 6, "", ("127.0.0.1" if len(asked) == 1 else "127.0.0.9", port))]

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    with receiver() as told:
        answer = told.door.post(f"https://{NAME}:{told.port}/a?b=c", b"words", {"X-A": "b"})
    assert answer.status == 204
    assert asked == [NAME]
    [got] = told.got
    assert (got.path, got.body, got.headers["Host"]) == ("/a?b=c", b"words", f"{NAME}:{told.port}")


def test_what_was_allowed_when_it_was_typed_is_looked_at_again_when_it_is_called(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", _tells("8.8.8.8"))
    Door().look("https://nhan.example/")
    monkeypatch.setattr(socket, "getaddrinfo", _tells("169.254.169.254"))
    with pytest.raises(Unreachable, match="inner"):
        Door().post("https://nhan.example/", b"", {})


def test_an_inner_system_is_reached_where_its_network_and_port_are_named() -> None:
    with receiver() as told:
        with pytest.raises(Unfit):
            Door(ports=(told.port,), trust=receivers.keys().root).look(told.address)
        with pytest.raises(Unfit):
            Door((receivers.LOOPBACK,)).look(told.address)
        told.door.look(told.address)
        assert told.door.post(told.address, b"", {}).status == 204


def test_whoever_cannot_prove_the_name_is_told_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with receiver() as told:
        for door, name in (
            (Door((receivers.LOOPBACK,), (told.port,)), "127.0.0.1"),  # an authority nobody trusts
            (told.door, "khac.so.example"),  # another name
        ):
            monkeypatch.setattr(reaching, "looked_up", lambda *_: ["127.0.0.1"])
            with pytest.raises(Unreachable, match="certificate"):
                door.post(f"https://{name}:{told.port}/", b"secret", {})
        assert told.got == []


def test_a_redirect_is_an_answer_and_followed_nowhere() -> None:
    with receiver() as told, receiver() as other:
        told.answers, told.location = [307], other.address
        assert told.door.post(told.address, b"x", {}).status == 307
        assert other.got == []


def test_no_proxy_of_the_environment_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with receiver() as told:
        assert told.door.post(told.address, b"x", {}).status == 204


@pytest.mark.parametrize("answer", [drips, hangs])
def test_whoever_answers_in_drops_or_not_at_all_is_left(answer) -> None:
    with receiver() as told:
        told.answers = [answer]
        began = time.monotonic()
        with pytest.raises(Unreachable, match="slow"):
            told.door.post(told.address, b"x", {}, seconds=0.4)
        assert time.monotonic() - began < 3


def test_of_an_answer_without_end_no_more_is_read_than_its_first_words() -> None:
    with receiver() as told:
        told.answers = [floods]
        answer = told.door.post(told.address, b"x", {})
    assert answer.status == 200
    assert len(answer.words) <= reaching.MOST_READ


def test_who_is_away_or_has_no_name_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    with receiver() as told:
        pass
    with pytest.raises(Unreachable, match="no_connection"):
        told.door.post(told.address, b"x", {})
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [])
    with pytest.raises(Unreachable, match="no_name"):
        Door().post("https://nhan.example/", b"x", {})


def test_a_resolver_that_is_silent_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, over = threading.Event(), threading.Event()

    def silent(*_: object, **__: object) -> list[object]:
        asked.set()
        over.wait(10)
        return []

    monkeypatch.setattr(reaching, "LOOKUP", 0.1)
    monkeypatch.setattr(socket, "getaddrinfo", silent)
    began = time.monotonic()
    with pytest.raises(Unreachable, match="no_name"):
        Door().post("https://nhan.example/", b"x", {})
    assert asked.is_set()
    assert time.monotonic() - began < 5
    over.set()
