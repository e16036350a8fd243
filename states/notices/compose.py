"""Sections become a letter: subject, plain text and HTML in the recipient's language."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from states.notices.letter import Letter, Recipient, Render, Section
from workflow.clock import ZONE
from workflow.message import Message

LONGEST_SUBJECT = 200
_LAST = datetime.max.replace(tzinfo=ZONE)


class Composer:
    """Writes letters; `contact` says whom to ask, in the installation's own words."""

    def __init__(self, render: Render, *, agency_name: str, contact: str = "") -> None:
        self._render = render
        self._agency_name = agency_name
        self._contact = contact

    def letter(self, recipient: Recipient, sections: Sequence[Section]) -> Letter:
        """One letter for all sections, what is due first on top."""
        ordered = sorted(sections, key=lambda section: section.due_at or _LAST)
        say = _Saying(self._render, recipient.language)
        single = len(ordered) == 1
        before = [say("notice.greeting", name=recipient.desk or recipient.name)]
        if recipient.desk:
            before.append(say("notice.desk", name=recipient.desk))
        if not single:
            before.append(say("notice.several", count=len(ordered)))
        after = list(dict.fromkeys(say.message(line) for section in ordered for line in section.closing))
        after += [self._whom_to_ask(say, ordered), say("notice.automatic")]
        shown = [_shown(section, say) for section in ordered]
        page = {"before": before, "sections": shown, "after": after, "language": recipient.language}
        return Letter(
            recipient=recipient,
            subject=_subject(ordered, say),
            before="\n\n".join(before),
            parts=tuple((s, _TEXT.render(section=one).strip()) for s, one in zip(ordered, shown, strict=True)),
            after="\n\n".join(after),
            html=_HTML.render(page),
            thread=(ordered[0].case_id or "") if single else "",
        )

    def _whom_to_ask(self, say: _Saying, sections: Sequence[Section]) -> str:
        codes = ", ".join(dict.fromkeys(section.code for section in sections if section.code))
        if not codes:
            return say("notice.contact_plain", contact=self._contact or self._agency_name)
        return say("notice.contact", contact=self._contact or self._agency_name, codes=codes)


class _Saying:
    """The renderer bound to one language."""

    def __init__(self, render: Render, language: str) -> None:
        self._render = render
        self._language = language

    def __call__(self, key: str, **params: Any) -> str:
        return self._render(Message(key, params), self._language)

    def message(self, message: Message | str) -> str:
        return message if isinstance(message, str) else self._render(message, self._language)


def _subject(sections: Sequence[Section], say: _Saying) -> str:
    first = sections[0]
    title, named = say.message(first.headline), " ".join(filter(None, (first.code, first.label)))
    words = (title, first.label) if not first.code else (first.code if len(sections) > 1 else named, title)
    key = ("several" if len(sections) > 1 else "one") + ("_due" if first.due_on else "")
    told = {"tag": say(first.tag), "what": " – ".join(filter(None, words)), "count": len(sections), "due": first.due_on}
    return say(f"notice.subject.{key}", **told)[:LONGEST_SUBJECT]


def _shown(section: Section, say: _Saying) -> dict[str, Any]:
    return {
        "tag": say(section.tag),
        "title": say.message(section.headline),
        "rows": [(say(label), say.message(content)) for label, content in section.rows],
        "link": section.link,
        "button": say(section.button),
    }


_templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=lambda name: bool(name and name.endswith(".html")),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEXT = _templates.get_template("section.txt")
_HTML = _templates.get_template("letter.html")
