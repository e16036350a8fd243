"""How one body votes, as a plan's `votes:` says it: closed words, exact shares, every source named.

What no source fixes is the plan's own choice; this room knows the words, not the numbers.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from states.councils.votes import BeyondLimits, Share
from workflow.registry import BadRules

Mode = Literal["hands", "secret", "papers", "appraise"]
Absent = Literal["written", "proxy", "none"]
Recused = Literal["out", "counted"]
TieRule = Literal["again", "chair", "head", "fails"]
Preference = Literal["woman", "collective_70_percent_women", "frontline_worker"]
Choose = Literal["each", "places"]
Sealing = Literal["never", "offered", "always"]
Published = Literal["counts", "verdicts", "nothing"]

KEYS = (
    "electorate", "chair", "quorum", "pass", "mode", "absent", "recused", "recuse", "ballots", "unreached", "undecided",
    "tie", "places", "prefer", "publish", "chair_must_attend", "keeper", "choose", "sealed", "cite",
)  # fmt: skip
MOST_BALLOTS = 5


@dataclass(frozen=True)
class RuleSet:
    """One entry of `votes:`.

    `electorate`: the roles whose holders are members; `chair`: that of the one who presides. `quorums` and `passes`:
    the shares by award (`else` under the empty name); a quorum may be None. `absent`: how one who cannot come is
    heard. `recused`: whether who stands aside leaves the number that shares are of; `recuse`: a role that stands
    aside from names of its own unit, besides those whose own case, kin or declared conflict it is. `ballots`: rounds
    at most. `unreached`: whether a name below the bar is voted on again while ballots are left, or fails. `tie`: what
    decides between equals, in order. `undecided`: the role that decides what is still open after all, else it fails.
    `places`: how many may be chosen; None is as many as reach the share. `prefer`: among equals at the last place (NĐ
    152/2025 Đ.4(6)). `publish`: what who sees the sitting but does not run it reads of its votes (`publishing`).
    `keeper`: the role that, with the chair, ends a vote in the system's box; without it there is none. `choose`: for
    or against each, or at most as many as there are places. `sealed`: whether slips are sealed to tellers' keys before
    they leave the browser: who opens the box may name tellers to hold them, or must.
    """

    name: str
    electorate: tuple[str, ...]
    chair: str | None
    quorums: Mapping[str, Share | None]
    passes: Mapping[str, Share]
    mode: Mode = "secret"
    absent: Absent = "none"
    recused: Recused = "out"
    recuse: str | None = None
    ballots: int = 1
    unreached: Literal["again", "fails"] = "fails"
    undecided: str | None = None
    tie: tuple[TieRule, ...] = ("fails",)
    places: int | None = None
    prefer: tuple[Preference, ...] = ()
    publish: Published = "counts"
    chair_must_attend: bool = False
    keeper: str | None = None
    choose: Choose = "each"
    sealed: Sealing = "never"
    cite: str = ""

    def share(self, award: str | None) -> Share:
        """What a proposal for this award must reach; the common share where the plan names none for it."""
        return self.passes.get(award or "") or self.passes[""]

    def quorum(self, award: str | None) -> Share | None:
        """Of all members, those without whom nothing is decided on such a proposal; None where no number is asked."""
        return self.quorums.get(award or "", self.quorums[""])


def read(name: str, said: Mapping[str, Any]) -> RuleSet:
    """A rule set from the plan's words. Raises BadRules naming key, word and the nearest right word."""
    for key in said:
        if key not in KEYS:
            raise BadRules(key, key, _nearest(key, KEYS))
    mode = _one(said, "mode", Mode, "secret")
    tie = _several(said, "tie", TieRule) or ("fails",)
    ballots = _number(said, "ballots", 1)
    if "again" in tie and ballots == 1:
        raise BadRules("tie", "again", "ballots: 2")
    if "chair" in tie and not said.get("chair"):
        raise BadRules("tie", "chair", "chair: council_chair")
    undecided = said.get("undecided") or None
    if "head" in tie and not undecided:
        raise BadRules("tie", "head", "undecided")
    return RuleSet(
        name=name, electorate=_electorate(said), chair=said.get("chair") or None,
        quorums={award: _quorum(text) for award, text in _by_award(said, "quorum").items()},
        passes=_passes(said, mode), mode=mode, absent=_one(said, "absent", Absent, "none"),
        recuse=said.get("recuse") or None, recused=_one(said, "recused", Recused, "out"), ballots=ballots,
        unreached="again" if _one(said, "unreached", Literal["again", "fails"], "fails") == "again" else "fails",
        undecided=undecided, tie=tie, places=_places(said), prefer=_several(said, "prefer", Preference),
        keeper=said.get("keeper") or None, choose=_choose(said), sealed=_sealed(said),
        publish=_one(said, "publish", Published, "counts"), cite=str(said.get("cite") or ""),
        chair_must_attend=_one(said, "chair_must_attend", Literal["true", "false"], "false") == "true",
    )  # fmt: skip


