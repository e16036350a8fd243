"""What a page says and asks, read off its HTML for scripts: its text, what it shows once, its forms as they stand."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import lxml.html
from lxml.html import FormElement, HtmlElement, SelectElement

from web.api import page_shapes as shapes

_UNREAD = frozenset({"script", "style", "template", "svg", "option"})
_OWN = frozenset({"csrf_token", "_nonce", "_next", "_proof_key", "_proof_step"})
"""What browsers need and scripts have by other means."""


def read(html: str, address: str) -> shapes.Page:
    """A page of this address."""
    root = lxml.html.document_fromstring(html)
    mains = root.xpath("//main")
    main = mains[0] if mains else root
    return shapes.Page(
        address=address, title=" ".join((root.findtext(".//title") or "").split()), text="\n".join(_lines(main)),
        shown=[one.text_content().strip() for one in main.xpath(".//code[contains(@class, 'secret')]")],
        forms=[_form(one, address) for one in main.forms if one.method.upper() == "POST"],
    )  # fmt: skip


def _lines(element: HtmlElement) -> Iterator[str]:
    """Each piece of text by itself, in the page's order."""
    if not isinstance(element.tag, str) or element.tag in _UNREAD:
        return
    if text := " ".join((element.text or "").split()):
        yield text
    for child in element:
        yield from _lines(child)
        if tail := " ".join((child.tail or "").split()):
            yield tail


def _form(form: FormElement, address: str) -> shapes.PageForm:
    fields: dict[str, shapes.PageField] = {}
    for one in form.inputs:
        name = one.get("name") or ""
        if not name or name in _OWN or one.get("type") in ("submit", "button", "image"):
            continue
        found = fields.setdefault(name, shapes.PageField(name=name, type=one.get("type") or one.tag))
        found.required = found.required or one.get("required") is not None
        if isinstance(one, SelectElement):
            found.choices += [shapes.PageChoice(value=o.get("value") or "", title=o.text_content().strip())
                              for o in one.iter("option")]  # fmt: skip
            found.values += [o.get("value") or "" for o in one.iter("option") if o.get("selected") is not None]
        elif one.get("type") in ("checkbox", "radio"):
            found.choices.append(shapes.PageChoice(value=one.get("value") or "on", title=_label(form, one)))
            found.values += [one.get("value") or "on"] if one.get("checked") is not None else []
        elif one.get("type") != "file" and (value := (one.value or "")):
            found.values.append(value)
    action = form.get("action") or ""
    once = any(one.get("name") == "_nonce" for one in form.inputs)
    return shapes.PageForm(address=action or urlsplit(address).path, once=once, fields=list(fields.values()))


def _label(form: FormElement, one: HtmlElement) -> str:
    label = one.label
    return " ".join(label.text_content().split()) if label is not None else ""
