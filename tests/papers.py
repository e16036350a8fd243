"""Real papers for the cast: files on disk under their hash, where other tests only write a row."""

from __future__ import annotations

import io

from states.subjects.enrol import enrol_other
from tests.cast import Cast
from workflow import files


def paper(cast: Cast, by: str, text: str) -> str:
    """A real file on disk and its row; its id."""
    stored = cast.app.files.put(io.BytesIO(f"%PDF-1.7 {text}".encode()), cast.agency_id, "giay-to.pdf")
    file_id = cast.app.database.new_id()
    with cast.app.database.write() as connection:
        files.record(
            connection, stored, file_id=file_id, agency_id=cast.agency_id, person_id=cast.people[by]
        )  # fmt: skip
    return file_id


def with_papers(cast: Cast) -> None:
    """From now on what this cast hands in lies on disk, and a name that is none of theirs is somebody new."""
    known = cast.subject

    def subject(name: str = "candidate") -> str:
        if name in cast.people:
            return known(name)
        new = {"kind": "person", "name": name, "unit_id": cast.units["cntt"], "new_id": cast.app.database.new_id}
        with cast.app.database.write() as connection:
            return enrol_other(connection, cast.agency_id, **new)

    cast.subject = subject  # type: ignore[method-assign]
    cast.upload = lambda by, name="": paper(cast, by, cast.app.database.new_id())  # type: ignore[method-assign]
