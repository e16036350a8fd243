"""`neuguong`: the commands that start the others, ask them and repair them. It decides nothing for people."""

from __future__ import annotations

from typing import Any

import click

from config import texts
from config.settings import BadSetting, Settings, from_environment, language_asked
from web.commands import FAMILIES
from web.commands.root import Root
from web.commands.shell import Shell


def settings(**asked: Any) -> Settings:
    """The settings of this process; a bad one is one line and exit code 2, as for a bad option."""
    try:
        return from_environment(**asked)
    except BadSetting as bad:
        raise click.UsageError(texts.load().render(bad.message, language_asked())) from bad


@click.group(
    cls=Root,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    help="Nêu Gương: phát hiện, bồi dưỡng, công nhận và nhân rộng điển hình tiên tiến.",
)
@click.pass_context
def main(context: click.Context) -> None:
    """Every command gets the shell, which reads settings and connects only when asked."""
    context.obj = Shell(settings)
    context.call_on_close(context.obj.close)


for _command in [command for family in FAMILIES for command in family]:
    main.add_command(_command)

if __name__ == "__main__":
    main()
