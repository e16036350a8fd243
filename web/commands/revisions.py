"""`neuguong compare`, `neuguong revise`: another version of a plan against the one in force, and its running cases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click
import sqlalchemy as sa

from states.revisions.model import MOVED
from states.revisions.moving import Change, Judged, begin, carry_out, rehearse, way_back
from web.commands.asking import agency_of, agency_option
from web.commands.shell import Shell, pass_shell
from web.deadline_words import rule_words
from workflow.comparison import Definitions, Difference, compare, compare_plans
from workflow.db import uuid7
from workflow.loading import DefinitionError, load_plan
from workflow.message import NotFound
from workflow.organisation import agency

BY = "cli"
SHOWN = 20


@click.command(
    name="compare", help="So sánh thư mục kế hoạch với phiên bản đang áp dụng: bước, người, hạn. Không đổi gì."
)
@click.argument("plan_dir", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Kết quả dạng JSON.")
@pass_shell
def comparison(shell: Shell, plan_dir: Path, as_json: bool) -> None:
    """One line a difference; exit code 1 when the folder is not sound."""
    application = shell.application
    try:
        loaded = load_plan(plan_dir.resolve(), registry=application.registry)
    except DefinitionError as error:
        for defect in error.defects:
            click.echo(shell.render(defect.line), err=True)
        raise SystemExit(1) from error
    with application.database.read() as connection:
        agency_id = connection.scalar(sa.select(agency.c.id).where(agency.c.code == loaded.plan.agency))
        living = application.catalogue.living_plan(connection, agency_id) if agency_id else None
        if living is None:
            raise shell.fail("compare.nothing", agency=loaded.plan.agency)
        before = {one.definition.process: one.definition for one in application.catalogue.lives(connection, living[0])}
    found = [*compare_plans(living[1], loaded.plan), *compare(before, loaded.definitions)]
    titles = {name: role.title for name, role in loaded.plan.roles.items()}
    if as_json:
        shell.say_json([
            {"process": one.process, "place": one.place, "kind": one.what.key, "text": shell.render(one.what),
             **_rule(shell, one, {**titles, **_fields(before, loaded.definitions, one)})}
            for one in found
        ])  # fmt: skip
        return
    for one in found:
        said = _rule(shell, one, {**titles, **_fields(before, loaded.definitions, one)})
        rule = f": {said['before']} → {said['after']}" if said else ""
        place = " – ".join(filter(None, (one.process or loaded.plan.title, one.place)))
        click.echo(f"{place}: {shell.render(one.what)}{rule}")
    shell.say("compare.many" if found else "compare.same", count=len(found))


def _fields(before: Definitions, after: Definitions, one: Difference) -> dict[str, str]:
    """What the fields are called that a rule may hang on."""
    known = [stored[one.name].field_titles() for stored in (before, after) if one.name in stored]
    return {name: title for titles in known for name, title in titles.items()}


def _rule(shell: Shell, one: Difference, titles: dict[str, str]) -> dict[str, str]:
    """A rule about time in words, as it was and as it is; nothing for any other difference."""
    if not one.rule:
        return {}
    was, now = (rule_words(one.rule, given, titles, shell.text) for given in (one.before, one.after))
    return {"before": was, "after": now}


@click.command(
    name="revise",
    help="Đưa hồ sơ đang chạy sang phiên bản kế hoạch đang áp dụng. Mặc định chỉ chạy thử; --apply để làm thật.",
)
@agency_option
@click.option(
    "--state", "mapped", multiple=True, metavar="QUY_TRÌNH.BƯỚC_CŨ=BƯỚC_MỚI", help="Bước cũ ứng với bước nào."
)
@click.option(
    "--apply",
    "for_good",
    is_flag=True,
    help="Làm thật: từng hồ sơ một, có ghi vào lịch sử; dừng giữa chừng thì gọi lại.",
)
@click.option("--back", "number", type=int, metavar="LẦN", help="Đưa hồ sơ của lần chuyển này về phiên bản trước đó.")
@click.option("--reason", default="", help="Căn cứ, ví dụ số quyết định.")
@click.option("--json", "as_json", is_flag=True, help="Kết quả dạng JSON.")
@pass_shell
def revise(
    shell: Shell, agency_code: str | None, mapped: tuple[str, ...], for_good: bool, number: int | None, reason: str,
    as_json: bool,
) -> None:  # fmt: skip
    """The trial and the change print the same; exit code 1 when a case would not, or did not, move."""
    application, agency_id = shell.application, agency_of(shell, agency_code)
    with application.database.read() as connection:
        if number is not None:
            try:
                change = way_back(connection, agency_id, number)
            except NotFound as missing:
                raise shell.fail("revise.unknown", number=number) from missing
        else:
            living = application.catalogue.living_plan(connection, agency_id)
            if living is None:
                raise shell.fail("compare.nothing", agency=agency_code or "")
            change = Change(agency_id, living[0], _states(shell, mapped))
    judged = _carried_out(shell, change, reason) if for_good else rehearse(application.engine, change)
    stays = _told(shell, judged, for_good, as_json)
    if stays:
        raise SystemExit(1)


def _carried_out(shell: Shell, change: Change, reason: str) -> Iterable[Judged]:
    application = shell.application
    with application.database.write() as connection:
        revision_id = begin(connection, change, by=BY, reason=reason, new_id=uuid7())
    return carry_out(application.engine, change, revision_id)


def _states(shell: Shell, mapped: tuple[str, ...]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for one in mapped:
        place, _, new = one.partition("=")
        process, _, old = place.partition(".")
        if not (process and old and new):
            raise shell.fail("revise.mapping", code=2, given=one)
        found.setdefault(process, {})[old] = new
    return found


def _told(shell: Shell, judged: Iterable[Judged], for_good: bool, as_json: bool) -> int:
    """Numbers first for a person, each case for a script; how many stay."""
    outcomes: Counter[str] = Counter()
    timers: Counter[str] = Counter()
    stays: list[Judged] = []
    rows: list[dict[str, Any]] = []
    for one in judged:
        outcomes[one.outcome] += 1
        if one.did is not None:
            timers.update(one.did.timers)
        if one.outcome != MOVED:
            stays.append(one)
        if as_json:
            rows.append({
                "code": one.code, "process": one.process, "state": one.state, "outcome": one.outcome,
                "why": [shell.render(reason) for reason in one.reasons],
                "timers": dict(one.did.timers) if one.did else {},
            })  # fmt: skip
    if as_json:
        shell.say_json({"for_good": for_good, "outcomes": dict(outcomes), "timers": dict(timers), "cases": rows})
        return len(stays)
    for one in stays[:SHOWN]:
        click.echo(f"{one.code} ({one.state}): {'; '.join(shell.render(reason) for reason in one.reasons)}")
    if len(stays) > SHOWN:
        shell.say("revise.more", count=len(stays) - SHOWN)
    key = "revise.moved" if for_good else "revise.would_move"
    numbers = {name: timers[name] for name in ("kept", "anew", "added", "gone")}
    shell.say(key, moved=outcomes[MOVED], stays=len(stays), **numbers)
    return len(stays)


COMMANDS = (comparison, revise)
