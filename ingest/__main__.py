"""`python3 run.py ingest …`: the commands of the analyst's desk and of cron."""

import json
import sys
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from ingest import commands, digests, setup
from ingest.readings import described
from ingest.sources import Refused
from queries import store
from words.dates import day
from words.numbers import decimal, integer, percent

app = typer.Typer(help="Загрузка данных и уход за базой.", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
NAMES = {
    "read": "Прочитано",
    "loaded": "Загружено",
    "updated": "Обновлено",
    "duplicates": "Повторы",
    "stale": "Устаревшие",
    "rejected": "Отбраковано",
    "comments": "Комментариев",
    "first_day": "Первый день",
    "last_day": "Последний день",
    "batch_id": "Номер загрузки",
}


def show(share: float, message: str) -> None:
    """A progress bar on the terminal's own line; nothing when the output is a file."""
    if sys.stderr.isatty():
        filled = round(30 * share)
        sys.stderr.write(f"\r{'█' * filled}{'░' * (30 - filled)} {share:4.0%} {message:<60.60}")
        sys.stderr.flush()


def run(verb: str, arguments: dict[str, Any], as_json: bool) -> dict[str, Any]:
    """Perform a verb and end the command with a message and exit code 1 when it fails."""
    try:
        answer = commands.perform(verb, arguments, show)
    except (RuntimeError, OSError, ValueError, Refused, commands.DemoStore) as error:
        fail(str(error), as_json)
    if sys.stderr.isatty():
        sys.stderr.write("\n")
    return answer


def fail(message: str, as_json: bool) -> None:
    """Say what is wrong and leave."""
    if as_json:
        print(json.dumps({"error": message}, ensure_ascii=False))
    else:
        print(message, file=sys.stderr)
    raise typer.Exit(1)


@app.command()
def load(
    paths: Annotated[list[Path], typer.Argument(help="Файлы выгрузок")],
    source: Annotated[str, typer.Option(help="auto, incident или table")] = "auto",
    mapping: Annotated[Path | None, typer.Option(help="Описание столбцов, YAML")] = None,
    kind: Annotated[str, typer.Option(help="appeals, comments, events (журнал статусов) или replies (ответы и оценки)")] = "appeals",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Показать, как будет понят файл, ничего не загружая")] = False,
    new_store: Annotated[bool, typer.Option("--new-store", help="Начать новую базу, демонстрационную отложить")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Итог в JSON")] = False,
) -> None:
    """Загрузить выгрузки: кабинет «Инцидент Менеджмент» или любую таблицу."""
    for path in paths:
        arguments = {
            "path": str(path.resolve()),
            "name": path.name,
            "source": source,
            "mapping": str(mapping.resolve()) if mapping else None,
            "kind": kind,
            "new_store": new_store,
        }
        if dry_run:
            show_preview(arguments, as_json)
            continue
        report = run("load", arguments, as_json)
        if as_json:
            print(json.dumps(report, ensure_ascii=False))
            continue
        print(report["name"] + (": этот файл уже загружен, ничего не изменилось" if report["seen_before"] else ""))
        for key, name in NAMES.items():
            value = report[key]
            print(f"  {name:<16} {integer(value) if isinstance(value, int) else value or '—'}")
        for warning, count in report["warnings"].items():
            print(f"  {warning}: {integer(count)}")


def show_preview(arguments: dict[str, Any], as_json: bool) -> None:
    """Print how a file would be understood."""
    try:
        seen = commands.preview(arguments, show)
    except (Refused, OSError, ValueError) as error:
        fail(str(error), as_json)
    if as_json:
        print(json.dumps(seen, ensure_ascii=False))
        return
    print(f"{arguments['name']}: {seen['form']}, источник {seen['source']}")
    for field, names in seen["columns"].items():
        print(f"  {field:<20} ← {', '.join(names)}")
    print(f"  не читаются: {', '.join(seen['unread']) or 'нет таких'}")
    for row in seen["rows"][:5]:
        print(f"  строка {row['row']}: {row['reason'] or {k: v for k, v in row['values'].items() if v is not None}}")


@app.command()
def demo(
    rows: Annotated[int, typer.Option(help="Сколько обращений")] = 300_000,
    seed: Annotated[int, typer.Option(help="Зерно: одинаковое даёт одинаковые данные")] = 1,
    until: Annotated[str | None, typer.Option(help="Последний день данных, ГГГГ-ММ-ДД; без ключа вчера")] = None,
    later: Annotated[int, typer.Option(min=0, max=180, help="Сколько дней прошло после всплеска в Калининграде: видно, что дала мера")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Итог в JSON")] = False,
) -> None:
    """Построить демонстрационную базу."""
    try:
        answer = commands.make_demo({"rows": rows, "seed": seed, "until": until, "later": later}, show)
    except (OSError, ValueError, store.StoreBusy) as error:
        fail(str(error), as_json)
    print(
        json.dumps(answer, ensure_ascii=False, default=str)
        if as_json
        else f"\nГотово: {integer(answer['loaded'])} обращений, последний день {answer['last_day']}"
    )


@app.command()
def empty() -> None:
    """Создать пустую базу для своих данных."""
    if store.paths().database.exists():
        fail(f"База уже есть: {store.paths().database}", False)
    setup.create_store("real")
    print(f"Пустая база: {store.paths().database}")


@app.command()
def rebuild(as_json: Annotated[bool, typer.Option("--json", help="Итог в JSON")] = False) -> None:
    """Восстановить базу из архива загрузок и журнала записей."""
    answer = run("rebuild", {}, as_json)
    print(json.dumps(answer) if as_json else f"Восстановлено: загрузок {answer['batches']}, записей {answer['entries']}")


@app.command()
def register(
    code: Annotated[str, typer.Argument(help="Какой реестр: measures (меры), campaigns (кампании) и другие из data/reference/registers.yaml")],
    path: Annotated[Path, typer.Argument(help="Файл: xlsx, csv или json")],
    as_json: Annotated[bool, typer.Option("--json", help="Итог в JSON")] = False,
) -> None:
    """Загрузить реестр из файла. Тот же файл второй раз ничего не меняет."""
    answer = run("register", {"register": code, "path": str(path.resolve()), "name": path.name}, as_json)
    if as_json:
        print(json.dumps(answer, ensure_ascii=False))
        return
    print(answer["name"])
    for key, name in {"read": "Прочитано", "saved": "Записано", "unchanged": "Без изменений", "duplicates": "Повторы", "rejected": "Отбраковано"}.items():
        print(f"  {name:<16} {integer(answer[key])}")
    for reject in answer["rejects"]:
        print(f"  строка {reject['row_number']}: {reject['reason']}")


@app.command()
def readings(
    path: Annotated[Path, typer.Argument(help="Файл: csv, xlsx или json, столбцы описаны в data/reference/mappings/readings.yaml")],
    as_json: Annotated[bool, typer.Option("--json", help="Итог в JSON")] = False,
) -> None:
    """Загрузить показания датчиков и события уборки и вывоза. Датчики должны быть в реестре sensors."""
    answer = run("readings", {"path": str(path.resolve()), "name": path.name}, as_json)
    if as_json:
        print(json.dumps(answer, ensure_ascii=False))
        return
    print(answer["name"])
    print(f"  {described(answer)}")
    for reject in answer["rejects"]:
        print(f"  строка {reject['row_number']}: {reject['reason']}")


@app.command()
def train(as_json: Annotated[bool, typer.Option("--json", help="Итог в JSON")] = False) -> None:
    """Обучить определение тем на размеченных обращениях этой базы."""
    answer = run("train", {}, as_json)
    if as_json:
        print(json.dumps(answer))
        return
    print(f"Обучено на {integer(answer['rows'])} обращениях, исправленных вручную: {integer(answer['corrected'])}")
    print(f"  Тем: {integer(answer['classes'])}, не вошли из-за малого числа обращений: {integer(answer['left_out'])}")
    print(f"  Обращений без темы, у которых она теперь есть: {integer(answer['guessed'])}")
    print("Проверка на отложенных обращениях:")
    print(f"  верных ответов: {percent(answer['accuracy'])}")
    print(f"  уверенных ответов: {percent(answer['covered'])}" + (f", из них верных: {percent(answer['accuracy_covered'])}" if answer["covered"] else ""))
    print(f"  ошибка заявленной уверенности (ECE): {decimal(answer['calibration_error'], 3)}")


@app.command()
def digest(
    territory: Annotated[int, typer.Option(help="Номер территории; 1 — вся страна")] = 1,
    since: Annotated[str | None, typer.Option(help="С конца какого дня, ГГГГ-ММ-ДД; без ключа со вчерашнего")] = None,
    once: Annotated[bool, typer.Option("--once", help="Только то, о чём ещё не сообщали; если нечего, не печатать ничего")] = False,
    as_html: Annotated[bool, typer.Option("--html", help="Страница HTML для письма")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Итог в JSON")] = False,
) -> None:
    """Что изменилось: новые, выросшие и закончившиеся всплески, замолчавшие источники."""
    answer = run("digest", {"territory": territory, "since": since, "once": once}, as_json)
    if once and not answer["changes"]:
        return
    if as_html:
        print(digests.page(answer))
        return
    if as_json:
        print(json.dumps(answer, ensure_ascii=False))
        return
    lines = [change["text"] for change in answer["changes"]]
    print("\n".join(lines) if lines else f"С {day(date.fromisoformat(answer['since']))} ничего не изменилось.")


@app.command()
def verify(as_json: Annotated[bool, typer.Option("--json", help="Итог в JSON")] = False) -> None:
    """Сверить базу с архивом загрузок, журналом и сводными таблицами; код выхода 1, если что-то не сходится."""
    answer = run("verify", {}, as_json)
    if as_json:
        print(json.dumps(answer, ensure_ascii=False))
    else:
        print("\n".join(answer["problems"]) or f"Сходится: обращений {integer(answer['appeals'])}, загрузок {integer(answer['batches'])}")
    if answer["problems"]:
        raise typer.Exit(1)


@app.command()
def backup(
    to: Annotated[Path, typer.Argument(help="Папка, в которой появится папка с копией")],
    as_json: Annotated[bool, typer.Option("--json", help="Итог в JSON")] = False,
) -> None:
    """Скопировать базу целиком, не мешая читателям: данные, архив, журнал, ключ. Чтобы вернуть: остановите приложение и
    положите содержимое папки с копией на место data/store."""
    answer = run("backup", {"to": str(to.resolve())}, as_json)
    print(json.dumps(answer, ensure_ascii=False) if as_json else f"Копия: {answer['folder']}, {decimal(answer['bytes'] / 1e6)} МБ")


@app.command()
def migrate(as_json: Annotated[bool, typer.Option("--json", help="Итог в JSON")] = False) -> None:
    """Привести базу прежней версии к нынешней. Приложение и другие команды делают это сами, когда открывают её."""
    answer = run("migrate", {}, as_json)
    print(json.dumps(answer) if as_json else f"Схема базы: {answer['now']}")


if __name__ == "__main__":
    app()
