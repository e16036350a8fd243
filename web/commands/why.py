"""`neuguong why`: why an item, a deadline, a case, a person's rights, a refusal are what they are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import click

from states.subjects.why_person import NOBODY
from web import why
from web.commands.asking import agency_of, agency_option, case_json, person_of, sentences, view_of
from web.commands.shell import Shell, pass_shell
from web.why import KINDS, Asker
from workflow.explain import Option
from workflow.folding import tidy
from workflow.message import NotFound
from workflow.reasons import Line

as_json = click.option("--json", "as_json", is_flag=True, help="Kết quả dạng JSON, cho máy đọc.")
SIGNS = {"yes": "+", "no": "-", "later": "~", "": "·"}


class ByKind(click.Command):
    """`why CODE` is `why case CODE`: the word may be left out where a case is meant."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the word there."""
        plain = [one for one in args if not one.startswith("-")]
        if plain and plain[0] not in KINDS:
            args = ["case", *args]
        return super().parse_args(ctx, args)


@click.command(
    "why", cls=ByKind,
    help="Vì sao: item và deadline (mã việc), case (mã hồ sơ), person (mã người), refusal (mã từ chối), "
    "start (QUY_TRÌNH hoặc QUY_TRÌNH.THAO_TÁC: có được bắt đầu không).",
)  # fmt: skip
@click.argument("kind", type=click.Choice(KINDS))
@click.argument("about")
@click.option("--as", "person", metavar="PERSON_CODE", help="Hỏi thay người này: nút nào họ có, lý do nào của họ.")
@click.option("--case", "code", default="", metavar="CODE", help="Của person: với hồ sơ này; của start: về người này.")
@agency_option
@as_json
@pass_shell
def why_(
    shell: Shell, kind: str, about: str, person: str | None, code: str, agency_code: str | None, as_json: bool
) -> None:
    """The explanation in Vietnamese, or for scripts; exit code 1 for what is not there or may not be seen."""
    agency_id = agency_of(shell, agency_code)
    asker = _asker(shell, agency_id, person)
    if kind == "person":
        about = _person(shell, agency_id, about)
    if kind == "case":
        about = str(view_of(shell, agency_id, about).case["code"])
    try:
        found = why.of(asker, kind, about, code=tidy(code))
    except NotFound as missing:
        raise click.ClickException(shell.render(missing.reasons[0])) from None
    if as_json:
        shell.say_json(
            why.told(found, shell.render) | (_case(shell, agency_id, about, person) if kind == "case" else {})
        )
        return
    click.echo(shell.render(found.title))
    for part in found.parts:
        click.echo(f"\n{shell.render(part.title)}")
        _say(shell, part.lines, 1)
    if kind == "case" and not person:
        shell.say("why.say_as")


def _case(shell: Shell, agency_id: str, code: str, person: str | None) -> dict[str, Any]:
    """Of a case also what scripts compare: where it is, and each option with its verdict."""
    view = view_of(shell, agency_id, code, person)
    options = view.options if person else ()
    return case_json(shell, view) | {"as": person, "options": [_option(shell, one) for one in options]}


def _option(shell: Shell, one: Option) -> dict[str, object]:
    return {
        "kind": one.kind, "name": one.name, "ask_id": one.ask_id, "title": one.title, "verb": one.verb,
        "allowed": one.allowed, "reasons": sentences(shell, one.refusals), "keys": [each.key for each in one.refusals],
        "authority": sentences(shell, (one.authority.why,))[0] if one.authority else "",
        "needs": [field.name for field in one.needs], "leads_to": one.leads_to,
    }  # fmt: skip


def _say(shell: Shell, lines: Iterable[Line], depth: int) -> None:
    for one in lines:
        leads = f"  [{one.at[0]} {one.at[1]}]" if one.at else ""
        click.echo(f"{'  ' * depth}{SIGNS[one.sign]} {shell.render(one.said)}{leads}")
        _say(shell, one.under, depth + 1)


def _asker(shell: Shell, agency_id: str, person: str | None) -> Asker:
    found = _person(shell, agency_id, person) if person else NOBODY
    return Asker(shell.application, agency_id, found, "cli")


def _person(shell: Shell, agency_id: str, given: str) -> str:
    with shell.application.database.read() as connection:
        found = person_of(connection, agency_id, given)
    if found is None:
        raise shell.fail("cases.no_person", given=given)
    return found


COMMANDS: tuple[Any, ...] = (why_,)
