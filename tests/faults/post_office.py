"""A mail server as bad as they get, told how to be bad; it remembers what it took and whom it told so."""

from __future__ import annotations

import asyncio
import email
import email.policy
import threading
import time
from collections.abc import Coroutine
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any

from tests.servers import free_port

LATE_REPLY = "late_reply"  # takes a message, and says so when the mood is over
MOODS = ("refused", "hang_banner", "hang_after_data", "421", "451", "550", "lost_reply", "slow")
DRIP = 0.15  # seconds between two bytes of a slow server
LONGEST = 1 << 24  # bytes of a letter


@dataclass(frozen=True)
class Arrival:
    """A message it took at a moment of the monotonic clock; `told`: whether the sender heard that it was taken."""

    message: EmailMessage
    at: float
    told: bool


class PostOffice:
    """Speaks as much SMTP as a sender needs, in a thread of its own; `be` changes its mood at once."""

    def __init__(self) -> None:
        self.host, self.port = "127.0.0.1", free_port()
        self.letters: list[Arrival] = []
        self.mood = ""
        self.met: dict[str, int] = {}  # mood → how many sessions suffered it
        self._loop = asyncio.new_event_loop()
        self._over = asyncio.Event()
        self._server: asyncio.Server | None = None
        self._thread = threading.Thread(target=self._loop.run_forever, name="post office", daemon=True)

    def start(self) -> None:
        """Listen."""
        self._thread.start()
        self._do(self._open())

    def stop(self) -> None:
        """Close for good."""
        self.be("refused")
        self._do(self._leave())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    def be(self, mood: str) -> None:
        """One of MOODS, or "" to behave; who hangs in the old mood is hung up on."""
        self._do(self._change(mood))

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _open(self) -> None:
        if self._server is None:
            self._server = await asyncio.start_server(
                self._meet, self.host, self.port, reuse_address=True, limit=LONGEST
            )

    async def _leave(self) -> None:
        left = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    async def _change(self, mood: str) -> None:
        self.mood = mood
        self._over.set()
        self._over = asyncio.Event()
        if mood == "refused" and self._server is not None:
            self._server.close()
            self._server = None
        elif mood != "refused":
            await self._open()

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._talk(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.transport.abort() if self.mood == "hang_banner" else writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._suffers("hang_banner"):
            await self._over.wait()
            return
        if self._suffers("421"):
            await self._say(writer, "421 4.3.2 not now")
            return
        await self._say(writer, "220 post office")
        while line := (await reader.readline()).decode("ascii", "replace"):
            verb = line[:4].upper().strip()
            if verb == "QUIT":
                await self._say(writer, "221 bye")
                return
            if verb == "DATA":
                if not await self._take(reader, writer):
                    return
            elif verb == "RCPT" and self._suffers("550"):
                await self._say(writer, "550 5.1.1 no such mailbox")
            else:
                await self._say(writer, "250 ok")

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """A message, up to its dot; whether the talk goes on."""
        await self._say(writer, "354 go on")
        raw = await reader.readuntil(b"\r\n.\r\n")
        if self._suffers("451"):
            await self._say(writer, "451 4.3.0 try later")
            return True
        if self._suffers("hang_after_data"):
            await self._over.wait()
            return False
        lost = self._suffers("lost_reply")
        message = email.message_from_bytes(raw[:-3].replace(b"\r\n..", b"\r\n."), policy=email.policy.default)
        self.letters.append(Arrival(message, time.monotonic(), not lost))
        if lost:
            writer.transport.abort()
            return False
        if self._suffers(LATE_REPLY):
            await self._over.wait()
        await self._say(writer, "250 2.0.0 taken")
        return True

    def _suffers(self, mood: str) -> bool:
        if self.mood != mood:
            return False
        self.met[mood] = self.met.get(mood, 0) + 1
        return True

    async def _say(self, writer: asyncio.StreamWriter, words: str) -> None:
        said = f"{words}\r\n".encode()
        if self._suffers("slow"):
            for byte in said:
                writer.write(bytes([byte]))
                await asyncio.sleep(DRIP)
        else:
            writer.write(said)
        await writer.drain()
