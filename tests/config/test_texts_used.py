"""Every sentence is said somewhere, everything said has its sentence, and Vietnamese pages speak Vietnamese."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from config.texts import read
from dev import ROOT

ROOMS = ("workflow", "states", "config", "tasks", "scheduler", "web")
TEMPLATES = ROOT / "web" / "templates"
KEY = r"[a-z][a-z_]*(?:\.[a-z0-9_]+)+"

_JOINED = re.compile(r"""["']([a-z][a-z_.]*\.)["']\s*~\s*[\w.]+(?:\s*~\s*["']([a-z_.]+)["'])?""")
_FILLED = re.compile(r"""\b(?:t|Message|Wrong|say|get|has|fail|sentence|line)\(\s*f["']([^"']+)["']""")
_JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
_WIDTH = re.compile(r"\{% block width %\}.*?\{% endblock %\}")
_ATTRIBUTES = re.compile(r"""[a-z][a-z-]*="[^"]*"|aria-[a-z]+""")
_TAGS = re.compile(r"<!--.*?-->|<script.*?</script>|<[^>]*>|&[a-z]+;", re.DOTALL)

# Sentences for authors of plans and scripts name the format's own keys, which are English.
FOR_AUTHORS = (
    "definition.",
    "schema.",
    "new_plan.",
    "organisation.",
    "api.",
    "check.",
    "language.",
    "setting.",
    "doctor.",
)

# Names and terms that are the same in Vietnamese text, and names typed without diacritics.
SHARED = {
    "caps", "lock", "excel", "word", "gương", "neuguong", "dang", "ngoc", "webp", "docx", "xlsx", "yaml", "json",
    "libreoffice", "redis", "init", "invite", "check", "sqlite", "postgresql", "resume", "google", "iphone", "outlook",
    "javascript", "https", "passkey", "freeotp", "microsoft", "authenticator",
    "bpmn", "pnml", "mermaid", "ocel", "ieee",
}  # fmt: skip


@cache
def sources() -> dict[str, str]:
    """Every file of the product that can say a key."""
    kinds = ("*.py", "*.html", "*.txt")
    files = [path for room in ROOMS for kind in kinds for path in (ROOT / room).rglob(kind)]
    return {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in files}


@cache
def put_together() -> re.Pattern[str]:
    """Keys made of parts: `t("keys." ~ said)`, `"error.page." ~ name ~ ".title"`, `Message(f"import.{key}")`."""
    found = set()
    for text in sources().values():
        for before, after in re.findall(
            r"""["']([a-z][a-z_.]*\.)["']\s*~\s*[\w.]+(?:\s*~\s*["']([a-z_.]+)["'])?""", text
        ):
            found.add(re.escape(before) + "[a-z0-9_]+" + re.escape(after))
        for whole in _FILLED.findall(text):
            parts = re.split(r"\{[^}]*\}", whole)
            found.add("[a-z0-9_.]+".join(re.escape(part) for part in parts))
    return re.compile("|".join(sorted(found)))


def test_every_sentence_is_said_somewhere() -> None:
    said = {key for text in sources().values() for key in re.findall(rf"""["']({KEY})["']""", text)}
    assert sorted(key for key in read("vi") if key not in said and not put_together().fullmatch(key)) == []


def test_everything_said_has_its_sentence() -> None:
    calls = re.compile(rf"""\b(?:t|Message|Wrong|say|get|line)\(\s*["']({KEY})["']""")
    said = {(name, key) for name, text in sources().items() for key in calls.findall(text)}
    assert sorted((name, key) for name, key in said if key not in read("vi")) == []


def template_names() -> list[str]:
    return sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html"))


@pytest.mark.parametrize("name", template_names())
def test_a_template_has_no_words_of_its_own(name: str) -> None:
    markup = _WIDTH.sub("", (TEMPLATES / name).read_text(encoding="utf-8"))
    text = _ATTRIBUTES.sub(" ", _TAGS.sub(" ", _JINJA.sub(" ", markup)))
    assert [word for word in re.findall(r"[^\W\d_]{2,}", text) if word not in {"KB", "MB"}] == []


@pytest.mark.parametrize("name", template_names())
def test_a_template_labels_nothing_with_words_of_its_own(name: str) -> None:
    text = _JINJA.sub("", (TEMPLATES / name).read_text(encoding="utf-8"))
    spoken = re.findall(r"""\b(?:aria-label|title|alt|placeholder|value)="([^"]*[^\W\d_]{2,}[^"]*)\"""", text)
    assert [one for one in spoken if one not in {"off", "on", "yes", "no", "2025-12-31"}] == []


def test_vietnamese_sentences_have_no_english_words() -> None:
    plain = re.compile(r"(?<![\w{./-])[A-Za-z]{4,}(?![\w}./-])")
    english = {word.lower() for text in read("en").values() for word in plain.findall(text)}
    mixed = {
        key: words
        for key, text in read("vi").items()
        if not key.startswith(FOR_AUTHORS)
        and (words := {word for word in plain.findall(text) if word.lower() in english - SHARED})
    }
    assert mixed == {}


def test_every_vietnamese_sentence_has_vietnamese_letters() -> None:
    bare = {key: text for key, text in read("vi").items() if text.isascii() and re.search(r"[A-Za-z]{3}", text)}
    allowed = {"language.switch", "language.other"}  # the other language, offered in its own words
    assert {key: text for key, text in bare.items() if key not in allowed and len(text) > 20} == {}


def test_no_forbidden_words() -> None:
    """Inbox rules: what happened and what to do, no begging, no blame, no codes. A spoilt vote has its name by law."""
    never = ("không hợp lệ", "vui lòng", "xin lỗi", "bị cấm", "đã xảy ra lỗi")
    texts = {key: text.lower().replace("phiếu không hợp lệ", "") for key, text in read("vi").items()}
    assert {key: text for key, text in texts.items() if any(word in text for word in never)} == {}


def test_the_folder_of_templates_is_where_it_is_thought_to_be() -> None:
    assert len(template_names()) > 20
    assert Path(TEMPLATES / "base.html").is_file()
