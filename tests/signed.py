"""Signed papers for tests: an authority, a signer's certificate, a PDF signed with it, and what may become of one."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

import typst
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko_certvalidator.registry import SimpleCertificateStore

SIGNER, HOUSE = "Nguyễn Quốc Trung", "Sở Thông tin và Truyền thông"


@dataclass(frozen=True)
class Authority:
    """A root, and one signer it vouches for."""

    root: str  # PEM
    signer: signers.SimpleSigner


@cache
def authority(name: str = "CA thử", days: int = 30) -> Authority:
    """An authority of its own; a negative number of days: the signer's certificate has ended."""
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root = _certificate(_name(name), _name(name), root_key, root_key, 3650, is_root=True)
    mine = _certificate(_name(SIGNER, HOUSE), _name(name), key, root_key, days, is_root=False)
    pem = [one.public_bytes(serialization.Encoding.PEM) for one in (root, mine)]
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    signer = signers.SimpleSigner(
        signing_cert=_loaded(pem[1]), signing_key=_loaded_key(secret), cert_registry=SimpleCertificateStore()
    )
    return Authority(pem[0].decode(), signer)


def _loaded(pem: bytes) -> object:
    from asn1crypto import pem as armour
    from asn1crypto import x509 as certificates

    return certificates.Certificate.load(armour.unarmor(pem)[2])


def _loaded_key(pem: bytes) -> object:
    from asn1crypto import keys
    from asn1crypto import pem as armour

    return keys.PrivateKeyInfo.load(armour.unarmor(pem)[2])


def _name(common: str, house: str = "") -> x509.Name:
    parts = [x509.NameAttribute(NameOID.COMMON_NAME, common)]
    return x509.Name([*parts, *([x509.NameAttribute(NameOID.ORGANIZATION_NAME, house)] if house else [])])


def _certificate(subject, issuer, key, by, days: int, *, is_root: bool) -> x509.Certificate:
    now = datetime.now(UTC)
    usage = {
        "digital_signature": not is_root, "content_commitment": not is_root, "key_encipherment": False,
        "data_encipherment": False, "key_agreement": False, "key_cert_sign": is_root, "crl_sign": is_root,
        "encipher_only": False, "decipher_only": False,
    }  # fmt: skip
    made = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=400))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=is_root, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(**usage), critical=True)
    )  # fmt: skip
    return made.sign(by, hashes.SHA256())


@cache
def plain() -> bytes:
    """A PDF nobody signed."""
    return bytes(typst.compile("= Quyết định\nCông nhận điển hình.".encode(), ignore_system_fonts=True))


def signed(by: Authority, content: bytes = b"", field: str = "Ky1") -> bytes:
    """A PDF with one more signature."""
    out = io.BytesIO()
    writer = IncrementalPdfFileWriter(io.BytesIO(content or plain()))
    fields.append_signature_field(writer, fields.SigFieldSpec(field))
    meta = signers.PdfSignatureMetadata(field_name=field, md_algorithm="sha256")
    with ThreadPoolExecutor(1) as hand:  # it runs an event loop, and a browser of this test run may have one here
        hand.submit(signers.sign_pdf, writer, meta, signer=by.signer, output=out).result()
    return out.getvalue()


def rewritten(content: bytes) -> bytes:
    """A signed PDF to which a page was added in the way that keeps the signature's own bytes."""
    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils.generic import pdf_name

    out = io.BytesIO()
    writer = IncrementalPdfFileWriter(io.BytesIO(content))
    page = writer.root["/Pages"]["/Kids"][0]
    stream = generic.StreamObject(stream_data=b"BT /F1 12 Tf (khac) Tj ET")
    page[pdf_name("/Contents")] = writer.add_object(stream)
    writer.update_container(page)
    writer.write(out)
    return out.getvalue()


def damaged(content: bytes) -> bytes:
    """One byte of what was signed is another."""
    at = content.index(b"/MediaBox") if b"/MediaBox" in content else 20
    return content[:at] + b"/MediaBoy"[: len(content[at : at + 9])] + content[at + 9 :]
