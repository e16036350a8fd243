"""A mail that came twice is explained by what was done to its sender, and by nothing else."""

from __future__ import annotations

from email.message import EmailMessage

from tests.faults.explained import refused_ends, repeats
from tests.faults.monkey import Injected
from tests.faults.post_office import Arrival

ID = "01a21bc8-44bf-79cf-83b1-4c427d18b83f"
KILL = Injected("kill worker1", 10.5, 10.9)


def arrived(at: float, *, told: bool = True) -> Arrival:
    message = EmailMessage()
    message["Message-ID"] = f"<{ID}@so.example>"
    return Arrival(message, at, told)


def test_one_that_came_once_needs_no_reason():
    found = repeats([arrived(10)], [KILL])
    assert (found.letters, found.repeated, found.unexplained) == (1, 0, [])


def test_a_reply_that_was_lost_is_the_reason_before_all_others():
    found = repeats([arrived(10, told=False), arrived(12)], [KILL])
    assert (found.repeated, dict(found.explained)) == (1, {"reply lost": 1})


def test_a_kill_of_a_worker_right_after_is_a_reason():
    assert dict(repeats([arrived(10), arrived(40)], [KILL]).explained) == {"kill worker1": 1}


def test_neither_a_kill_long_after_nor_one_of_a_web_server_is():
    for other in (Injected("kill worker1", 30, 31), Injected("kill web1", 10.5, 10.9)):
        assert len(repeats([arrived(10), arrived(40)], [other]).unexplained) == 1


def test_a_sender_that_was_refused_the_end_says_so_itself():
    log = f"WARNING tasks.deliver: message {ID}: other hands hold it by now, nothing was written\n"
    found = repeats([arrived(10), arrived(40)], [], refused_ends([log]))
    assert dict(found.explained) == {"its hands had lost the lease": 1}
