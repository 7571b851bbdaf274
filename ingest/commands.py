"""The verbs of ingest: each is one function of its arguments, run by the command itself or by the app's worker."""

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import duckdb

from ingest import care, detect, digests, guess, jobs, load, readings, rebuild, registers, setup, train
from ingest.demo import build as demo
from ingest.mapping import Home, Kind, read_mapping
from ingest.sources import Opened, open_source
from queries import digest, store, writes
from words import _


class DemoStore(Exception):
    """Real data are not mixed with demo data."""

    def __init__(self) -> None:
        super().__init__(
            "В базе демонстрационные данные, настоящие с ними не смешиваются. "
            "Повторите с ключом --new-store: начнётся новая база, демонстрационная останется рядом."
        )


def load_file(arguments: dict[str, Any], progress: load.Progress) -> dict[str, Any]:
    """Load one file: path, name, source, mapping, kind (appeals | comments | events | replies), new_store, columns
    (field → names of columns) and home (the one territory of the file), as a person has set them; remembered for the
    next file of the same layout."""
    opened = _opened(arguments, progress)
    if not store.is_demo():
        return _load(arguments, opened, progress)
    if not arguments.get("new_store"):
        raise DemoStore
    aside = start_new_store()
    try:
        return _load(arguments, opened, progress)
    except BaseException:
        bring_back(aside)
        raise


def _load(arguments: dict[str, Any], opened: Opened, progress: load.Progress) -> dict[str, Any]:
    path, kind = Path(arguments["path"]), arguments.get("kind") or "appeals"
    if arguments.get("columns") or arguments.get("home"):
        opened.remember(_mappings())
    label = load.Label(
        name=arguments.get("name") or path.name,
        source=opened.source,
        content_hash=load.file_hash(path, _watch(progress, _("Сверяем файл с загруженными"))) + ("" if kind == "appeals" else f" {kind}"),
        loaded_at=store.clock(),
        may_grow_places=opened.may_grow_places,
        home=opened.home,
        has_terms=opened.knows_status,
    )
    report = load.load(opened.parts(setup.secret(), store.clock()), label, progress, total=opened.total_rows)
    return json.loads(report.as_json())


def preview(arguments: dict[str, Any], progress: load.Progress) -> dict[str, Any]:
    """How a file would be understood, nothing loaded: form, source, columns by field, unread columns, the first rows."""
    opened = _opened(arguments, progress)
    rows = [{"row": row.row_number, "values": row.values, "reason": row.reason} for row in opened.preview(20, store.clock())]
    columns = {field: list(names) for field, names in opened.mapping.columns.items()}
    facts = {
        "form": opened.form,
        "source": opened.source,
        "recognised": opened.recognised,
        "columns": columns,
        "unread": list(opened.unmapped),
        "home": opened.home is not None,
    }
    return json.loads(json.dumps(facts | {"rows": rows}, ensure_ascii=False, default=str))


def _opened(arguments: dict[str, Any], progress: load.Progress) -> Opened:
    path = Path(arguments["path"])
    kind: Kind = arguments.get("kind") or "appeals"
    mapping = read_mapping(Path(arguments["mapping"])) if arguments.get("mapping") else None
    opened = open_source(path, arguments.get("source") or "auto", mapping, kind, _mappings(), _watch(progress, _("Просматриваем файл")))
    if not arguments.get("columns") and not arguments.get("home"):
        return opened
    columns = {field: tuple(names) for field, names in arguments["columns"].items()} if arguments.get("columns") else opened.mapping.columns
    home = Home(**arguments["home"]) if arguments.get("home") else opened.mapping.territory
    return open_source(path, "auto", replace(opened.mapping, columns=columns, territory=home), kind)


def _watch(progress: load.Progress, doing: str) -> Callable[[float], None]:
    return lambda share: progress(0.0, f"{doing}: {share:.0%}")


def _mappings() -> Path:
    return store.paths().folder / "mappings"


def start_new_store() -> Path:
    """Set the present store aside, whole, and start an empty real one; the folder it lies in now. The database file
    goes last: until then a crash leaves the present store."""
    paths = store.paths()
    with store.alone():
        aside = paths.folder / f"aside-{store.clock():%Y%m%d-%H%M%S}"
        aside.mkdir(parents=True)
        _move(paths.folder, aside)
        setup.create_store("real")
    return aside


def bring_back(aside: Path) -> None:
    """Put the store that was set aside in its place again; what was begun there is removed."""
    paths = store.paths()
    with store.alone():
        _wipe(paths)
        shutil.rmtree(paths.journal, ignore_errors=True)
        _move(aside, paths.folder)
        aside.rmdir()


def _move(source: Path, target: Path) -> None:
    database = store.paths().database.name
    for name in ("batches", "journal", "models", demo.TRUTH, database, database + ".wal"):
        if (source / name).exists():
            os.replace(source / name, target / name)


def make_demo(arguments: dict[str, Any], progress: load.Progress) -> dict[str, Any]:
    """Build the demo store: rows, seed, until (the last day of the data), later (days since the story of the embankment)."""
    until = date.fromisoformat(arguments["until"]) if arguments.get("until") else store.clock().date() - timedelta(days=1)
    paths = store.paths()
    unfinished = paths.folder / demo.UNFINISHED
    if unfinished.exists():
        _wipe(paths)
    if paths.database.exists():
        raise FileExistsError(f"База уже есть: {paths.database}. Удалите её или укажите другое место в PULSE_DB.")
    paths.folder.mkdir(parents=True, exist_ok=True)
    unfinished.touch()
    as_of = datetime.combine(until, time(23, 59, 59))
    try:
        setup.create_store("demo", as_of)
        answer = demo.fill(arguments["rows"], arguments["seed"], until, as_of, progress, arguments.get("later", 0))
    except BaseException:
        store.close_store()
        _wipe(paths)
        raise
    store.close_store()
    unfinished.unlink()
    return answer


