"""Every route says who may call it, and the words of the gate mean what they say."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from config import wiring
from config.settings import Settings
from web.access import Kind, access_of, needs, public
from web.app import create_app
from web.capability import CAPABILITIES

STRANGERS = {
    "guides.index", "guides.guide", "sign_in.form", "sign_in.sign_in", "sign_in.sign_out", "sign_in.password",
    "sign_in.set_password", "sign_in.language", "sign_in.second", "sign_in.second_step", "lost_password.form",
    "lost_password.ask", "lost_password.email", "lost_password.confirm_email", "passkeys.ask", "passkeys.sign_in",
    "sso.go", "sso.back", "sso.signed_out", "comments.index", "comments.posting", "comments.say", "certificates.index",
    "certificates.check", "push.worker",
}  # fmt: skip


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    url = f"sqlite:///{tmp_path_factory.mktemp('routes')}/empty.db"
    application = wiring.build(Settings(database_url=url, given_secret="x" * 32, strict_texts=True))
    yield create_app(application)
    application.dispose()


def test_every_route_declares_who_may(app: Flask) -> None:
    assert [name for name, view in app.view_functions.items() if access_of(view) is None] == []


def test_machines_reach_only_these(app: Flask) -> None:
    unseen = {name for name, view in app.view_functions.items() if access_of(view).kind is Kind.MACHINE}
    assert unseen == {"static", "health.alive", "health.ready", "health.metrics"}


def test_what_is_the_same_to_everyone_is_only_the_board(app: Flask) -> None:
    """No cookie is looked at there, so nothing personal may ever stand there."""
    same = {name for name, view in app.view_functions.items() if access_of(view).kind is Kind.SHARED}
    assert same == {
        f"honours.{name}" for name in ("index", "board_of", "exemplar", "photo", "image", "board_image", "feed")
    }


def test_a_secret_in_the_address_opens_only_a_calendar(app: Flask) -> None:
    assert {name for name, view in app.view_functions.items() if access_of(view).kind is Kind.LINK} == {
        "calendars.feed"
    }


def test_strangers_reach_only_these(app: Flask) -> None:
    open_to_all = {name for name, view in app.view_functions.items() if access_of(view).kind is Kind.PUBLIC}
    assert {name for name in open_to_all if not name.startswith(("api.", "openapi."))} == STRANGERS


def test_every_capability_is_known_and_has_its_sentences(app: Flask) -> None:
    asked = {access_of(view).name for view in app.view_functions.values() if access_of(view).kind is Kind.OFFICE}
    assert asked == CAPABILITIES
    texts = app.extensions["neuguong"].texts
    assert all(texts.has(f"access.needs.{name}", language) for name in asked for language in ("vi", "en"))


def test_scripts_with_tokens_call_the_interface_only(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        is_token = access_of(app.view_functions[rule.endpoint]).kind is Kind.TOKEN
        assert not is_token or rule.rule.startswith("/api/"), rule


def test_a_read_never_changes_anything_by_its_address(app: Flask) -> None:
    """What a mail scanner may follow and what it may not are different methods of a route, never one."""
    for rule in app.url_map.iter_rules():
        assert not ({"GET", "POST"} <= (rule.methods or set())), f"{rule} answers GET and POST with one view"


def test_a_forgotten_mark_shows_and_opens_nothing(app: Flask) -> None:
    assert access_of(lambda: "anything") is None
    assert access_of(public(lambda: "page")).kind is Kind.PUBLIC
    assert access_of(needs("office")(lambda: "page")).name == "office"
