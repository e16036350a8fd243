"""One person of the load: a connection kept open, a request, a thought, the next one."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Callable

from tests.bench.people import People
from workflow.db import uuid7

Count = Callable[[str, int, float], None]


class Visitor:
    """Person number n of the agency, or a second, third … browser of the same one."""

    def __init__(self, port: int, people: People, number: int, count: Count, patient: float) -> None:
        self.me = people.all[number % len(people.all)]
        self.cases = people.cases[self.me.unit]
        self._port, self._count, self._patient = port, count, patient
        self._dice = random.Random(number)
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def work(self, thinking: float, seconds: float) -> None:
        """Ask every `thinking` seconds, for so long."""
        stop = time.monotonic() + seconds
        await asyncio.sleep(self._dice.uniform(0, thinking))
        while (begin := time.monotonic()) < stop:
            await self._do()
            await asyncio.sleep(max(0.0, thinking - (time.monotonic() - begin)))
        self._hang_up()

    async def _do(self) -> None:
        chance, code = self._dice.random(), self._dice.choice(self.cases)
        if chance < 0.7:
            await self._ask("inbox", "GET", "/viec")
        elif chance < 0.9:
            await self._ask("case", "GET", f"/ho-so/{code}")
        else:
            await self._decide(code)

    async def _decide(self, code: str) -> None:
        """Endorse a colleague, as seen a moment ago; twice, or after somebody else, is refused with a reason."""
        status, body = await self._ask("look", "GET", f"/api/v1/cases/{code}")
        if status == 200:
            version = json.loads(body)["version"]
            inputs = json.dumps({"inputs": {"endorsement": "Đồng chí rất xứng đáng được biểu dương."}})
            headers = {"If-Match": str(version), "Idempotency-Key": uuid7(), "Content-Type": "application/json"}
            await self._ask("decide", "POST", f"/api/v1/cases/{code}/actions/endorse", inputs.encode(), headers)

    async def _ask(
        self, kind: str, method: str, path: str, body: bytes = b"", more: dict[str, str] | None = None
    ) -> tuple[int, bytes]:
        who = {"Authorization": f"Bearer {self.me.token}"} if path.startswith("/api") else {
            "Cookie": f"neuguong={self.me.cookie}"}  # fmt: skip
        headers = {"Host": "127.0.0.1", "Content-Length": str(len(body)), **who, **(more or {})}
        lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
        begin = time.perf_counter()
        try:
            async with asyncio.timeout(self._patient):
                status, answer = await self._exchange("\r\n".join(lines).encode() + body)
        except (OSError, EOFError, TimeoutError, ValueError):
            self._hang_up()
            status, answer = 0, b""
        self._count(kind, status, time.perf_counter() - begin)
        return status, answer

    async def _exchange(self, request: bytes) -> tuple[int, bytes]:
        if self._streams is None or self._streams[0].at_eof():
            self._hang_up()
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = next(
            (int(line.partition(":")[2]) for line in head.split("\r\n") if line.startswith("content-length:")), 0
        )
        body = await reader.readexactly(length)
        if "connection: close" in head:
            self._hang_up()
        return int(head.split(" ", 2)[1]), body

    def _hang_up(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None
