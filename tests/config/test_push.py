"""What an installation may say of pushes: off unless asked for, a bad word is one clear line, the key is kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.push import Unfit, read
from config.settings import BadSetting, from_environment
from states.push.reach import SERVERS
from states.push.sealed_push import Signer, is_key, new_key


def said(tmp_path: Path, **given: str):
    return read(lambda name: given.get(name, ""), tmp_path)


def test_it_is_off_until_somebody_can_be_written_to(tmp_path: Path) -> None:
    assert said(tmp_path) is None
    assert said(tmp_path, PUSH_KEY=new_key(), PUSH_SERVERS="fcm.googleapis.com") is None
    found = said(tmp_path, PUSH="mailto:it@so.example")
    assert found is not None
    assert found.servers == SERVERS


def test_a_key_is_made_once_and_kept_for_its_owner_only(tmp_path: Path) -> None:
    found = said(tmp_path, PUSH="https://so.example/lien-he")
    assert found is not None
    assert is_key(found.key)
    assert found.key == found.key
    assert (tmp_path / "push_key").stat().st_mode & 0o777 == 0o600
    assert len(Signer(found.key, found.contact).public_key) == 87
    given = new_key()
    assert said(tmp_path, PUSH="mailto:it@so.example", PUSH_KEY=given).key == given


@pytest.mark.parametrize(
    "name, value",
    [
        ("PUSH", "it@so.example"), ("PUSH", "mailto:it@so.example x"), ("PUSH_KEY", "x"), ("PUSH_SERVERS", "localhost"),
        ("PUSH_SERVERS", "https://push.so.example/"), ("PUSH_SERVERS", "ftp://push.so.example"),
        ("PUSH_SERVERS", "fcm.googleapis.com *"), ("PUSH_SERVERS", "a/b.example"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_in_one_line(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(Unfit, match=name):
        said(tmp_path, **{"PUSH": "mailto:it@so.example", name: value})
    with pytest.raises(BadSetting) as wrong:
        from_environment({
            "NEUGUONG_VAR": str(tmp_path), "NEUGUONG_PUSH": "mailto:it@so.example", f"NEUGUONG_{name}": value,
        })  # fmt: skip
    assert wrong.value.message.key == f"setting.{name.lower()}"
