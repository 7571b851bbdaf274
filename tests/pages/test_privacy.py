"""What only the source may read is counted everywhere and shown nowhere: not on a page, not over the wire, not in a file."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from playwright.sync_api import expect

from ingest import setup
from ingest.sources.part import Reject
from queries import store
from tests import small
from tests.pages.conftest import App, Reader, addresses, leading_number

MARKER, OPEN = "зюзюкалка", "кукурямба"
CLOSED = {"source": "pos", "visibility": "restricted", "channel": "gosuslugi"}
FIRST, DAYS, LOUD = datetime(2024, 2, 1, 9, 0), 130, 7
HOLDS_MARKER = (("texts", "text"), ("texts", "reply"), ("texts", "keys"), ("events", "note"), ("comments", "text"), ("rejects", "raw"))


def rows() -> list[dict[str, Any]]:
    """Four months of a quiet topic in one town, then a week in which many write, every second one in a closed source."""
    found = []
    for day in range(DAYS):
        for number in range(14 if day >= DAYS - LOUD else day % 2 + 1):
            closed = number % 2
            word = MARKER if closed else OPEN
            found.append(
                small.row(
                    100 * day + number, small.KALININGRAD, FIRST + timedelta(days=day, minutes=7 * number), small.QUAY,
                    "answered", answered=30, text=f"На набережной {word} и пыль, {day} {number}", reply=f"Ответ: {word}",
                    url=f"https://example.invalid/{word}", lat=54.7, lon=20.5, street="Портовая улица", author=number,
                    engagement=90, **(CLOSED if closed else {}),
                )
            )  # fmt: skip
    return found


@pytest.fixture
def filled(assets: None, tmp_path: Path) -> Iterator[tuple[App, dict[str, int]]]:
    """The app on a store whose closed texts hold the marker wherever words can stand; a spike, and a closed appeal."""
    folder = tmp_path / "store"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PULSE_DB", str(folder / "pulse.duckdb"))
        patch.setattr(store, "clock", lambda: FIRST + timedelta(days=DAYS))
        store.close_store()
        setup.create_store("real")
        given = rows()
        hidden = [r for r in given if r["visibility"] == "restricted"]
        events = [(r["external_id"], r["created_at"], "answered", "Дорожная служба", f"{MARKER} в журнале") for r in hidden]
        comments = [
            (f"c{r['external_id']}", r["external_id"], r["created_at"], f"{MARKER if r in hidden else OPEN} под постом") for r in given
        ]
        rejects = (Reject(7, "нет даты", f'{{"Текст": "{MARKER}"}}'),)
        small.load.load([small.part(given, events, comments, rejects)], small.label(source="pos"), small.quiet)
        store.close_store()
    with duckdb.connect(str(folder / "pulse.duckdb"), read_only=True) as connection:
        for table, column in HOLDS_MARKER:
            assert connection.execute(f"FROM {table} WHERE contains({column}, ?)", [MARKER]).fetchone(), table
        spike = connection.execute("FROM spikes SELECT spike_id ORDER BY severity DESC").fetchone()
        appeal = connection.execute("FROM appeals SELECT appeal_id WHERE visibility = 'restricted' ORDER BY created_at DESC").fetchone()
    assert spike and appeal
    app = App(folder).start()
    yield app, {"spike": spike[0], "appeal": appeal[0], "block": 6}
    app.stop()
    assert "Traceback" not in app.said()


def test_closed_words_leave_the_store_nowhere(filled: tuple[App, dict[str, int]], reader: Reader):
    app, ids = filled
    week = f"place=2301&from={FIRST.date() + timedelta(days=DAYS - LOUD)}&to={FIRST.date() + timedelta(days=DAYS - 1)}"
    heard = bytearray()
    reader.page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: heard.extend(raw(frame))))

    for address in addresses():
        reader.open(app, f"{address.format(**ids)}{'&' if '?' in address else '?'}{week}")
        assert "не найден" not in reader.headline
        assert MARKER not in reader.text.lower(), address
        assert MARKER.encode() not in heard.lower(), address
    assert OPEN.encode() in heard

    reader.open(app, f"appeals?{week}&q={OPEN}")
    assert leading_number(reader.headline) == 7 * LOUD
    for condition in ("q", "term"):  # what the reader asks for stands in the headline, so only the number tells
        reader.open(app, f"appeals?{week}&{condition}={MARKER}")
        assert leading_number(reader.headline) == 0

    heard.clear()
    reader.open(app, f"imports?{week}")
    reader.pick("loads", "")
    expect(reader.page.get_by_role("heading", name="Отбраковано")).to_be_visible()
    reader.rest()
    assert MARKER.encode() not in heard.lower()
    expect(reader.page.get_by_role("button", name="Скачать, чтобы исправить")).to_have_count(0)


def raw(frame: str | bytes) -> bytes:
    """What came over a websocket."""
    return frame.encode() if isinstance(frame, str) else frame
