"""Devices are called by what their owners know them by."""

from __future__ import annotations

import pytest

from web.sign_in.devices import name


@pytest.mark.parametrize(
    ("client", "said"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/130.0 Safari/537.36 Edg/130.0", "Edge, Windows"),
        ("Mozilla/5.0 (Windows NT 10.0) coc_coc_browser/128.0 Chrome/122.0 Safari/537.36", "Cốc Cốc, Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0", "Firefox, Linux"),
        ("một chương trình lạ <script>", "một chương trình lạ <script>"),
        ("", ""),
    ],
)  # fmt: skip
def test_a_device_has_a_name(client: str, said: str) -> None:
    assert name(client) == said
