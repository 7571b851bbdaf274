"""What does a page cost at any number of appeals? Fills a store by SQL, asks every default view, prints a table.

    python -m bench.pages [--rows 300000] [--folder /tmp/pulse-pages] [--full] [--peers] [--json]

54 months, municipalities by population, topics by Zipf, no texts; --full adds ids, addresses, coordinates, authors and urls.
A page costs the sum of its questions, asked one after another and never twice; best of three. `raw`: the same questions over
the appeals alone. Peers (bench/requirements.txt) answer five questions over the same rows, at most 5,000,000 of them.
"""

import argparse
import contextlib
import json
import os
import random
import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ingest import setup
from queries import appeals, ask, channels, cities, dictionaries, figures, kpi, planner, rollups, store
from queries.scope import COUNTRY, Scope

MONTHS = pd.date_range("2022-06-01", periods=54, freq="MS")
AS_OF = datetime(2026, 11, 30, 20, 59)
LAST = date(2026, 11, 30)
MOST_FOR_PEERS = 5_000_000
Questions = dict[str, Callable[[Scope], Any]]


def fill(rows: int, full: bool) -> dict[str, float]:
    """Make the store; seconds of drawing and of rollups, bytes an appeal without and with them."""
    text = re.split(r"^-- step: (\w+)$", Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"), flags=re.MULTILINE)
    steps = dict(zip(text[1::2], text[2::2], strict=True))
    setup.create_store("demo", AS_OF)
    empty, began = store.paths().database.stat().st_size, time.perf_counter()
    edges = [rows * n // len(MONTHS) for n in range(len(MONTHS) + 1)]
    with store.cursor() as cursor:
        cursor.execute(steps["towns"])
        for first, begin, end in zip(MONTHS, edges[:-1], edges[1:], strict=True):
            until = min(first + pd.offsets.MonthBegin(1), pd.Timestamp(AS_OF))
            values = {"first": first.to_pydatetime(), "begin": begin, "end": end, "full": full, "as_of": AS_OF}
            cursor.execute(steps["month"], values | {"minutes": (until - first).total_seconds() / 60 - 1})
        cursor.execute(steps["newest"])
        drawn = time.perf_counter()
        cursor.execute("CHECKPOINT")
        bare = store.paths().database.stat().st_size
    made = time.perf_counter()
    with store.transaction() as cursor:
        rollups.make_all(cursor)
    with store.cursor() as cursor:
        cursor.execute("CHECKPOINT")
    summed = time.perf_counter() - made
    return {
        "draw_s": drawn - began,
        "rollups_s": summed,
        "bytes_bare": (bare - empty) / rows,
        "bytes": (store.paths().database.stat().st_size - empty) / rows,
    }


def filled(folder: Path, rows: int, full: bool) -> dict[str, float]:
    """What `fill` said of the store in a folder; made where it is not there yet. PULSE_DB must name it."""
    said = folder / "filled.json"
    if not said.exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        said.write_text(json.dumps(fill(rows, full)))
        store.close_store()
    return dict(json.loads(said.read_text()))


def taken(source: Path, folder: Path) -> None:
    """A copy of a made-up store that takes files as a real one does, its clock at AS_OF."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shutil.copy(source / "pulse.duckdb", folder)
    os.environ["PULSE_DB"] = str(folder / "pulse.duckdb")
    store.clock = lambda: AS_OF
    store.open_store()
    with store.transaction() as cursor:
        cursor.execute("UPDATE meta SET value = 'real' WHERE key = 'kind'")


def pages() -> dict[str, Questions]:
    """The questions of each page's default view."""
    tree = dictionaries.territories()
    zone = tree.timezone(COUNTRY)

    def before(scope: Scope) -> Scope:
        found = scope.before()
        assert found is not None
        return found

    def another(scope: Scope, period: Scope) -> pd.Series:
        return figures.totals_of(period, scope, figures.periods(scope))

    def around(scope: Scope) -> Scope:
        own = tree.all[scope.place]
        return scope if own.kind != "municipality" else replace(scope, place=own.region_id, places=tree.places(own.region_id))

    def settled(scope: Scope) -> Scope:
        return scope.over(scope.first - timedelta(days=28), scope.last - timedelta(days=28))

    return {
        "overview": {
            "periods": figures.periods, "before": lambda s: another(s, before(s)), "topics": figures.top_topics, "weeks": figures.topic_history,
            "backlog": figures.backlog, "holders": figures.overdue_executors, "overdue": lambda s: figures.overdue_history(s, AS_OF),
        },
        "cities": {"blocks": lambda s: cities.by_block(around(s)), "weeks": lambda s: cities.by_period(around(s))},
        "map": {"figures": lambda s: cities.figures(around(s))},
        "kpi": {
            "periods": figures.periods, "before": lambda s: another(s, before(s)), "cohort": lambda s: another(s, settled(s)),
            "months": lambda s: kpi.by_period(s, "month", LAST, MONTHS[0].date()), "channels": appeals.by_channel, "clocks": kpi.response_clocks,
            "parts": lambda s: kpi.breakdown(settled(s), "block", {}), "flow": lambda s: kpi.flow(s, zone, LAST), "backlog": figures.backlog,
            "closing": lambda s: kpi.closing_time(s.over(LAST - timedelta(days=89), LAST)),
        },
        "channels": {
            "mix": channels.mix, "official": lambda s: channels.official_by_month(s, LAST, MONTHS[0].date()),
            "places": lambda s: channels.official_by_place(around(s), tree), "responses": appeals.by_channel,
        },
        "trend of 54 months": {"trend": trend},
        "map of all towns": {"towns": lambda s: planner.answer("places_figures", s, {"child": "a.territory_id"}, by=("territory",))},
    }  # fmt: skip


def trend(scope: Scope) -> pd.DataFrame:
    """KPI and quantiles of every month."""
    return planner.answer("kpi_periods", scope.over(MONTHS[0].date(), LAST), {"bucket": kpi.BUCKETS["month"]})


def scopes() -> dict[str, Scope]:
    """The country, a middling region and town, and the largest town, over the last week."""
    tree = dictionaries.territories()
    towns = sorted((t for t in tree.all.values() if t.kind == "municipality" and t.appeals), key=lambda t: t.appeals)
    town, largest = towns[len(towns) // 2], towns[-1]
    week = Scope(COUNTRY, LAST - timedelta(days=6), LAST)
    places = {"country": COUNTRY, "region": town.region_id, "town": town.territory_id, "largest town": largest.territory_id}
    return {name: replace(week, place=own, places=tree.places(own)) for name, own in places.items()}


@contextlib.contextmanager
def one_by_one() -> Iterator[None]:
    """The planner reads the appeals themselves."""
    usual, planner.READ_ONE_BY_ONE = planner.READ_ONE_BY_ONE, 10**12
    try:
        yield
    finally:
        planner.READ_ONE_BY_ONE = usual


def cost(questions: Questions, scope: Scope, best_of: int = 3) -> dict[str, float]:
    """Milliseconds of each question of a page opened for the first time, in the quickest of some openings."""
    found: list[dict[str, float]] = []
    for _again in range(best_of):
        ask._answers.clear()
        dictionaries.territories(), ask.ask("facts")
        times = {}
        for name, question in questions.items():
            began = time.perf_counter()
            question(scope)
            times[name] = 1000 * (time.perf_counter() - began)
        found.append(times)
        if sum(times.values()) > 4000:
            break
    return min(found, key=lambda times: sum(times.values()))


def compare(best_of: int) -> list[dict[str, Any]]:
    """ours and raw milliseconds of each page and scope; worst: the questions that cost most."""
    rows = []
    for place, scope in scopes().items():
        for page, questions in pages().items():
            if page.endswith("towns") and place != "country":
                continue
            ours = cost(questions, scope, best_of)
            with one_by_one():
                raw = cost(questions, scope, best_of)
            worst = sorted(ours, key=lambda name: -ours[name])[:3]
            rows.append(
                {"page": page, "scope": place, "ours": sum(ours.values()), "raw": sum(raw.values())}
                | {"worst": ", ".join(f"{name} {ours[name]:.0f}/{raw[name]:.0f}" for name in worst)}
            )
    return rows


def crowd(users: int, seconds: float, pause: float, remembered: bool) -> dict[str, Any]:
    """`users` browse random pages at once, a third of them of the country, of a region, of a town, in one of the last eight
    weeks: p50, p95 of a page, errors, answers that are not the scope's own. `remembered`: answers are kept, as the app keeps them."""
    tree, week, chance = dictionaries.territories(), scopes()["country"], random.Random(1)
    kinds = [[t.territory_id for t in tree.all.values() if t.kind == kind and t.appeals] for kind in ("country", "region", "municipality")]
    known = {}
    for number in range(300):
        place = chance.choice(kinds[number % 3] or [COUNTRY])
        back = timedelta(days=7 * chance.randrange(8))
        known[number] = replace(week, place=place, places=tree.places(place), first=week.first - back, last=week.last - back)
    everything = pages()
    expected = {name: figures.totals(scope)["appeals"] for name, scope in known.items()}
    ask._answers.clear()
    until, times, errors, foreign = time.monotonic() + seconds, [], [], 0

    def browse(seed: int) -> None:
        nonlocal foreign
        chance = random.Random(seed)
        time.sleep(chance.random() * pause)
        while time.monotonic() < until:
            name, page = chance.choice(list(known)), chance.choice(["overview", "cities", "map", "kpi", "channels"])
            began = time.perf_counter()
            try:
                for question in everything[page].values():
                    question(known[name])
                times.append(1000 * (time.perf_counter() - began))
                foreign += figures.totals(known[name])["appeals"] != expected[name]
            except Exception as error:  # noqa: BLE001 - whatever fails is counted
                errors.append(repr(error))
            if not remembered:
                ask._answers.clear()
            time.sleep(pause)

    threads = [threading.Thread(target=browse, args=(seed,)) for seed in range(users)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = pd.Series(times)
    return {"users": users, "pages": len(times), "p50": found.quantile(0.5), "p95": found.quantile(0.95), "errors": len(errors), "foreign": foreign}


def peers(rows: int) -> list[dict[str, Any]]:
    """Milliseconds of five questions by our pages' own functions, which answer more, and by DuckDB over the appeals, chDB and
    polars, best of three."""
    with store.cursor() as cursor:
        table = cursor.execute(
            "FROM appeals a JOIN territories t USING (territory_id) SELECT a.day, a.territory_id, t.region_id, a.topic_id, a.block_id, a.type::VARCHAR AS type, "
            "a.status::VARCHAR AS status, a.outcome::VARCHAR AS outcome, a.closed_at, a.due_at, coalesce(a.response_minutes, 2147483647) AS response"
        ).to_arrow_table()
    file = store.paths().folder / "peers.parquet"
    pq.write_table(table, file)
    week, quarter = "day BETWEEN '2026-11-24' AND '2026-11-30'", "day BETWEEN '2026-09-01' AND '2026-11-30'"
    on_time = "type = 'resolvable' AND status = 'closed' AND outcome = 'resolved' AND closed_at <= due_at"
    asked = {
        "KPI of a quarter": ("", quarter, f"count(*) AS n, sum(CASE WHEN {on_time} THEN 1 ELSE 0 END) AS s, QUANTILES"),
        "trend of 54 months": ("MONTH", "1 = 1", f"count(*) AS n, sum(CASE WHEN {on_time} THEN 1 ELSE 0 END) AS s, QUANTILES"),
        "map of all towns": ("territory_id", week, "count(*) AS n, MEDIAN"),
        "top topics": ("topic_id", week, "count(*) AS n"),
        "matrix": ("region_id, block_id", week, "count(*) AS n"),
    }

    def timed(run: Callable[[], Any]) -> float:
        found = []
        for _again in range(3):
            began = time.perf_counter()
            run()
            found.append(1000 * (time.perf_counter() - began))
        return min(found)

    def written(by: str, where: str, what: str, month: str, quantiles: str, median: str) -> str:
        keys = by.replace("MONTH", month)
        sql = f"{keys + ', ' if keys else ''}{what} FROM peers WHERE {where}{' GROUP BY ' + keys if keys else ''}"
        return "SELECT " + sql.replace("QUANTILES", quantiles).replace("MEDIAN", median)

    whole = scopes()["country"]
    ours: list[Callable[[Scope], Any]] = [
        lambda s: figures.totals(s.over(date(2026, 9, 1), LAST)), trend, pages()["map of all towns"]["towns"], figures.top_topics, cities.by_block,
    ]  # fmt: skip
    answers: list[dict[str, Any]] = [{"question": name, "ours": cost({name: question}, whole)[name]} for name, question in zip(asked, ours, strict=True)]
    with store.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE peers (day DATE, territory_id INTEGER, region_id INTEGER, topic_id SMALLINT, block_id SMALLINT, type VARCHAR, status VARCHAR, "
            "outcome VARCHAR, closed_at TIMESTAMP, due_at TIMESTAMP, response INTEGER)"
        )
        for piece in table.to_batches(max_chunksize=50_000):
            cursor.from_arrow(pa.Table.from_batches([piece])).insert_into("peers")
        for answer, one in zip(answers, asked.values(), strict=True):
            sql = written(*one, "date_trunc('month', day)", "quantile_disc(response, [0.5, 0.9])", "quantile_disc(response, 0.5)")
            answer["duckdb raw"] = timed(partial(lambda q: cursor.execute(q).fetchall(), sql))
    with contextlib.suppress(ImportError):
        from chdb import session

        house = session.Session(str(store.paths().folder / "chdb"))
        house.query("CREATE DATABASE IF NOT EXISTS b ENGINE = Atomic")
        house.query("DROP TABLE IF EXISTS b.peers")
        house.query(f"CREATE TABLE b.peers ENGINE = MergeTree ORDER BY (toStartOfMonth(day), territory_id) AS SELECT assumeNotNull(day) AS day, assumeNotNull(territory_id) AS territory_id, * EXCEPT (day, territory_id) FROM file('{file}', Parquet)")
        for answer, one in zip(answers, asked.values(), strict=True):
            sql = written(*one, "toStartOfMonth(day)", "quantilesExact(0.5, 0.9)(response)", "quantileExact(0.5)(response)")
            answer["chDB"] = timed(partial(lambda q: house.query(q, "CSV").bytes(), sql.replace("FROM peers", "FROM b.peers")))
        house.close()
    with contextlib.suppress(ImportError):
        import polars as pl

        frame = pl.from_arrow(table)
        solved = ((pl.col("type") == "resolvable") & (pl.col("status") == "closed") & (pl.col("outcome") == "resolved") & (pl.col("closed_at") <= pl.col("due_at"))).sum()
        both = [pl.col("response").quantile(0.5).alias("p50"), pl.col("response").quantile(0.9).alias("p90")]
        some = {week: pl.col("day").is_between(date(2026, 11, 24), LAST), quarter: pl.col("day").is_between(date(2026, 9, 1), LAST), "1 = 1": pl.lit(True)}
        for answer, (by, where, what) in zip(answers, asked.values(), strict=True):
            wanted = [pl.len().alias("n")] + ([solved.alias("s"), *both] if "QUANTILES" in what else [both[0]] if "MEDIAN" in what else [])
            keys = [pl.col("day").dt.truncate("1mo")] if by == "MONTH" else [pl.col(k.strip()) for k in by.split(",")] if by else []
            lazy = frame.lazy().filter(some[where])
            plan = lazy.group_by(keys).agg(wanted) if keys else lazy.select(wanted)
            answer["polars"] = timed(plan.collect)
    return answers


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=300_000)
    options.add_argument("--folder", type=Path, default=Path("/tmp/pulse-pages"))
    options.add_argument("--full", action="store_true")
    options.add_argument("--peers", action="store_true")
    options.add_argument("--users", type=int, default=0)
    options.add_argument("--best-of", type=int, default=3)
    options.add_argument("--json", action="store_true")
    given = options.parse_args()
    folder = given.folder / f"{given.rows}{'-full' if given.full else ''}"
    os.environ["PULSE_DB"] = str(folder / "pulse.duckdb")
    found: dict[str, Any] = {"rows": given.rows} | filled(folder, given.rows, given.full)
    began = time.perf_counter()
    store.open_store()
    dictionaries.territories(), dictionaries.days(dictionaries.territories().timezone(COUNTRY))
    found["open_ms"] = 1000 * (time.perf_counter() - began)
    found["pages"] = compare(given.best_of)
    if given.users:
        found["crowd"] = crowd(given.users, 60, 5, remembered=True)
        found["crowd_cold"] = crowd(given.users, 60, 5, remembered=False)
        with one_by_one():
            found["crowd_raw"] = crowd(given.users, 60, 5, remembered=False)
    if given.peers and given.rows <= MOST_FOR_PEERS:
        found["peers"] = peers(given.rows)
    store.close_store()
    if given.json:
        print(json.dumps(found, ensure_ascii=False, default=float))
        return
    print({k: round(v, 1) for k, v in found.items() if isinstance(v, float)})
    for row in found["pages"]:
        print(f"{row['page']:<20} {row['scope']:<13} {row['ours']:>9.1f} {row['raw']:>9.1f} {row['raw'] / row['ours']:>6.1f}×   {row['worst']}")
    for name in ("crowd", "crowd_cold", "crowd_raw"):
        if name in found:
            print(name, {k: round(v, 1) for k, v in found[name].items()})
    if "peers" in found:
        print(pd.DataFrame(found["peers"]).round(1).to_string(index=False))


if __name__ == "__main__":
    main()