def _quorum(text: str) -> Share | None:
    """`none`, or a share of all members: a quorum of those present would always be met."""
    if text == "none":
        return None
    share = _share("quorum", text)
    if share.of != "all":
        raise BadRules("quorum", text, f"{share.written} of all")
    return share


def _passes(said: Mapping[str, Any], mode: Mode) -> Mapping[str, Share]:
    """One share, or one by award with `else`; who only appraises passes by no share."""
    if said.get("pass") is None and mode == "appraise":
        return {"": Share.read("more than 1/2 of present")}
    return {award: _share("pass", text) for award, text in _by_award(said, "pass").items()}


def _by_award(said: Mapping[str, Any], key: str) -> Mapping[str, str]:
    """One text for all under the empty name, or one by award with `else`."""
    given = said.get(key)
    if not isinstance(given, Mapping):
        return {"": str(given or "")}
    if given.get("per") != "item.award" or "else" not in given:
        raise BadRules(key, str(given.get("per", "")), "per: item.award, else: …")
    return {"" if award == "else" else award: str(text) for award, text in given.items() if award != "per"}


def _share(key: str, text: str) -> Share:
    try:
        return Share.read(text)
    except BeyondLimits:
        raise BadRules(key, text, is_share=True) from None
    except ValueError:
        raise BadRules(key, text, "at least 80 % of all") from None


def _places(said: Mapping[str, Any]) -> int | None:
    """A whole number or `none`: what is neither would quietly be no limit."""
    given = str(said.get("places", "none"))
    if given == "none":
        return None
    if not (given.isascii() and given.isdigit()):
        raise BadRules("places", given, "none")
    return int(given)


def _choose(said: Mapping[str, Any]) -> Choose:
    """For or against each name, or at most as many as there are places: then there must be some."""
    chosen: Choose = _one(said, "choose", Choose, "each")
    if chosen == "places" and _places(said) is None:
        raise BadRules("choose", chosen, "places: 3")
    return chosen


def _sealed(said: Mapping[str, Any]) -> Sealing:
    """Sealed slips cannot be checked for how many somebody chose: for or against each only."""
    sealed: Sealing = _one(said, "sealed", Sealing, "never")
    if sealed != "never" and (_choose(said) == "places" or not said.get("keeper")):
        raise BadRules("sealed", sealed, "choose: each, keeper: council_secretary")
    return sealed


def _number(said: Mapping[str, Any], key: str, otherwise: int) -> int:
    given = str(said.get(key, otherwise))
    if not given.isdigit() or not 1 <= int(given) <= MOST_BALLOTS:
        raise BadRules(key, given, f"1..{MOST_BALLOTS}")
    return int(given)


def _electorate(said: Mapping[str, Any]) -> tuple[str, ...]:
    """The roles whose holders vote: one, or a list of them."""
    given = said.get("electorate")
    roles = (given,) if isinstance(given, str) and given else tuple(given or ())
    if not roles:
        raise BadRules("electorate", "", "electorate: council_member")
    return roles


def _one(said: Mapping[str, Any], key: str, words: Any, otherwise: str) -> Any:
    given = str(said.get(key, otherwise))
    if given not in get_args(words):
        raise BadRules(key, given, _nearest(given, get_args(words)))
    return given


def _several(said: Mapping[str, Any], key: str, words: Any) -> tuple[Any, ...]:
    given = said.get(key)
    listed = [given] if isinstance(given, str) else list(given or ())
    for word in listed:
        if word not in get_args(words):
            raise BadRules(key, str(word), _nearest(str(word), get_args(words)))
    return tuple(listed)


def _nearest(word: str, words: Sequence[str]) -> str:
    return next(iter(difflib.get_close_matches(word, words, 1, 0.0)), "")
