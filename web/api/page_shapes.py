"""What the interface says of pages and of the forms they take."""

from __future__ import annotations

from pydantic import Base64Bytes, Field

from web.api.shapes import Told


class PageChoice(Told):
    """One of the values a field offers."""

    value: str
    title: str


class PageField(Told):
    """A field with what stands in it; several values where it takes several."""

    name: str
    type: str
    required: bool = False
    values: list[str] = Field(default_factory=list)
    choices: list[PageChoice] = Field(default_factory=list)


class PageForm(Told):
    """A form: `address` is where it goes, below `/api/v1/pages`; `once`: twice under one Idempotency-Key is once."""

    address: str
    once: bool
    fields: list[PageField]


class Page(Told):
    """A page as its reader sees it; `shown`: secrets and links that it shows this once."""

    address: str
    title: str
    text: str
    shown: list[str]
    forms: list[PageForm]


class PageFile(Told):
    """A file that a form gives at once."""

    name: str
    type: str
    content: Base64Bytes


class Sent(Told):
    """What became of a form: what the person is told, the page that follows, or the page or file that answers."""

    said: list[str]
    warned: list[str]
    see: str
    page: Page | None = None
    file: PageFile | None = None