def _wipe(paths: store.Paths) -> None:
    """Remove what an interrupted building of the demo left."""
    for name in (paths.database.name, paths.database.name + ".wal", demo.TRUTH, demo.UNFINISHED):
        (paths.folder / name).unlink(missing_ok=True)
    shutil.rmtree(paths.batches, ignore_errors=True)


def rebuild_store(arguments: dict[str, Any], progress: load.Progress) -> dict[str, Any]:
    """Make the store again from its archive and journal."""
    return rebuild.rebuild(progress)


def _begin() -> None:
    """A first empty store, unless loads or notes of a lost one lie there."""
    paths = store.paths()
    if any(folder.is_dir() and any(folder.iterdir()) for folder in (paths.batches, paths.journal)):
        raise RuntimeError(
            _("Файла базы нет, а архив загрузок есть. Восстановите её: {command}").format(command="python3 run.py ingest rebuild")
        )
    setup.create_store("real")


def match_place(arguments: dict[str, Any], progress: load.Progress) -> dict[str, Any]:
    """Say which territory a place named in a source is (region, municipality, territory_id): its appeals move there
    now, and those of later loads go there at once."""
    region, municipality, territory_id = arguments["region"], arguments["municipality"], arguments["territory_id"]
    with store.transaction() as cursor:
        writes.save_place_match(cursor, region, municipality, territory_id)
        load.match(cursor, region, municipality, territory_id)
        progress(0.5, "Ищем всплески")
        detect.refresh(cursor, None)
    return {}


def train_topics(arguments: dict[str, Any], progress: load.Progress) -> dict[str, Any]:
    """Learn topics from the appeals that have them; stored appeals without a topic and later loads get what was learned.
    The answer: number of the model, facts of train.learn, `guessed`: stored appeals that have a topic now. Raises train.TooFew."""
    learned, facts = train.learn(progress)
    archive = store.paths().batches
    unfinished = archive / "again.unfinished"
    load.settle()
    with store.cursor() as cursor:
        number = guess.last_again(cursor) + 1
        guess.again(cursor, learned, unfinished, lambda share: progress(0.75 + 0.15 * share, _("Подбираем темы")))
    with store.transaction() as cursor:
        guessed = guess.repeat(cursor, unfinished, number)
        if guessed:
            progress(0.9, _("Ищем всплески"))
            detect.refresh(cursor, None)
        model = train.save(learned)
        os.replace(unfinished, train.numbered(archive)[-1] / f"again-{number:06}.parquet")
    progress(1.0, _("Готово"))
    return {"model": model, **facts, "guessed": guessed}


def tell_changes(arguments: dict[str, Any], progress: load.Progress) -> dict[str, Any]:
    """What has changed in a territory (number) since the end of a day (since, ISO; the day before the last full one where it
    is not given); once: only what has not been told before, since the last time."""
    scope, once = digest.of_place(arguments["territory"]), bool(arguments.get("once"))
    usual = digests.since_last(scope.place, scope.last) if once else scope.last - timedelta(days=1)
    try:
        since = date.fromisoformat(arguments["since"]) if arguments.get("since") else usual
    except ValueError:
        raise ValueError(_("Не понимаем дату «{day}», нужна вида 2026-11-21.").format(day=arguments["since"])) from None
    found = digest.changes(scope, since)
    if once:
        found = digests.untold(scope.place, scope.last, found)
    return digests.answer(scope.place, digest.name_of(scope), since, scope.last, found)


VERBS: dict[str, jobs.Verb] = {"backup": care.backup, "migrate": care.migrate_store, "verify": care.verify, "digest": tell_changes, "load": load_file, "preview": preview, "readings": readings.load_file, "match": match_place, "rebuild": rebuild_store, "register": registers.load_file, "train": train_topics}


def perform(verb: str, arguments: dict[str, Any], progress: load.Progress) -> dict[str, Any]:
    """Run a verb here, or hand it to the running app when that holds the file. Raises RuntimeError with a Russian message."""
    try:
        return _perform(verb, arguments, progress)
    except (OSError, duckdb.Error, store.StoreDamaged) as error:
        raise RuntimeError(store.why(error)) from None


def _perform(verb: str, arguments: dict[str, Any], progress: load.Progress) -> dict[str, Any]:
    try:
        store.open_store()
    except store.StoreBusy as busy:
        try:
            outcome = jobs.wait(jobs.hand_over(verb, arguments), progress)
        except jobs.AppGone as gone:
            raise RuntimeError(str(gone)) from None
        except jobs.NoApp:
            raise RuntimeError(str(busy)) from None
        if outcome.error is not None:
            raise RuntimeError(outcome.error) from None
        return outcome.answer or {}
    except store.StoreDamaged:
        if verb != "rebuild":
            raise
    except store.StoreMissing:
        if verb != "rebuild":
            _begin()
    try:
        if verb != "rebuild":
            rebuild.catch_up()
        return (VERBS | jobs.added_verbs())[verb](arguments, progress)
    finally:
        store.close_store()
