"""The confined child's part: pyHanko reads a stranger's PDF. Nothing it raises leaves; plain words do."""

from __future__ import annotations

import logging
from collections.abc import Coroutine, Iterable
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

MOST = 20  # signatures of one paper
LONGEST_NAME = 200
FORKED = (  # what the child imports, for its mother to have
    "asn1crypto.x509", "pyhanko.sign.validation.pdf_embedded", "pyhanko_certvalidator",
)  # fmt: skip


def signatures(said: Any, content: bytes) -> tuple[Any, bytes]:
    """`{signatures, problem}` of a PDF; `said`: `{roots}` as PEM."""
    from pyhanko.pdf_utils.reader import PdfFileReader

    logging.disable(logging.CRITICAL)  # its tracebacks about hostile files are nobody's reading
    try:
        roots = _certificates(said["roots"])
        found = PdfFileReader(BytesIO(content), strict=False).embedded_regular_signatures[:MOST]
        return {"signatures": [_read(one, roots) for one in found], "problem": ""}, b""
    except MemoryError:
        raise
    except Exception:
        return {"signatures": [], "problem": "unreadable"}, b""


def _certificates(roots: Iterable[str]) -> list[Any]:
    from asn1crypto import pem, x509  # type: ignore[import-untyped]

    read = (one for text in roots for one in pem.unarmor(text.encode(), multiple=True))
    return [x509.Certificate.load(body) for kind, _, body in read if kind == "CERTIFICATE"]


def _read(embedded: Any, roots: list[Any]) -> dict[str, str]:
    signer = embedded.signer_cert
    ends = signer.not_valid_after
    try:
        found = _judged(embedded, roots)
    except MemoryError:
        raise
    except Exception:  # not even its form is that of a signature
        found = {"right": "no", "trusted": "no", "since": "changed", "at": ""}
    return {
        **found, "name": _named(signer, "common_name"), "organisation": _named(signer, "organization_name"),
        "ended": ends.date().isoformat() if ends < datetime.now(UTC) else "",
    }  # fmt: skip


def _judged(embedded: Any, roots: list[Any]) -> dict[str, str]:
    from pyhanko.sign.diff_analysis import ModificationLevel
    from pyhanko.sign.validation.pdf_embedded import async_validate_pdf_signature
    from pyhanko.sign.validation.settings import KeyUsageConstraints
    from pyhanko.sign.validation.status import SignatureCoverageLevel
    from pyhanko_certvalidator import ValidationContext

    status = _run(
        async_validate_pdf_signature(
            embedded,
            signer_validation_context=ValidationContext(trust_roots=roots, allow_fetching=False),
            key_usage_settings=KeyUsageConstraints(
                key_usage={"non_repudiation", "digital_signature"}, match_all_key_usages=False
            ),
        )
    )
    level = status.modification_level
    harmless = status.docmdp_ok and level is not None and level <= ModificationLevel.ANNOTATIONS
    if status.coverage == SignatureCoverageLevel.ENTIRE_FILE:
        since = "nothing"
    else:
        since = "added" if harmless and status.coverage == SignatureCoverageLevel.ENTIRE_REVISION else "changed"
    at = embedded.self_reported_timestamp
    return {
        "right": "yes" if status.intact and status.valid else "no", "trusted": "yes" if status.trusted else "no",
        "since": since, "at": at.isoformat() if at is not None and at.tzinfo else "",
    }  # fmt: skip


def _run(work: Coroutine[Any, Any, Any]) -> Any:
    """Off line nothing waits for anything; an event loop would want sockets, which are forbidden here."""
    try:
        work.send(None)
    except StopIteration as done:
        return done.value
    work.close()
    raise RuntimeError("the validation waited for something outside")


def _named(certificate: Any, part: str) -> str:
    value = certificate.subject.native.get(part, "")
    return str(value if isinstance(value, str) else ", ".join(map(str, value)))[:LONGEST_NAME]
