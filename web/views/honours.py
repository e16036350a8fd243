"""The public honours board: who is shown, by year, level, unit and field; a page each, a feed, pictures to share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from states.honours import board
from states.honours.board import PAGE, Facets, Shown, Wanted
from states.honours.stamp import stamp
from web import atom, share_image
from web.access import shared
from web.application import application
from web.board import Open, address, answer, every, kept, languages, opened, speak
from web.language import t

pages = Blueprint("honours", __name__, url_prefix="/guong")

NAMES = ("nam", "cap", "don-vi", "linh-vuc")
LAST_PAGE = 1_000


@pages.get("")
@shared
def index() -> ResponseReturnValue:
    """The one board there is, or the list of boards."""
    with application().database.read() as connection:
        found = every(connection)
    if len(found) == 1:
        response = redirect(url_for("honours.board_of", agency=found[0].board.code), 302)
        response.headers["Cache-Control"] = "public, no-cache"
        return response
    stood_on = repr([one.board for one in found])
    return kept(stood_on) or answer(stood_on, render_template("honours/boards.html", found=found))


@pages.get("/<agency>")
@shared
def board_of(agency: str) -> ResponseReturnValue:
    """A page of an agency's board, narrowed as the address says; a word it does not know is no address of ours."""
    speak()
    number, wanted = _number(), _wanted()
    with application().database.read() as connection:
        stood_on = stamp(connection, agency)
        if copy := kept(stood_on):
            return copy
        found = opened(connection, agency)
        facets = board.facets(connection, found.board.agency_id, found.plan)
        shown, more = board.page(connection, found.board.agency_id, found.plan, wanted)
    choices = _choices(found, facets)
    for name, items in zip(NAMES, choices.values(), strict=True):
        if request.args.get(name) and request.args[name] not in {word for word, _ in items}:
            abort(404)
    if number > 1 and not shown:
        abort(404)
    said = {name: request.args.get(name, "") for name in NAMES}
    here = _here(agency)
    drawn = render_template(
        "honours/board.html", open=found, shown=shown, more=more, number=number, wanted=said, address=address,
        here=here, to=_to, languages=languages(here(lang=None)), title=_title(found, facets, wanted),
        searched=wanted.name, **choices,
    )  # fmt: skip
    return answer(stood_on, drawn, changed=_latest(shown))


@pages.get("/<agency>/<address>")
@shared
def exemplar(agency: str, address: str) -> ResponseReturnValue:
    """One exemplar; who is shown no more was never there."""
    return _of_one(agency, address, _page)


@pages.get("/<agency>/<address>/anh.jpg")
@shared
def photo(agency: str, address: str) -> ResponseReturnValue:
    """The photo, while the consent to show it lasts."""

    def draw(found: Open, one: Shown) -> bytes:
        if not one.photo:
            abort(404)
        with application().files.open(found.board.agency_id, one.photo) as file:
            return file.read()

    return _of_one(agency, address, draw, "image/jpeg")


@pages.get("/<agency>/<address>/the.png")
@shared
def image(agency: str, address: str) -> ResponseReturnValue:
    """The picture that goes with a shared link to an exemplar."""

    def draw(found: Open, one: Shown) -> bytes:
        top = one.levels[0]
        under = " – ".join(part for part in (one.unit, found.board.name) if part)
        eyebrow = f"{found.levels.get(top.level, top.level)} · {top.decided_on.year}"
        return share_image.draw(eyebrow, one.name, under, one.sentence)

    return _of_one(agency, address, draw, "image/png")


@pages.get("/<agency>/the.png")
@shared
def board_image(agency: str) -> ResponseReturnValue:
    """The picture that goes with a shared link to the board."""
    speak()
    with application().database.read() as connection:
        stood_on = stamp(connection, agency)
        if copy := kept(stood_on):
            return copy
        found = opened(connection, agency)
    words = (t("product.name"), t("honour.board"), found.board.name, t("honour.lead", agency=found.board.name))
    return answer(stood_on, share_image.draw(*words), "image/png")


