"""What a clerk may upload as a template: every trick refused with its sentence, and whatever ran anyway is bounded."""

from __future__ import annotations

import resource
import time

import pytest

from config import texts
from states.documents.base_templates import MADE, base_template
from states.documents.checking import Unfit, _package, _tags, check
from states.documents.samples import sample
from states.documents.templates import preview
from tests.states.documents.hostile import HOSTILE, saying
from workflow import confinement, forking
from workflow.confinement import Bounds, Confined
from workflow.message import Message, Refused


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_template_is_refused_with_its_sentence(name: str) -> None:
    made, why = HOSTILE[name]
    content = made()
    with pytest.raises(Unfit) as refused:
        examine(content)
    assert refused.value.why == why, refused.value.params
    sentence = Message(f"template.{why}", refused.value.params)
    assert len(texts.load(strict=True).render(sentence, "vi")) > 20


def examine(content: bytes) -> None:
    """What the confined child does, here, so that forty tricks need not forty children."""
    _package(content)
    _tags(content, sample())


def test_the_upload_itself_refuses_in_the_confined_child() -> None:
    for name in ("code_by_class", "a_zip_bomb", "outside_entity", "an_unknown_tag"):
        with pytest.raises(Refused) as refused:
            preview(HOSTILE[name][0]())
        assert refused.value.reasons[0].key == f"template.{HOSTILE[name][1]}"


def test_every_base_template_passes_its_own_check() -> None:
    for name in MADE:
        said, made = check({}, base_template(name))
        assert (name, said) == (name, {})
        assert made.startswith(b"PK")


def spin(said: object, content: bytes) -> tuple[object, bytes]:
    """Never ends."""
    while True:
        pass


def swallow(said: object, content: bytes) -> tuple[object, bytes]:
    """Takes all memory there is."""
    return {"length": len(b"x" * 2**40)}, b""


def sleep(said: object, content: bytes) -> tuple[object, bytes]:
    """Takes no processor but a long time."""
    time.sleep(60)
    return {}, b""


def call_home(said: object, content: bytes) -> tuple[object, bytes]:
    """Tries everything a template must not."""
    import socket
    import subprocess

    tried = {}
    for name, trial in {
        "socket": lambda: socket.create_connection(("127.0.0.1", 9)),
        "program": lambda: subprocess.run(["true"], check=False),
        "file": lambda: open("/tmp/neuguong-written", "w"),  # noqa: SIM115
    }.items():
        try:
            trial()
        except PermissionError as error:
            tried[name] = "confined" in str(error)
    return tried, content


HERE = "tests.states.documents.test_templates"


def test_what_ran_anyway_is_stopped_in_time_and_memory() -> None:
    forking.end()
    began, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    with pytest.raises(Confined, match="time"):
        confinement.run(f"{HERE}:spin", {}, bounds=Bounds(cpu=1, wall=10))
    forking.end()  # only what was waited for counts
    assert 0 < resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before < 4
    with pytest.raises(Confined, match="time"):
        confinement.run(f"{HERE}:sleep", {}, bounds=Bounds(wall=2))
    with pytest.raises(Confined, match="memory"):
        confinement.run(f"{HERE}:swallow", {})
    assert time.monotonic() - began < 20


def test_a_confined_child_reaches_nothing() -> None:
    tried, back = confinement.run(f"{HERE}:call_home", {}, b"content")
    assert tried == {"socket": True, "program": True, "file": True}
    assert back == b"content"


def test_forced_rendering_of_a_loop_is_bounded() -> None:
    """Past the check, as if it had a hole: the child's bounds hold."""
    loops = "{% for a in danh_sach %}" * 12 + "x" + "{% endfor %}" * 12
    many = {**sample(), "danh_sach": [{"stt": n} for n in range(147)]}
    with pytest.raises(Confined):
        confinement.run("states.documents.checking:make", many, saying(loops), Bounds(cpu=2, wall=6))
