"""User guides, one per role, as Markdown beside this file: read here, shown on `/huong-dan`, linked from every page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from workflow.folding import fold

ROOM = Path(__file__).parent / "vi"
NAMES = (
    "bat-dau", "nguoi-gioi-thieu", "lanh-dao-don-vi", "van-phong", "hoi-dong", "giam-doc", "quan-tri",
)  # fmt: skip
START = NAMES[0]

SECTIONS = {  # blueprint → where its pages are explained; any other: START
    "inbox": "lanh-dao-don-vi#quyet-dinh-mot-viec",
    "tray": "lanh-dao-don-vi#nhieu-viec-mot-luc-hoan-va-hoan-tac",
    "nominate": "nguoi-gioi-thieu#gioi-thieu-mot-nguoi",
    "cases": "bat-dau#ai-xem-duoc-gi",
    "scores": "hoi-dong#cham-diem",
    "ballots": "hoi-dong#bo-phieu-kin-tren-he-thong",
    "sealed": "hoi-dong#to-kiem-phieu-cua-hom-niem-phong",
    "sittings": "van-phong#to-chuc-mot-phien-hop",
    "plan_work": "van-phong#phong-trao-tuyen-truyen-tap-huan-quan-triet",
    "people": "van-phong#dua-nguoi-va-vai-tro-vao",
    "units": "van-phong#khi-co-nguoi-thoi-viec-don-vi-hop-nhat",
    "people_edit": "van-phong#sua-nguoi-vai-tro-don-vi",
    "roles": "van-phong#sua-nguoi-vai-tro-don-vi",
    "office": "van-phong#thiet-lap-va-con-thieu-gi",
    "numbers": "van-phong#con-so-cua-ke-hoach",
    "foresight": "van-phong#chay-thu-ke-hoach",
    "plan_changes": "van-phong#doi-quy-dinh",
    "invitations": "van-phong#moi-nhieu-nguoi-mot-luc",
    "unit_merge": "van-phong#khi-co-nguoi-thoi-viec-don-vi-hop-nhat",
    "why": "bat-dau#vi-sao-o-moi-noi",
    "rights": "bat-dau#ai-xem-duoc-gi",
    "person_move": "van-phong#khi-co-nguoi-thoi-viec-don-vi-hop-nhat",
    "twins": "van-phong#dua-nguoi-va-vai-tro-vao",
    "forgetting": "quan-tri#du-lieu-ca-nhan",
    "retention": "quan-tri#du-lieu-ca-nhan",
    "exports": "quan-tri#du-lieu-ca-nhan",
    "corrections": "bat-dau#du-lieu-cua-ban",
    "duplicates": "van-phong#dua-nguoi-va-vai-tro-vao",
    "imports": "van-phong#dua-nguoi-va-vai-tro-vao",
    "deadlines": "van-phong#buoi-sang-ba-trang",
    "work_calendar": "van-phong#lich-lam-viec",
    "processes": "bat-dau#ai-xem-duoc-gi",
    "publicity_calendar": "van-phong#phong-trao-tuyen-truyen-tap-huan-quan-triet",
    "overview": "giam-doc#mot-trang-tom-tat",
    "quality": "van-phong#buoi-sang-ba-trang",
    "outbox": "van-phong#thu-cho-chuyen",
    "desk": "van-phong#thu-cho-chuyen",
    "complaints": "van-phong#khieu-nai-to-cao",
    "documents": "van-phong#van-ban",
    "consents": "nguoi-gioi-thieu#dong-y-hien-tren-bang-vinh-danh",
    "open_data": "quan-tri#du-lieu-mo-va-doi-chieu",
    "webhooks": "quan-tri#bao-cho-he-thong-khac",
    "incidents": "quan-tri#hang-ngay",
    "fence": "quan-tri#sao-luu-va-phuc-hoi",
    "calendars": "bat-dau#lich-tren-dien-thoai",
    "sign_in": "bat-dau#dang-nhap",
    "lost_password": "bat-dau#dang-nhap",
    "security": "bat-dau#bao-mat-dang-nhap",
    "sso": "bat-dau#dang-nhap",
    "push": "bat-dau#thong-bao-tren-thiet-bi",
    "sign_in_rules": "quan-tri#tai-khoan",
}

OWN = {  # post → blueprint → where who holds it finds their own part of those pages
    "office": {"inbox": "van-phong#buoi-sang-ba-trang"},
    "head": {"inbox": "giam-doc#muoi-giay-cho-mot-viec"},
}


@dataclass(frozen=True)
class Guide:
    """A guide as it is shown; `sections` anchor → heading, `html` from our own file alone."""

    name: str
    title: str
    html: str
    sections: Mapping[str, str]
    pictures: tuple[str, ...]


def text(name: str) -> str:
    """A guide's Markdown."""
    return (ROOM / f"{name}.md").read_text(encoding="utf-8")


@cache
def guide(name: str, folder: str) -> Guide:
    """A guide of `NAMES`; `folder` is the address of the folder of pictures, with a slash at its end."""
    reader = MarkdownIt("commonmark", {"html": False})
    tokens = reader.parse(text(name))
    headings = {anchor(said): said for tag, said in _headings(tokens) if tag == "h2"}
    title = next(said for tag, said in _headings(tokens) if tag == "h1")
    pictures = []
    for at, token in enumerate(tokens):
        if token.type == "heading_open" and token.tag == "h2":
            token.attrSet("id", anchor(tokens[at + 1].content))
        for part in token.children or ():
            if part.type == "image":
                pictures.append(Path(str(part.attrs["src"])).name)
                part.attrSet("src", folder + pictures[-1])
                part.attrSet("loading", "lazy")
    body = [token for at, token in enumerate(tokens) if at > 2]  # the title is the page's own
    return Guide(name, title, reader.renderer.render(body, reader.options, {}), headings, tuple(pictures))


def _headings(tokens: list[Token]) -> list[tuple[str, str]]:
    return [(one.tag, tokens[at + 1].content) for at, one in enumerate(tokens) if one.type == "heading_open"]


def anchor(heading: str) -> str:
    """A heading as part of an address: folded letters and figures, joined by hyphens."""
    return "-".join("".join(sign if sign.isalnum() else " " for sign in fold(heading)).split())


def section_of(blueprint: str | None, post: str | None = None) -> str:
    """The guide, and its section, that explains the pages of a blueprint; their own to a post of `OWN`."""
    return OWN.get(post or "", {}).get(blueprint or "") or SECTIONS.get(blueprint or "", START)
