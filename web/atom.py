"""The board as an Atom feed (RFC 4287), written by an XML writer and never put together from strings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from xml.etree.ElementTree import Element, SubElement, tostring

ATOM = "http://www.w3.org/2005/Atom"
NOTHING_YET = datetime(2020, 1, 1, tzinfo=UTC)


class Entry:
    """One thing to tell; texts are plain."""

    def __init__(self, ident: str, title: str, href: str, updated: datetime, summary: str) -> None:
        self.ident, self.title, self.href, self.updated, self.summary = ident, title, href, updated, summary


def feed(ident: str, title: str, home: str, self_href: str, entries: Sequence[Entry], language: str = "vi") -> bytes:
    """The feed's bytes, newest first as given."""
    root = Element("feed", {"xmlns": ATOM, "xml:lang": language})
    newest = max((one.updated for one in entries), default=NOTHING_YET)
    _texts(root, id=ident, title=title, updated=_time(newest))
    SubElement(root, "link", {"rel": "alternate", "type": "text/html", "href": home})
    SubElement(root, "link", {"rel": "self", "type": "application/atom+xml", "href": self_href})
    _texts(SubElement(root, "author"), name=title)
    for one in entries:
        told = SubElement(root, "entry")
        _texts(told, id=one.ident, title=one.title, updated=_time(one.updated))
        SubElement(told, "link", {"rel": "alternate", "type": "text/html", "href": one.href})
        _texts(told, summary=one.summary)
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True))


def _texts(parent: Element, **texts: str) -> None:
    for name, text in texts.items():
        SubElement(parent, name).text = "".join(sign for sign in text if _may_stand(sign))


def _may_stand(sign: str) -> bool:
    """XML 1.0 knows no control characters, no halves of pairs, not even escaped: one would break the feed for all."""
    return sign in "\n\t" or (" " <= sign <= "\ud7ff") or ("\ue000" <= sign <= "\ufffd") or sign > "\uffff"


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
