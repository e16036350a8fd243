"""A system that is told: HTTPS on this machine with an authority of its own, which answers as a test wants it to."""

from __future__ import annotations

import base64
import contextlib
import hmac
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from states.reaching import Door

NAME = "nhan.so.example"
LOOPBACK = ipaddress.ip_network("127.0.0.0/8")


@dataclass(frozen=True)
class Keys:
    """An authority's certificate, and a server's with its key; all PEM."""

    root: str
    server: str


@cache
def keys(name: str = NAME) -> Keys:
    """An authority that vouches for one name and for this machine."""
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    names = [x509.DNSName(name), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    root = _certificate("CA thử", "CA thử", root_key, root_key, x509.BasicConstraints(True, None), [])
    mine = _certificate(name, "CA thử", key, root_key, x509.BasicConstraints(False, None), names)
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    pem = [one.public_bytes(serialization.Encoding.PEM).decode() for one in (root, mine)]
    return Keys(pem[0], pem[1] + secret)


def _certificate(
    subject: str, issuer: str, key: ec.EllipticCurvePrivateKey, by: ec.EllipticCurvePrivateKey,
    basic: x509.BasicConstraints, names: Sequence[x509.GeneralName],
) -> x509.Certificate:  # fmt: skip
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(basic, critical=True)
    )
    if names:
        made = made.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return made.sign(by, hashes.SHA256())


@dataclass(frozen=True)
class Got:
    """What came in, and what it was answered; 0: nothing that a sender could count on."""

    path: str
    headers: dict[str, str]
    body: bytes
    answer: int = 0

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]


@dataclass
class Receiver:
    """What came in, and what it answers: a status, or a function that is given the connection; the last for ever."""

    port: int = 0
    answers: list[int | Callable[[socket.socket], None]] = field(default_factory=lambda: [204])
    got: list[Got] = field(default_factory=list)
    location: str = ""
    pause: float = 0.0  # seconds before each answer

    @property
    def address(self) -> str:
        return f"https://127.0.0.1:{self.port}/neu-guong"

    @property
    def door(self) -> Door:
        """What an installation says that wants to reach it."""
        return Door((LOOPBACK,), (443, self.port), keys().root)


@contextmanager
def receiver(pem: str = "", port: int = 0, *, got: list[Got] | None = None) -> Iterator[Receiver]:
    """Listens until the end; `got`: what came in before, so that one comes back as who it was."""
    state = Receiver(got=[] if got is None else got)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            body = self.rfile.read(length)
            if len(body) < length:
                return  # whoever told it died over it
            answer = state.answers.pop(0) if len(state.answers) > 1 else state.answers[0]
            said = 0 if callable(answer) else answer
            state.got.append(Got(self.path, dict(self.headers), body, said))
            time.sleep(state.pause)
            if callable(answer):
                answer(self.connection)
                self.close_connection = True
                return
            self.send_response(answer)
            if state.location:
                self.send_header("Location", state.location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """Whoever hangs up is no finding."""

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "server.pem"
        path.write_text(pem or keys().server)
        context.load_cert_chain(path)
    server = Server(("127.0.0.1", port), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    state.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def drips(connection: socket.socket) -> None:
    """A byte now and then, for ever: each of them in time."""
    try:
        for sign in b"HTTP/1.1 200 OK\r\nX-Long: " + b"a" * 10_000:
            connection.sendall(bytes([sign]))
            time.sleep(0.05)
    except OSError:
        pass


def floods(connection: socket.socket) -> None:
    """An answer without end."""
    try:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n")
        while True:
            connection.sendall(b"x" * 65_536)
    except OSError:
        pass


def cuts(connection: socket.socket) -> None:
    """Hangs up after all was read."""
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


def hangs(connection: socket.socket) -> None:
    """Nothing at all."""
    time.sleep(5)


# The example of the guide: all that a receiver needs.
def is_ours(secret: str, headers: dict[str, str], body: bytes, *, now: float | None = None) -> bool:
    """Whether a telling is from us, and of the last five minutes."""
    ident, at = headers["webhook-id"], headers["webhook-timestamp"]
    if abs((time.time() if now is None else now) - int(at)) > 300:
        return False
    key = base64.b64decode(secret.removeprefix("whsec_"))
    wanted = base64.b64encode(hmac.digest(key, f"{ident}.{at}.".encode() + body, "sha256"))
    given = [one[3:].encode() for one in headers["webhook-signature"].split() if one.startswith("v1,")]
    return any(hmac.compare_digest(wanted, one) for one in given)
