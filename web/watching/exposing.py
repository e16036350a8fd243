"""Where counters can be read: on the page /metrics of a web process, on a small port of worker and clock."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

LOOPBACK = "127.0.0.1"
FOLDER = "PROMETHEUS_MULTIPROC_DIR"


def share_among_children() -> None:
    """Make the counters of this process and its children add up. Called before anything counts."""
    folder = tempfile.mkdtemp(prefix="neuguong-metrics-")
    os.environ[FOLDER] = folder
    mother = os.getpid()
    atexit.register(lambda: os.getpid() == mother and shutil.rmtree(folder, ignore_errors=True))


def serve(port: int) -> int:
    """Count, and show the counters of this process and of its children on loopback; the port."""
    from prometheus_client import REGISTRY, CollectorRegistry, start_http_server
    from prometheus_client.multiprocess import MultiProcessCollector

    from web.watching import counters  # not earlier: the library decides on import whether counters are shared

    counters.listen()
    registry = REGISTRY
    if FOLDER in os.environ:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)
    server, _ = start_http_server(port, addr=LOOPBACK, registry=registry)
    return int(server.server_port)
