"""Everything in one process: the web server, the hands and the clock as threads around one database."""

from __future__ import annotations

import click

from tasks import celery_app
from tasks.attach import attach, publisher
from tasks.embedded import EmbeddedWorker
from web.commands import running
from web.commands.shell import Shell


class Embedded:
    """The embedded installation. What it needs of a broker lives and dies with it: the rows say it all."""

    def __init__(self, shell: Shell) -> None:
        self.shell = shell
        self.server = running.server(shell)
        application = shell.wired
        celery = celery_app.make("memory://", application)
        self.worker = EmbeddedWorker(celery)
        self.dispatcher = attach(application, publisher(celery), works_itself=True)
        self.clock = running.make_clock(application, self.dispatcher)

    def run(self) -> None:
        """Serve until told to stop, then let the hands finish what they hold."""
        self.worker.start()
        self.worker.ready.wait(10)
        self.clock.start()
        self._greet()
        try:
            self.server.run()
        finally:
            self.clock.stop()
            self.dispatcher.stop()
            self.server.close()
            stopped = self.worker.stop(running.GRACE - 4)
            self.shell.say("process.stopped" if stopped else "process.stopped_hard")

    def _greet(self) -> None:
        address = running.address(self.server)
        self.shell.say("process.up", address=address)
        if self.shell.settings.demo:
            self._introduce()

    def _introduce(self) -> None:
        from config import demo  # a real installation never loads it

        for line in demo.sign_ins(self.shell.wired):
            click.echo(line)
