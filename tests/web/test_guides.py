"""The user guides: every page leads to its section, and every word they quote is on a screen."""

from __future__ import annotations

import re
from functools import cache

import pytest
import yaml

from dev import ROOT
from tests.web.conftest import Town
from tests.web.desk import Desk
from tests.workflow.plans import SHIPPED
from web import guides
from web.access import Kind, access_of
from web.assets import FOLDER
from web.guides import NAMES, OWN, SECTIONS, START

PICTURES = "/static/guide/"
EXPLAINED_AT_THE_START = {  # blueprints whose pages need no section of their own
    "accounts", "case", "certificates", "comments", "demo_clock", "files", "guides", "health", "home", "honours",
    "processes", "profile", "quotas", "records", "runs",
}  # fmt: skip


@cache
def on_screen() -> frozenset[str]:
    """Every sentence of the catalogue, and every title of the seed's plan."""
    catalogue = (ROOT / "config/locale/vi.po").read_text(encoding="utf-8")
    found = {said.removesuffix(" ({count})") for said in re.findall(r'^msgstr "(.*)"$', catalogue, re.MULTILINE)}
    for file in (*SHIPPED.glob("*.yaml"), *(SHIPPED / "processes").glob("*.yaml")):
        found |= set(_titles(yaml.safe_load(file.read_text())))
    return frozenset(found)


def _titles(part: object) -> list[str]:
    if isinstance(part, dict):
        return [said for one in part.values() for said in _titles(one)]
    if isinstance(part, list):
        return [said for one in part for said in _titles(one)]
    return [part] if isinstance(part, str) else []


@pytest.mark.parametrize("name", NAMES)
def test_what_a_guide_quotes_is_on_a_screen(name: str) -> None:
    quoted = re.findall(r"«([^»]+)»", guides.text(name))
    assert quoted
    assert [one for one in quoted if one not in on_screen()] == []


@pytest.mark.parametrize(
    ("who", "place"),
    [
        ("office", OWN["office"]["inbox"]), ("director", OWN["head"]["inbox"]), ("head", SECTIONS["inbox"]),
        ("outsider", SECTIONS["inbox"]),
    ],
)  # fmt: skip
def test_the_inbox_leads_each_to_their_own_guide(desk: Desk, who: str, place: str) -> None:
    assert f'href="/huong-dan/{place}"' in desk.browser(who).get("/viec").text


def test_what_is_somebodys_own_is_in_a_guide() -> None:
    for place in (place for pages in OWN.values() for place in pages.values()):
        name, _, section = place.partition("#")
        assert section in guides.guide(name, PICTURES).sections, place


@pytest.mark.parametrize("name", NAMES)
def test_anybody_reads_a_guide_with_its_pictures(town: Town, name: str) -> None:
    found = guides.guide(name, PICTURES)
    answer = town.browser().get(f"/huong-dan/{name}")
    assert answer.status_code == 200
    for section in found.sections:
        assert f'id="{section}"' in answer.text
        assert f'href="#{section}"' in answer.text
    for picture in found.pictures:
        assert f'src="{PICTURES}{picture}"' in answer.text
        assert 10_000 < (FOLDER / "guide" / picture).stat().st_size < 200_000, picture


def test_no_picture_is_left_over_and_no_guide_unknown(town: Town) -> None:
    used = {one for name in NAMES for one in guides.guide(name, PICTURES).pictures}
    used |= set(re.findall(r"web/static/guide/([\w-]+\.png)", (ROOT / "README.md").read_text(encoding="utf-8")))
    assert {one.name for one in (FOLDER / "guide").iterdir()} == used
    assert {one.stem for one in guides.ROOM.glob("*.md")} == set(NAMES)
    assert town.browser().get("/huong-dan/khong-co").status_code == 404
    assert town.browser().get("/huong-dan").headers["Location"] == f"/huong-dan/{START}"


def test_each_page_leads_to_where_it_is_explained(town: Town) -> None:
    pages = {
        rule.endpoint.partition(".")[0]
        for rule in town.app.url_map.iter_rules()
        if "GET" in (rule.methods or ())
        and "." in rule.endpoint
        and not rule.rule.startswith("/api/")
        and (mark := access_of(town.app.view_functions[rule.endpoint]))
        and mark.kind not in (Kind.MACHINE, Kind.LINK)
    }
    assert pages - set(SECTIONS) - EXPLAINED_AT_THE_START == set()
    assert set(SECTIONS) - pages == set()
    for place in SECTIONS.values():
        name, _, section = place.partition("#")
        assert section in guides.guide(name, PICTURES).sections, place
    page = town.signed_in("an").get("/danh-ba").text
    assert '<a href="/huong-dan/van-phong#dua-nguoi-va-vai-tro-vao">Hướng dẫn</a>' in page
