"""`neuguong webhooks`: an administrator does on the machine what the page does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import Result

from tests.cast import Cast
from tests.receiver import Receiver, keys, receiver
from tests.web.commands.terminal import called
from workflow.organisation import person
from workflow.organisation_changes import add_account


@pytest.fixture
def to() -> Iterator[Receiver]:
    with receiver() as found:
        yield found


@pytest.fixture
def run(sqlite_cast: Cast, to: Receiver, tmp_path: Path):
    url = sqlite_cast.app.database.engine.url.render_as_string(hide_password=False)
    with sqlite_cast.app.database.write() as connection:
        known = add_account(connection, login="quan-tri", email="qt@so.example", password_hash="", is_admin=True)
        mine = person.c.id == sqlite_cast.people["office"]
        connection.execute(sa.update(person).where(mine).values(account_id=known))
    (tmp_path / "ca.pem").write_text(keys().root)
    of_network = {
        "NEUGUONG_WEBHOOK_NETWORKS": "127.0.0.0/8", "NEUGUONG_WEBHOOK_PORTS": f"443 {to.port}",
        "NEUGUONG_WEBHOOK_CA": str(tmp_path / "ca.pem"),
    }  # fmt: skip

    def command(*arguments: object, **more: str) -> Result:
        settings = {"NEUGUONG_VAR": str(tmp_path / "var"), "NEUGUONG_DATABASE_URL": url, **of_network, **more}
        return called("webhooks", *arguments, **settings)

    return command


def test_added_seen_paused_resumed_renewed_and_ended(run, to: Receiver) -> None:
    added = run("add", to.address, "--name", "Cổng", "--as", "quan-tri")
    assert (added.exit_code, "whsec_" in added.stdout) == (0, True)
    [one] = json.loads(run("list", "--json").stdout)
    assert (one["name"], one["status"], one["address"], one["waiting"]) == ("Cổng", "active", to.address, 0)
    for word in ("pause", "resume", "send-again", "renew", "end"):
        assert run(word, one["id"], "--as", "office").exit_code == 0, word
    assert json.loads(run("list", "--json").stdout) == []
    assert "Không có hệ thống nhận tin này" in run("pause", one["id"], "--as", "office").stderr


def test_an_address_is_tried_before_and_only_an_administrator_adds(run, to: Receiver) -> None:
    assert run("check", to.address).exit_code == 0
    refused = run("check", "https://10.1.2.3/")
    assert refused.exit_code == 1
    assert "NEUGUONG_WEBHOOK_NETWORKS" in refused.stderr
    assert run("check", to.address, NEUGUONG_WEBHOOK_NETWORKS="10.0.0.0/8").exit_code == 1
    assert run("add", to.address, "--name", "Cổng", "--as", "head").exit_code == 1


@pytest.mark.parametrize(
    ("name", "value"), [("NETWORKS", "0.0.0.0/0"), ("NETWORKS", "10.1.2.3/8"), ("PORTS", "0"), ("CA", "/khong-co")]
)
def test_a_setting_that_cannot_be_is_refused_by_its_name(run, name: str, value: str) -> None:
    answer = run("list", **{f"NEUGUONG_WEBHOOK_{name}": value})
    assert answer.exit_code == 2
    assert f"NEUGUONG_WEBHOOK_{name}" in answer.stderr
