"""Which addresses of a register may be opened by a click."""

import pytest

from components import charts_shares
from components.safe import safe_url


@pytest.mark.parametrize("good", ["https://example.org", "http://vk.com/wall-1_2?w=3#x", "  https://мвд.рф/новости  ", "HTTPS://EXAMPLE.ORG:8443/a%20b", "https://[::1]/x"])
def test_plain_web_addresses_may(good: str) -> None:
    assert safe_url(good) == good.strip()


@pytest.mark.parametrize(
    "bad",
    [
        "javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\tscript:alert(1)", "data:text/html,<script>", "file:///etc/passwd", "ftp://example.org", "vbscript:x",
        "//example.org", "/pulse", "example.org", "https://", "https:///path", "http:example.org", "https://user:secret@example.org", "https://bank.ru@example.org",
        "https://example.org/ onclick=x", 'https://example.org/"><script>', "https://example.org\\@evil.org", "https://exa\u202emple.org", "https://example.org:port/",
        "https://[bad", "https://example.org/" + "a" * 2000, "", "   ", None, 5, float("nan"),
    ],
)  # fmt: skip
def test_anything_else_may_not(bad: object) -> None:
    assert safe_url(bad) is None


def test_labels_of_answers_are_no_html() -> None:
    import pandas as pd

    frame = pd.DataFrame({"label": ["<b>x</b>", "нет"], "n": [5, 0], "share": [0.5, float("nan")], "low": [0.2, float("nan")], "high": [0.8, float("nan")]})
    drawn = charts_shares.shares_figure(frame).to_json()
    assert "<b>x" not in drawn and "\\u003cb\\u003ex" not in drawn
    assert charts_shares.shares_figure(frame.head(0)).data == ()