@pages.get("/<agency>/atom.xml")
@shared
def feed(agency: str) -> ResponseReturnValue:
    """Those shown last, as an Atom feed."""
    speak()
    with application().database.read() as connection:
        stood_on = stamp(connection, agency)
        if copy := kept(stood_on):
            return copy
        found = opened(connection, agency)
        shown = board.newest(connection, found.board.agency_id, found.plan)
    home, own = (address(_to(f"honours.{name}", agency=agency)) for name in ("board_of", "feed"))
    title = f"{t('honour.board')} – {found.board.name}"
    drawn = atom.feed(
        f"urn:uuid:{found.board.agency_id}", title, home, own, [_entry(found, one) for one in shown], g.language
    )
    return answer(stood_on, drawn, "application/atom+xml; charset=utf-8", _latest(shown))


def _of_one(
    agency: str, place: str, draw: Callable[[Open, Shown], str | bytes], kind: str = "text/html; charset=utf-8"
) -> ResponseReturnValue:
    """What is drawn of one exemplar; 404 when nobody is shown there."""
    speak()
    with application().database.read() as connection:
        stood_on = stamp(connection, agency, place)
        if copy := kept(stood_on):
            return copy
        found, one = _one(connection, agency, place)
    return answer(stood_on, draw(found, one), kind, one.shown_at)


def _one(connection: sa.Connection, agency: str, place: str) -> tuple[Open, Shown]:
    found = opened(connection, agency)
    one = board.one(connection, found.board.agency_id, found.plan, place)
    if one is None:
        abort(404)
    return found, one


def _latest(shown: Iterable[Shown]) -> datetime | None:
    return max((one.shown_at for one in shown), default=None)


def _to(endpoint: str, **parts: Any) -> str:
    """An address of ours in the language of this one."""
    return url_for(endpoint, **parts, **({"lang": request.args["lang"]} if "lang" in request.args else {}))


def _page(found: Open, one: Shown) -> str:
    return render_template(
        "honours/exemplar.html", open=found, one=one, address=address, to=_to, languages=languages(request.path)
    )


def _entry(found: Open, one: Shown) -> atom.Entry:
    where = address(_to("honours.exemplar", agency=found.board.code, address=one.address))
    told = [one.unit, *(f"{found.levels.get(row.level, row.level)} {row.decided_on.year}" for row in one.levels)]
    summary = f"{' · '.join(part for part in told if part)}. {one.sentence}"
    return atom.Entry(where, one.name, where, one.shown_at, summary)


def _number() -> int:
    """Which page; 404 for what is no number of one."""
    raw = request.args.get("trang", "1")
    if not (raw.isascii() and raw.isdecimal() and 1 <= int(raw[:6]) <= LAST_PAGE):
        abort(404)
    return int(raw)


def _wanted() -> Wanted:
    year = request.args.get("nam", "")
    if year and not (year.isascii() and year.isdecimal() and len(year) == 4):
        abort(404)
    said = {name: request.args.get(name, "")[:100] for name in NAMES}
    name = " ".join(request.args.get("ten", "")[:100].split())
    return Wanted(int(year or 0), said["cap"], said["don-vi"], said["linh-vuc"], (_number() - 1) * PAGE, name)


def _choices(found: Open, facets: Facets) -> dict[str, Iterable[tuple[str, str]]]:
    return {
        "years": [(str(year), str(year)) for year in facets.years],
        "levels": [(level, found.levels[level]) for level in facets.levels],
        "units": list(facets.units),
        "fields": [(word, found.fields[word]) for word in facets.fields if word in found.fields],
    }


def _title(found: Open, facets: Facets, wanted: Wanted) -> str:
    units = dict(facets.units)
    parts = (found.levels.get(wanted.level), units.get(wanted.unit), found.fields.get(wanted.field))
    said = [t("honour.board"), *(part for part in parts if part), *([str(wanted.year)] if wanted.year else [])]
    return " · ".join(said)


def _here(agency: str) -> Callable[..., str]:
    """The present address with something of it changed, its parts always in one order: one page, one address."""

    def here(**changes: Any) -> str:
        said = {name: request.args.get(name) for name in (*NAMES, "ten", "trang", "lang")}
        if changes.keys() - {"trang", "lang"}:
            said["trang"] = None
        said |= {name: None if value is None else str(value) for name, value in changes.items()}
        return url_for("honours.board_of", agency=agency, **{name: value for name, value in said.items() if value})

    return here
