"""What was sent as a plan is read whole, or refused before it does harm."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

import pytest

from states.revisions.uploading import MOST_BYTES, MOST_FILES, files_of
from workflow.message import Refused

PLAN = {"plan.yaml": "plan: p\n", "processes/a.yaml": "process: a\n"}


def archive(members: Mapping[str, str | bytes], *, link: str = "") -> list[tuple[str, bytes]]:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(name, content)
        if link:
            info = zipfile.ZipInfo(link)
            info.external_attr = 0o120777 << 16
            made.writestr(info, "/etc/passwd")
    return [("ke-hoach.zip", kept.getvalue())]


@pytest.mark.parametrize("before", ["", "p/", "tai-ve/p/", "khac/"])
def test_a_plan_is_found_at_any_depth(before: str) -> None:
    sent = archive({f"{before}{name}": text for name, text in PLAN.items()})
    assert files_of(sent, "p") == PLAN
    assert files_of([(f"{before}{name}", text.encode()) for name, text in PLAN.items()], "p") == PLAN


def test_plans_it_is_like_stand_beside_it_and_what_is_no_plan_is_left_out() -> None:
    more = {"p/organisation.yaml": "x", "p/note.txt": "x", "__MACOSX/p/plan.yaml": "x", "chung/plan.yaml": "plan: c\n"}
    sent = archive({**{f"p/{name}": text for name, text in PLAN.items()}, **more})
    assert files_of(sent, "p") == {**PLAN, "chung/plan.yaml": "plan: c\n"}
    beside = {"chung/plan.yaml": "cũ", "khac/plan.yaml": "k", "plan.yaml": "y"}
    assert files_of(sent, "p", beside) == {**PLAN, "chung/plan.yaml": "plan: c\n", "khac/plan.yaml": "k"}


@pytest.mark.parametrize("members, reason", [
    ({"../plan.yaml": "x"}, "file.damaged"),
    ({"/etc/plan.yaml": "x"}, "file.damaged"),
    ({"a\\plan.yaml": "x"}, "file.damaged"),
    ({"a b/plan.yaml": "x"}, "plan_change.bad_name"),
    ({"1/2/3/4/plan.yaml": "x"}, "plan_change.bad_name"),
    ({"processes/a.yaml": "x"}, "plan_change.no_plan"),
    ({"a.txt": "x"}, "plan_change.no_files"),
    ({"a/plan.yaml": "x", "b/plan.yaml": "x"}, "plan_change.which_plan"),
    ({"plan.yaml": b"\xff\xfe\x00"}, "plan_change.not_utf8"),
    ({"plan.yaml": "x" * (MOST_BYTES + 1)}, "file.swollen"),
    ({f"{n}.yaml": "x" for n in range(2 * MOST_FILES + 1)}, "file.swollen"),
])  # fmt: skip
def test_what_may_do_harm_is_refused(members: dict[str, str | bytes], reason: str) -> None:
    with pytest.raises(Refused) as refused:
        files_of(archive(members), "p")
    assert refused.value.reasons[0].key == reason


def test_a_size_that_lies_a_link_and_what_is_no_archive_are_refused() -> None:
    ((_, content),) = archive({"plan.yaml": "x" * (MOST_BYTES + 1)})
    size = (MOST_BYTES + 1).to_bytes(4, "little")
    lying = content.replace(size, (10).to_bytes(4, "little"))
    assert lying != content
    for sent in ([("a.zip", lying)], archive(PLAN, link="processes/b.yaml"), [("a.zip", b"PK not an archive")],
                 [("a.zip", content[:200])], [("plan.yaml", b"x" * (MOST_BYTES + 1))]):  # fmt: skip
        with pytest.raises(Refused):
            files_of(sent, "p")
