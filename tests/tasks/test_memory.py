"""What was handed out is not handed out again at once, and again later, since a broker forgets."""

from __future__ import annotations

from itertools import pairwise

from tasks.memory import Memory


def test_the_same_is_fresh_again_after_longer_and_longer_pauses():
    now = 0.0
    memory = Memory(lambda: now)
    moments = []
    for tenth in range(4000):
        now = tenth / 10
        if memory.fresh([["a", "b"]]):
            moments.append(now)
    assert moments[:4] == [0.0, 5.0, 15.0, 35.0]
    assert {b - a for a, b in pairwise(moments[5:])} == {60.0}


def test_others_are_fresh_meanwhile():
    memory = Memory(lambda: 0.0)
    assert memory.fresh([["a"], ["b"]]) == [["a"], ["b"]]
    assert memory.fresh([["a"], ["c"]]) == [["c"]]


def test_old_ones_are_forgotten():
    now = 0.0
    memory = Memory(lambda: now)
    memory.fresh([[str(n)] for n in range(2000)])
    now = 1000.0
    memory.fresh([["new"]])
    assert len(memory._until) == 1
