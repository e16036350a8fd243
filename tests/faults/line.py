"""A TCP line between a process and its server that can be cut, held still and slowed: the network as it is."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Coroutine
from typing import Any


class Line:
    """Listens on `port` and passes everything on to `target`; each bad state ends by `mend`."""

    def __init__(self, target: int) -> None:
        self.target, self.port = target, 0
        self.refused = 0  # connections that came while it was cut
        self._cut, self._pause = False, 0.0
        self._loop = asyncio.new_event_loop()
        self._flows = asyncio.Event()
        self._flows.set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self._thread = threading.Thread(target=self._loop.run_forever, name="line", daemon=True)

    def start(self) -> None:
        """Open it on a free port."""
        self._thread.start()
        self._do(self._listen())

    def stop(self) -> None:
        """Close it and everything that runs over it."""
        self._do(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    def cut(self) -> None:
        """Both ends lose every connection at once (RST), and new ones are refused."""
        self._cut = True
        self._do(self._abort())

    def hold(self) -> None:
        """Nothing passes and nobody is told: a black hole."""
        self._loop.call_soon_threadsafe(self._flows.clear)

    def slow(self, seconds: float) -> None:
        """Every packet waits."""
        self._pause = seconds

    def mend(self) -> None:
        """As if nothing had been."""
        self._cut, self._pause = False, 0.0
        self._loop.call_soon_threadsafe(self._flows.set)

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, backlog=200)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        assert self._server is not None
        self._server.close()
        self._flows.set()
        await self._abort()
        left = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    async def _abort(self) -> None:
        for writer in list(self._writers):
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._cut:
            self.refused += 1
            writer.transport.abort()
            return
        await self._flows.wait()
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.transport.abort()
            return
        pair = {writer, back}
        self._writers |= pair
        try:
            await asyncio.gather(self._pass_on(reader, back), self._pass_on(there, writer))
        except asyncio.CancelledError:
            return  # the line is taken down
        finally:
            self._writers -= pair
            for end in pair:
                end.transport.abort()

    async def _pass_on(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while said := await source.read(1 << 16):
                await self._flows.wait()
                if self._pause:
                    await asyncio.sleep(self._pause)
                if sink.is_closing():
                    return
                sink.write(said)
                await sink.drain()
        with contextlib.suppress(OSError, RuntimeError):
            sink.close()
