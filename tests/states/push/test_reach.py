"""Where pushes may go: known servers of the internet; an inner address only where the installation named it whole."""

from __future__ import annotations

import socket

import pytest

from states.push.reach import SERVERS, Reach, Unreachable
from tests.states.push.browser import push_server

KNOWN = Reach(SERVERS)


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://fcm.googleapis.com/fcm/send/abc:def", "https://updates.push.services.mozilla.com/wpush/v2/x",
        "https://db5p.notify.windows.com/w/?token=x", "https://web.push.apple.com/QF",
        "https://fcm.googleapis.com:443/x",
    ],
)  # fmt: skip
def test_the_browsers_servers_may_be_called(endpoint: str) -> None:
    assert KNOWN.may_call(endpoint)


@pytest.mark.parametrize(
    "endpoint",
    [
        "", "x", "http://fcm.googleapis.com/x", "https://127.0.0.1/x", "https://169.254.169.254/latest/meta-data",
        "https://fcm.googleapis.com.evil.example/x", "https://evilfcm.googleapis.com/x", "https://notify.windows.com/x",
        "https://fcm.googleapis.com:8443/x", "https://user@fcm.googleapis.com/x", "https://fcm.googleapis.com@evil/x",
        "https://fcm.googleapis.com/x#y", "https://fcm.googleapis.com/x y", "https://fcm.googleapis.com/\r\nx",
        "file:///etc/passwd", "https://fcm.googleapis.com:x/", "https://" + "a" * 1000 + ".push.apple.com/",
        "https://xn--fcm.googleapis.com\\@evil.example/",
    ],
)  # fmt: skip
def test_nothing_else_may(endpoint: str) -> None:
    assert not KNOWN.may_call(endpoint)
    with pytest.raises(Unreachable):
        KNOWN.post(endpoint, b"", {})


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.1", "192.168.1.1", "169.254.169.254", "::1", "fd00::1", "::ffff:127.0.0.1", "0.0.0.0"],
)
def test_a_known_name_that_stands_for_an_inner_address_is_not_called(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    def told(host: str, port: int, **_: object) -> list[object]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("142.250.0.1", port)),
                (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]  # fmt: skip

    monkeypatch.setattr(socket, "getaddrinfo", told)
    with pytest.raises(Unreachable, match="inner network"):
        KNOWN.post("https://fcm.googleapis.com/x", b"", {})


def test_the_name_is_asked_once_and_its_answer_is_what_is_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that is somewhere else a moment later leads nowhere else."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def told(host: str, *rest: object, **more: object) -> object:
        asked.append(host)
        return real("127.0.0.1" if host == "push.so.example" else host, *rest, **more)  # type: ignore[arg-type]

    with push_server() as server:
        origin = server.origin.replace("127.0.0.1", "push.so.example")
        monkeypatch.setattr(socket, "getaddrinfo", told)
        assert Reach([origin]).post(f"{origin}/a?b=c", b"words", {"TTL": "1"}) == 201
    [(path, headers, body)] = server.got
    assert (path, body, headers["Host"]) == ("/a?b=c", b"words", origin.partition("://")[2])
    assert asked.count("push.so.example") == 1


def test_an_inner_server_is_called_where_its_whole_origin_is_named_and_no_redirect_is_followed() -> None:
    with push_server() as server, push_server() as other:
        server.answers, server.location = [307], f"{other.origin}/stolen"
        assert not KNOWN.may_call(f"{server.origin}/x")
        assert Reach([server.origin]).post(f"{server.origin}/x", b"", {}) == 307
        assert other.got == []
    with pytest.raises(Unreachable):
        Reach([server.origin]).post(f"{server.origin}/x", b"", {})
