"""The commands that keep running: everything in one process, or web, worker and clock apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from web.commands import running
from web.commands.shell import Shell, pass_shell

if TYPE_CHECKING:
    from celery import Celery

    from config.wiring import Application
    from tasks.dispatch import Dispatcher

# Celery and Alembic take longer to load than most commands to run: only what needs them does.


@click.command(help="Chạy tất cả trong một tiến trình: trang web, việc nền, đồng hồ. Không cần gì khác.")
@click.option("--demo", is_flag=True, help="Đơn vị mẫu, cơ sở dữ liệu riêng, đồng hồ lùi về 03/11/2025.")
@click.option("--host", help="Địa chỉ lắng nghe (thay NEUGUONG_HOST).")
@click.option("--port", type=click.IntRange(0, 65535), help="Cổng (thay NEUGUONG_PORT).")
@pass_shell
def up(shell: Shell, demo: bool, host: str | None, port: int | None) -> None:
    """The embedded installation, until told to stop."""
    shell.demo, shell.host, shell.port = demo, host, port
    running.log_to_stderr(shell)
    with running.until_told(shell):
        prepare(shell)
        running.refuse_unready(shell)
        from web.commands.embedded import Embedded

        Embedded(shell).run()


def prepare(shell: Shell) -> None:
    """Bring the database to this version's shape; for a demo, make its agency once."""
    from config import migrations

    running.refuse_unfit(shell)
    shell.settings.make_folders()
    migrations.upgrade(shell.settings.database_url)
    if shell.settings.demo:
        from config import demo  # a real installation never loads it

        shell.say("process.demo")
        demo.ensure(shell.application)


def _celery(application: Application) -> Celery:
    from tasks import celery_app

    return celery_app.make(application.settings.broker_url, application)


def _hand_out(application: Application, celery: Celery | None, *, works_itself: bool) -> Dispatcher:
    """Hand work to this Celery's broker, or to nobody."""
    from tasks.attach import attach, publisher

    return attach(application, publisher(celery) if celery else None, works_itself=works_itself)


@click.command(help="Chỉ trang web và API; việc nền và đồng hồ chạy riêng.")
@click.option("--host", help="Địa chỉ lắng nghe (thay NEUGUONG_HOST).")
@click.option("--port", type=click.IntRange(0, 65535), help="Cổng (thay NEUGUONG_PORT).")
@pass_shell
def web(shell: Shell, host: str | None, port: int | None) -> None:
    """Pages and API. Without a broker of its own it leaves all hand-outs to the clock."""
    shell.host, shell.port, shell.serves = host, port, True
    running.log_to_stderr(shell)
    application, settings = shell.wired, shell.settings
    running.refuse_unready(shell)
    if not settings.is_embedded:
        _hand_out(application, _celery(application), works_itself=False)
    with running.until_told(shell):
        server = running.server(shell)
        shell.say("process.web", address=running.address(server))
        server.run()


@click.command("worker", help="Chỉ việc nền (Celery); cần NEUGUONG_BROKER_URL.")
@click.option("--concurrency", type=click.IntRange(1, 64), default=4, show_default=True, help="Số tiến trình con.")
@pass_shell
def work(shell: Shell, concurrency: int) -> None:
    """The hands, with processes of their own."""
    running.log_to_stderr(shell)
    application, settings = shell.wired, shell.settings
    if settings.is_embedded:
        raise shell.fail("process.worker_needs_broker", code=2)
    running.refuse_unready(shell)
    running.count(shell, children=True)
    celery = _celery(application)
    _hand_out(application, celery, works_itself=False)
    shell.say("process.worker", concurrency=concurrency)
    from tasks import worker

    raise SystemExit(worker.run(celery, application, concurrency=concurrency))


@click.command(help="Chỉ đồng hồ: thời hạn, nhắc việc, việc định kỳ. Chạy mấy cái cùng lúc cũng được.")
@pass_shell
def clock(shell: Shell) -> None:
    """The heartbeat; without a broker, or when it is dead, it does all the work itself."""
    running.log_to_stderr(shell)
    application, settings = shell.wired, shell.settings
    running.refuse_unready(shell)
    running.count(shell)
    celery = None if settings.is_embedded else _celery(application)
    dispatcher = _hand_out(application, celery, works_itself=True)
    with running.until_told(shell):
        shell.say("process.clock")
        running.tick(application, dispatcher)


COMMANDS = (up, web, work, clock)
