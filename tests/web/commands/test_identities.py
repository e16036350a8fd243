"""`neuguong identities`: a new key, the old one dropped, and what a missing key is told as."""

from __future__ import annotations

import sqlalchemy as sa

from states.complaints.model import complaint
from states.sealed import Envelope
from tests.cast import Cast
from tests.roads import case_at
from tests.states.complaints.test_complaints import WHO, complain
from tests.states.test_identities import told
from tests.web.commands.terminal import called


def test_keys_are_rotated_and_a_missing_one_is_told(cast: Cast, tmp_path) -> None:
    complain(cast, case_at(cast, "unit_appraisal"))
    with cast.app.database.read() as connection:
        line = str(connection.scalar(sa.select(complaint.c.id)))
    settings = cast.app.settings
    environment = {"NEUGUONG_VAR": str(settings.var), "NEUGUONG_DATABASE_URL": settings.database_url}
    (old,) = settings.identity_keys
    turned = called("identities", "--rotate", "--drop-old", **environment)
    assert turned.exit_code == 0, turned.output
    assert "Đã mã hóa lại 1 danh tính" in turned.output
    (new,) = settings.identity_keys
    assert new != old
    assert told(cast, line, Envelope(lambda: [new])) == WHO
    assert told(cast, line, cast.app.identities) == WHO, "a process that runs on"
    for spoilt in ("", "rubbish", "rác"):
        settings.identity_file.write_text(spoilt, encoding="utf-8")
        for command in (("identities",), ("doctor",), ("web",), ("clock",)):
            said = called(*command, **environment, NEUGUONG_REHEARSAL="1")
            assert said.exit_code != 0
            assert "trống hoặc hỏng" in said.output, command
    settings.identity_file.write_text(new, encoding="ascii")
    lost = called("identities", **{**environment, "NEUGUONG_IDENTITY_KEYS": old})
    assert (lost.exit_code, "Không mở được: 1" in lost.output) == (1, True)
