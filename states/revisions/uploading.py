"""A plan's files as they were sent, by a hand that may mean harm: names, number and size are bounded before anything
is unpacked, and nothing is ever written under a name that was sent."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Mapping

from workflow.message import Message, Refused
from workflow.plan_folder import PLAN_FILE

MOST_FILES = 200
MOST_BYTES = 2_000_000
"""Of what was sent, and of what it unpacks to."""

_PART = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,79}")
_ENDINGS = (".yaml", ".yml")
_DEEPEST = 4
_LINK = 0o120000
_KIND = 0o170000
_NOT_TAKEN = "organisation.yaml"


def files_of(sent: Iterable[tuple[str, bytes]], code: str, beside: Mapping[str, str] | None = None) -> dict[str, str]:
    """Name → text of one plan's files, from a .zip or from the files of a folder; `code` is the plan it must be.

    `beside`: files of plans it is like, taken where none were sent. Raises Refused.
    """
    raw = _unpacked(list(sent))
    if not raw:
        raise Refused(Message("plan_change.no_files"))
    own = _own_folder(raw, code)
    found = _named(raw, own)
    for name, text in (beside or {}).items():
        if "/" in name and not name.startswith("processes/") and not any(
            one.startswith(f"{name.partition('/')[0]}/") for one in found
        ):  # fmt: skip
            found.setdefault(name, text)
    return found


def _unpacked(sent: list[tuple[str, bytes]]) -> dict[str, bytes]:
    if sum(len(content) for _, content in sent) > MOST_BYTES or len(sent) > MOST_FILES:
        raise Refused(Message("plan_change.too_big", {"files": MOST_FILES, "megabytes": MOST_BYTES // 1_000_000}))
    if len(sent) == 1 and sent[0][0].lower().endswith(".zip"):
        return _of_archive(sent[0][1])
    return {path: content for name, content in sent if (path := _path(name))}


def _of_archive(content: bytes) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    left = MOST_BYTES
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            if len(members) > 2 * MOST_FILES or sum(one.file_size for one in members) > MOST_BYTES:
                raise Refused(Message("file.swollen"))
            for member in members:
                path = _path(member.filename)
                if member.is_dir() or not path:
                    continue
                if member.flag_bits & 0x1:
                    raise Refused(Message("file.locked"))
                if (member.external_attr >> 16) & _KIND == _LINK or path in found:
                    raise Refused(Message("file.damaged"))
                with archive.open(member) as file:
                    read = file.read(left + 1)  # what a directory says of sizes may be a lie
                left -= len(read)
                if left < 0:
                    raise Refused(Message("file.swollen"))
                found[path] = read
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError):
        raise Refused(Message("file.damaged")) from None
    if len(found) > MOST_FILES:
        raise Refused(Message("file.swollen"))
    return found


def _path(name: str) -> str:
    """A name as a path of plain parts; '' for what is no YAML or a system's own. Raises Refused where it leads out."""
    if "\\" in name or name.startswith("/") or ".." in name.split("/") or "\0" in name:
        raise Refused(Message("file.damaged"))
    parts = [one for one in name.split("/") if one and one != "."]
    if not parts or parts[0] == "__MACOSX" or parts[-1].startswith(".") or not name.lower().endswith(_ENDINGS):
        return ""
    if len(parts) > _DEEPEST or not all(_PART.fullmatch(one) for one in parts):
        raise Refused(Message("plan_change.bad_name", {"name": name[:80]}))
    return "/".join(parts)


def _own_folder(raw: Mapping[str, bytes], code: str) -> str:
    """The folder, with its slash, that holds the plan: the one named as it is, else the only one."""
    folders = [name.removesuffix(PLAN_FILE) for name in raw if f"/{name}".endswith(f"/{PLAN_FILE}")]
    if not folders:
        raise Refused(Message("plan_change.no_plan", {"file": PLAN_FILE}))
    called = [one for one in folders if f"/{one}".endswith(f"/{code}/")]
    if "" in folders or len(called) == 1 or len(folders) == 1:
        return "" if "" in folders else (called or folders)[0]
    raise Refused(Message("plan_change.which_plan", {"folders": sorted(folders), "code": code}))


def _named(raw: Mapping[str, bytes], own: str) -> dict[str, str]:
    """As the loader names sources: the plan's own bare, those of a plan beside it under its folder's name."""
    home = own.rstrip("/").rpartition("/")[0]
    home = f"{home}/" if home else ""
    found: dict[str, str] = {}
    for path, content in raw.items():
        if not path.startswith(home) or path.rpartition("/")[2] == _NOT_TAKEN:
            continue
        name = path.removeprefix(own) if own and path.startswith(own) else path.removeprefix(home)
        try:
            found[name] = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise Refused(Message("plan_change.not_utf8", {"name": name})) from None
    return found
