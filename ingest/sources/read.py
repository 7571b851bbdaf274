"""From a path to rows of cells: what kind of file it is, how it is encoded and separated, where its header stands.

Nothing here knows what the columns mean. Every reader is restartable and holds one row at a time, except spreadsheets,
whose sheet the library keeps whole. A file that cannot be a table is refused with one message for people; no other
error escapes.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import json
import re
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import IO, Any
from xml.etree import ElementTree

import pyarrow as pa
import pyarrow.parquet as pq

from ingest.mapping import Refused
from ingest.sources import sheets
from words import _

Cell = str | int | float | bool | datetime | date | time | timedelta | None

BLOCK = 1 << 20
SAMPLE_BYTES = 1 << 18
HEADER_DEPTH = 30
KEY_SAMPLE = 20_000
MAX_LINE = 16 << 20
MAX_FIELD = 1_000_000
MAX_COLUMNS = 2_000
MAX_UNPACKED = 8 << 30
MAX_SHEET_UNPACKED = 2 << 30
MAX_RATIO = 200
RATIO_MATTERS_FROM = 32 << 20
MAX_ENTRIES = 5_000
MAX_SHEET_CELLS = 60_000_000

csv.field_size_limit(MAX_FIELD)


@dataclass(frozen=True)
class Broken:
    """A line that is not a row of the table: goes to the rejects."""

    reason: str
    raw: str


Row = tuple[int, "list[Cell] | Broken"]


@dataclass(frozen=True)
class Sheet:
    """One table found in a file. Row numbers are those a spreadsheet would show, the header included."""

    header: tuple[str, ...]
    rows: Callable[[], Iterator[Row]]
    total_rows: int | None
    form: str
    keep: Any = field(default=None, repr=False)


Score = Callable[[list[str]], int]
Watch = Callable[[float], None]


def read(path: Path, score: Score, watch: Watch) -> Sheet:
    """Which table does the file hold? `score` says how many of a row's cells are known column names; `watch` is told the
    share of a text that has been looked through.

    Raises Refused, and nothing else, on any content.
    """
    try:
        return _read(path, score, watch, depth=0)
    except Refused:
        raise
    except MemoryError:
        raise Refused(_("Файл слишком велик для этого компьютера. Разделите его на части.")) from None
    except FileNotFoundError:
        raise Refused(_("Файл не найден: {name}.").format(name=path.name)) from None
    except PermissionError:
        raise Refused(_("Нет права читать файл {name}.").format(name=path.name)) from None
    except Exception:  # any bytes may come, each library has its own errors
        raise Refused(
            _("Файл повреждён или это не таблица. Откройте его в программе, где он создан, и сохраните как xlsx или csv.")
        ) from None


@contextmanager
def guarded(what: str) -> Iterator[None]:
    """Errors met in the middle of a file become one refusal."""
    try:
        yield
    except Refused:
        raise
    except Exception:  # as in read
        raise Refused(_("Файл оборвался или повреждён: {what}. Выгрузите его заново.").format(what=what)) from None


# what kind of file ----------------------------------------------------------------------------------------------------

_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG", "картинка"),
    (b"\xff\xd8\xff", "картинка"),
    (b"GIF8", "картинка"),
    (b"BM", "картинка"),
    (b"II*\x00", "картинка"),
    (b"MM\x00*", "картинка"),
    (b"%PDF", "документ PDF"),
    (b"{\\rtf", "документ RTF"),
    (b"Rar!", "архив RAR"),
    (b"7z\xbc\xaf\x27\x1c", "архив 7z"),
    (b"MZ", "программа"),
    (b"\x7fELF", "программа"),
    (b"SQLite format 3", "база данных"),
)


def _read(path: Path, score: Score, watch: Watch, depth: int) -> Sheet:
    if path.is_dir():
        raise Refused(_("Это папка, а не файл: {name}.").format(name=path.name))
    if path.stat().st_size == 0:
        raise Refused(_("Файл пуст. Проверьте, что выгрузка завершилась, и загрузите его снова."))
    with path.open("rb") as file:
        head = file.read(4096)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip(path, score, watch, depth)
    if head.startswith(b"\x1f\x8b"):
        return _gzip(path, score, watch, depth)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _ole(path, score)
    if head.startswith(b"PAR1"):
        return _parquet(path)
    for signature, kind in _SIGNATURES:
        if head.startswith(signature) and (len(signature) > 2 or b"\x00" in head):
            raise Refused(_("Это {kind}, а не таблица. Нужен файл xlsx, xls, csv, json или parquet.").format(kind=_(kind)))
    return _text(path, score, watch)


# archives -------------------------------------------------------------------------------------------------------------


def _bomb() -> Refused:
    return Refused(_("Архив распаковывается в слишком большой объём и похож на вредоносный. Распакуйте его сами и загрузите таблицу."))


def _check_sizes(packed: int, unpacked: int, limit: int) -> None:
    if unpacked > limit or (unpacked > RATIO_MATTERS_FROM and unpacked > MAX_RATIO * max(packed, 1)):
        raise _bomb()


def _unpack(source: IO[bytes], packed: int) -> tuple[tempfile.TemporaryDirectory[str], Path]:
    """Unpacks to a temporary folder that lives as long as the sheet, counting bytes on the way."""
    folder = tempfile.TemporaryDirectory(prefix="pulse-")
    target = Path(folder.name) / "unpacked"
    size = 0
    try:
        with target.open("wb") as out:
            while block := source.read(BLOCK):
                size += len(block)
                _check_sizes(packed, size, MAX_UNPACKED)
                out.write(block)
    except (EOFError, zlib.error, zipfile.BadZipFile, gzip.BadGzipFile, NotImplementedError, RuntimeError):
        folder.cleanup()
        raise Refused(_("Архив повреждён или закрыт паролем. Распакуйте его сами и загрузите таблицу.")) from None
    except BaseException:
        folder.cleanup()
        raise
    return folder, target


def _inner(folder: tempfile.TemporaryDirectory[str], path: Path, score: Score, watch: Watch, depth: int) -> Sheet:
    if depth >= 1:
        raise Refused(_("Архив внутри архива. Распакуйте его и загрузите саму таблицу."))
    sheet = _read(path, score, watch, depth + 1)
    return Sheet(sheet.header, sheet.rows, sheet.total_rows, sheet.form, keep=(folder, sheet.keep))


def _gzip(path: Path, score: Score, watch: Watch, depth: int) -> Sheet:
    with gzip.open(path, "rb") as source:
        folder, inner = _unpack(source, path.stat().st_size)  # type: ignore[arg-type]
    return _inner(folder, inner, score, watch, depth)


def _zip(path: Path, score: Score, watch: Watch, depth: int) -> Sheet:
    try:
        archive = zipfile.ZipFile(path)
    except zipfile.BadZipFile:
        raise Refused(_("Файл повреждён: архив не открывается. Выгрузите его заново.")) from None
    with archive:
        entries = archive.infolist()
        names = {entry.filename for entry in entries}
        if len(entries) > MAX_ENTRIES:
            raise _bomb()
        if "xl/workbook.xml" in names:
            _check_workbook(archive, path.stat().st_size)
            return _workbook(path, score, _("Excel"))
        if "xl/workbook.bin" in names:
            raise Refused(_("Это двоичная книга xlsb. Сохраните её как xlsx и загрузите снова."))
        if "mimetype" in names and "content.xml" in names:
            raise Refused(_("Это документ OpenDocument. Сохраните таблицу как xlsx и загрузите снова."))
        if "word/document.xml" in names or "ppt/presentation.xml" in names:
            raise Refused(_("Это документ Word или PowerPoint, а не таблица. Нужен файл xlsx или csv."))
        files = [e for e in entries if not e.is_dir() and not e.filename.startswith("__MACOSX/")]
        if len(files) != 1:
            raise Refused(_("В архиве должен быть один файл, а их {count}. Загрузите нужный отдельно.").format(count=len(files)))
        if files[0].flag_bits & 1:
            raise Refused(_("Архив закрыт паролем. Распакуйте его и загрузите таблицу."))
        with archive.open(files[0]) as source:
            folder, inner = _unpack(source, max(files[0].compress_size, 1))
    return _inner(folder, inner, score, watch, depth)


_CELL_PLACE = re.compile(rb'\br="([A-Z]{0,3})(\d{1,7})"')


def _check_workbook(archive: zipfile.ZipFile, packed: int) -> None:
    """Refuses a workbook that would take too much memory: by bytes really unpacked, by the far corner of its sheets.

    The library lays a sheet out as a full rectangle, so one stray cell in XFD1048576 would take all memory.
    """
    total = 0
    for entry in archive.infolist():
        is_sheet = entry.filename.startswith("xl/worksheets/") and entry.filename.endswith(".xml")
        rows = columns = 0
        tail = b""
        try:
            with archive.open(entry) as source:
                while block := source.read(BLOCK):
                    total += len(block)
                    _check_sizes(packed, total, MAX_SHEET_UNPACKED)
                    if is_sheet:
                        for letters, digits in _CELL_PLACE.findall(tail + block):
                            rows = max(rows, int(digits))
                            columns = max(columns, _column_number(letters))
                        tail = block[-32:]
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError):
            raise Refused(_("Книга Excel повреждена. Откройте её, сохраните заново и загрузите.")) from None
        if rows * columns > MAX_SHEET_CELLS or columns > MAX_COLUMNS:
            raise Refused(
                _("На листе заявлено {rows} × {columns} ячеек: это слишком много. Удалите пустые строки и столбцы за таблицей.").format(
                    rows=rows, columns=columns
                )
            )


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


# spreadsheets ---------------------------------------------------------------------------------------------------------


def _protected() -> Refused:
    return Refused(_("Книга закрыта паролем. Откройте её, снимите пароль, сохраните и загрузите снова."))


def _ole(path: Path, score: Score) -> Sheet:
    """An OLE container: an old xls, a password-protected xlsx, or a Word document."""
    content = path.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise _protected()
    if "WordDocument".encode("utf-16-le") in content:
        raise Refused(_("Это документ Word, а не таблица. Нужен файл xlsx, xls или csv."))
    return _workbook(path, score, "Excel 97–2003")


def _workbook(path: Path, score: Score, form: str) -> Sheet:
    """The sheet of the workbook whose header is understood best, laid out by sheets.py in a temporary folder."""
    folder = tempfile.TemporaryDirectory(prefix="pulse-")
    found = Path(folder.name)
    command = [sys.executable, "-I", sheets.__file__, str(path.resolve()), folder.name]
    code = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
    if code == sheets.PASSWORD:
        raise _protected()
    if code == sheets.TOO_BIG:
        raise Refused(_("Книга Excel слишком велика для этого компьютера. Сохраните таблицу как csv и загрузите."))
    if code != 0:
        raise Refused(_("Книга Excel повреждена или слишком велика. Откройте её, сохраните заново и загрузите."))
    index = json.loads((found / "index.json").read_text(encoding="utf-8"))
    if not index:
        raise Refused(_("В книге нет ни одного заполненного листа."))
    ranks = [(_sheet_score(found / f"{number}.jsonl", score), meta["rows"]) for number, meta in enumerate(index)]
    chosen = ranks.index(max(ranks))
    rows = found / f"{chosen}.jsonl"
    at, header = _find_header(_sheet_rows(rows), score)
    name, last = index[chosen]["name"], index[chosen]["rows"]
    return Sheet(header, lambda: _below(_sheet_rows(rows), at), last - at, f"{form}, {_('лист')} «{name}»", keep=folder)


def _sheet_score(path: Path, score: Score) -> int:
    return max(score([text_of(cell) for cell in row]) for _n, row in islice(_sheet_rows(path), HEADER_DEPTH) if isinstance(row, list))


def _sheet_rows(path: Path) -> Iterator[Row]:
    with guarded(_("лист Excel")), path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            yield number, json.loads(line, object_hook=sheets.decoded)


# header ---------------------------------------------------------------------------------------------------------------


def _find_header(rows: Iterator[Row], score: Score) -> tuple[int, tuple[str, ...]]:
    """Number and names of the header: among the first rows the one with most known names, else the first full one."""
    head: list[tuple[int, list[str]]] = []
    for number, row in rows:
        if not isinstance(row, Broken):
            head.append((number, [text_of(cell) for cell in row]))
        if len(head) >= HEADER_DEPTH:
            break
    head = [(number, row) for number, row in head if any(row)]
    if not head:
        raise Refused(_("В файле нет ни одной заполненной строки."))
    width = max(len([c for c in row if c]) for _n, row in head)
    at, cells = max(head, key=lambda item: (score(item[1]), 2 * len([c for c in item[1] if c]) >= width, -item[0]))
    while cells and not cells[-1]:
        cells.pop()
    if len(cells) > MAX_COLUMNS:
        raise Refused(_("В таблице больше {count} столбцов: это не похоже на выгрузку обращений.").format(count=MAX_COLUMNS))
    return at, tidy_header(cells)


def _below(rows: Iterator[Row], header_at: int) -> Iterator[Row]:
    return ((number, row) for number, row in rows if number > header_at)


def tidy_header(cells: Iterable[str]) -> tuple[str, ...]:
    """Column names, made distinct; a nameless column is called by its number."""
    seen: dict[str, int] = {}
    names = []
    for number, cell in enumerate(cells, 1):
        name = " ".join(cell.split()) or _("Столбец {number}").format(number=number)
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return tuple(names)


def text_of(cell: Cell) -> str:
    """A cell as text: whole numbers without «.0», no guard apostrophe of spreadsheets, no padding."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        text = cell.replace("\xa0", " ").strip()
        return text[1:].strip() if text.startswith("'") else text
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return str(cell)


# text -----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Survey:
    encoding: str
    errors: str
    lines: int


def _text(path: Path, score: Score, watch: Watch) -> Sheet:
    survey = _survey(path, watch)
    with _open(path, survey) as file:
        sample = file.read(SAMPLE_BYTES)
    start = sample.lstrip().lstrip("\ufeff").lstrip()
    if not start:
        raise Refused(_("Файл пуст. Проверьте, что выгрузка завершилась, и загрузите его снова."))
    lower = start.lower() if start.startswith("<") else ""
    if lower.startswith(("<!doctype html", "<html", "<head", "<table", "<script", "<div")) or "<html" in lower:
        raise Refused(_("Это веб-страница, сохранённая под видом таблицы. Скачайте сам файл выгрузки (xlsx или csv) и загрузите его."))
    if start.startswith("<"):
        return _xml(path, lower)
    if start.startswith(("{", "[")) and _is_json(start):
        return _json(path, survey)
    return _csv(path, survey, sample, score)


def _survey(path: Path, watch: Watch) -> _Survey:
    """One pass over the bytes: encoding, number of lines, and no line too long to be one."""
    with path.open("rb") as file:
        head = file.read(SAMPLE_BYTES)
    encoding = _encoding_of_marks(head)
    wide = encoding is not None and encoding.startswith("utf-16")
    decoder = codecs.getincrementaldecoder("utf-8")() if encoding is None else None
    lines = since_break = passed = 0
    size = path.stat().st_size
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            passed += len(block)
            watch(passed / size)
            lines += max(block.count(b"\n"), block.count(b"\r"))
            last = max(block.rfind(b"\n"), block.rfind(b"\r"))
            since_break = since_break + len(block) if last < 0 else len(block) - last
            if since_break > MAX_LINE and not head.lstrip(b" \t\r\n\xef\xbb\xbf").startswith((b"{", b"[")):
                raise Refused(
                    _("В файле есть строка длиннее {size} МБ: это не таблица. Проверьте, что выгрузка сохранена как csv или xlsx.").format(
                        size=MAX_LINE >> 20
                    )
                )
            if not wide and b"\x00" in block:
                raise Refused(_("Это двоичный файл неизвестного вида, а не таблица. Нужен файл xlsx, xls, csv, json или parquet."))
            if decoder is not None:
                try:
                    decoder.decode(block)
                except UnicodeDecodeError:
                    decoder = None
    if encoding is not None:
        return _Survey(encoding, "replace", lines)
    if decoder is not None:
        return _Survey("utf-8-sig", "replace", lines)
    return _Survey(_single_byte(head), "replace", lines)


def _encoding_of_marks(head: bytes) -> str | None:
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    even, odd = head[0::2], head[1::2]
    if len(head) >= 8 and b"\x00" in head:
        printable = head.count(b"\x04") + head.count(b"\x00") > len(head) // 3
        if printable and odd.count(b"\x00") > 4 * even.count(b"\x00"):
            return "utf-16-le"
        if printable and even.count(b"\x00") > 4 * odd.count(b"\x00"):
            return "utf-16-be"
    return None


_COMMON = frozenset("оеаинтсрвлкмдпуя")


def _single_byte(head: bytes) -> str:
    """UTF-8 with a few spoilt bytes, or the Russian code page whose reading has most of the common letters."""
    damaged = head.decode("utf-8", "replace")
    spoilt = damaged.count("\ufffd")
    foreign = sum(1 for c in damaged if c > "\x7f")
    if foreign and spoilt <= foreign * 0.05:
        return "utf-8-sig"
    control = sum(1 for byte in head if byte < 9 or 13 < byte < 32)
    if control > len(head) * 0.01:
        raise Refused(_("Это двоичный файл неизвестного вида, а не таблица. Нужен файл xlsx, xls, csv, json или parquet."))
    return max(("cp1251", "cp866", "koi8-r"), key=lambda name: sum(1 for c in head.decode(name, "replace") if c in _COMMON))


def _open(path: Path, survey: _Survey) -> IO[str]:
    return path.open("r", encoding=survey.encoding, errors=survey.errors, newline="")


# separated values -----------------------------------------------------------------------------------------------------

_SEPARATORS = {";": "«;»", ",": "«,»", "\t": "табуляция", "|": "«|»"}


def _csv(path: Path, survey: _Survey, sample: str, score: Score) -> Sheet:
    separator = _separator(sample, score)
    if separator is None:
        raise Refused(_("В файле не видно столбцов: нет ни запятых, ни точек с запятой, ни табуляций. Сохраните таблицу как csv или xlsx."))
    encoding = "UTF-8" if survey.encoding == "utf-8-sig" else survey.encoding.upper()
    form = f"CSV, {encoding}, {_('разделитель')} {_(_SEPARATORS[separator])}"
    at, header = _find_header(_csv_rows(path, survey, separator, 0), score)
    return Sheet(header, lambda: _below(_csv_rows(path, survey, separator, len(header)), at), survey.lines, form)


def _separator(sample: str, score: Score) -> str | None:
    """The separator that understands most names of the header, then gives most rows of one same width."""
    best: tuple[int, float, int] = (0, 0.0, 0)
    found = None
    for separator in _SEPARATORS:
        rows = []
        try:
            for row in csv.reader(io.StringIO(sample, newline=""), delimiter=separator):
                rows.append(row)
                if len(rows) == 200:
                    break
        except csv.Error:
            pass
        widths = [len(row) for row in rows if any(row)]
        if not widths or max(widths) < 2:
            continue
        usual = max(set(widths), key=lambda w: (widths.count(w), w))
        if usual < 2 and max(widths[:HEADER_DEPTH]) < 2:
            continue
        known = max(score([text_of(c) for c in row]) for row in rows[:HEADER_DEPTH])
        rank = (known, widths.count(usual) / len(widths) * (usual > 1), usual)
        if rank > best:
            best, found = rank, separator
    return found


class _Lines:
    """Physical lines of a file that can be pushed back, remembering those that the present record took."""

    def __init__(self, lines: Iterator[str]) -> None:
        self.lines = lines
        self.back: list[str] = []
        self.taken: list[str] = []

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self.back.pop() if self.back else next(self.lines)
        self.taken.append(line)
        return line

    def drop_first(self) -> str:
        """Gives up the first line of the record; the others are read anew."""
        first, *rest = self.taken
        self.back.extend(reversed(rest))
        return first


def _csv_rows(path: Path, survey: _Survey, separator: str, width: int) -> Iterator[Row]:
    """Rows of a separated file. A quote that is never closed costs its own line, not the rest of the file."""
    unclosed = _("строка разорвана: кавычка не закрыта")
    with guarded(_("не читается текст")), _open(path, survey) as file:
        lines = _Lines(iter(file))
        number = 0
        while True:
            reader = csv.reader(lines, delimiter=separator)
            while True:
                lines.taken.clear()
                number += 1
                try:
                    row: list[str] | None = next(reader)
                except StopIteration:
                    return
                except csv.Error:
                    row = None
                torn = row is None or (len(lines.taken) > 1 and _is_torn(row, lines, width))
                if not torn:
                    assert row is not None
                    yield number, _fit(row, width)
                    continue
                yield number, Broken(unclosed, lines.drop_first()[:4000])
                break


def _is_torn(row: list[str], lines: _Lines, width: int) -> bool:
    if width and len(row) > width and any(cell.strip() for cell in row[width:]):
        return True
    if sum(line.count('"') for line in lines.taken) % 2 == 0:
        return False
    at_end = not lines.back
    if at_end:
        following = next(lines.lines, None)
        if following is not None:
            lines.back.append(following)
            return False
    return at_end


def _fit(row: list[str], width: int) -> list[Cell] | Broken:
    if width and len(row) > width and any(cell.strip() for cell in row[width:]):
        return Broken(_("в строке больше столбцов, чем в заголовке"), " | ".join(row)[:4000])
    return list(row)


# JSON, XML, parquet ---------------------------------------------------------------------------------------------------


def _is_json(start: str) -> bool:
    try:
        json.JSONDecoder().raw_decode(start)
        return True
    except json.JSONDecodeError as error:
        return error.pos > 20 or len(start) >= SAMPLE_BYTES - 16
    except RecursionError:
        return False


def _records_sheet(records: Callable[[], Iterator[tuple[int, dict[str, Any] | Broken]]], form: str) -> Sheet:
    """Records with absent keys as a table: the columns are the keys met in the first records, in their order."""
    keys: dict[str, None] = {}
    total = 0
    with guarded(form):
        for total, record in records():
            if isinstance(record, dict):
                keys.update(dict.fromkeys(record))
            if total >= KEY_SAMPLE or len(keys) > MAX_COLUMNS:
                break
    if not keys or len(keys) > MAX_COLUMNS:
        raise Refused(_("В файле нет списка записей с полями. Нужна таблица обращений: список объектов с одинаковыми ключами."))
    header = tuple(keys)

    def rows() -> Iterator[Row]:
        with guarded(form):
            for number, record in records():
                yield number, record if isinstance(record, Broken) else [_plain(record.get(key)) for key in header]

    return Sheet(header, rows, total if total < KEY_SAMPLE else None, form)


def _plain(value: Any) -> Cell:
    if isinstance(value, (dict, list, tuple)):
        return json.dumps(value, ensure_ascii=False, default=str)
    if isinstance(value, (bytes, memoryview)):
        return None
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "ignore").decode("utf-8")
    if value is None or isinstance(value, (int, float, datetime, date, time, timedelta)):
        return value
    return str(value)


def _json(path: Path, survey: _Survey) -> Sheet:
    def records() -> Iterator[tuple[int, dict[str, Any] | Broken]]:
        with _open(path, survey) as file:
            yield from enumerate(_json_items(file), 1)

    return _records_sheet(records, "JSON")


_SPACE = re.compile(r"[\s,]*")


def _json_items(file: IO[str]) -> Iterator[dict[str, Any] | Broken]:
    """Objects of a JSON array, of JSON lines, or of the one list inside an object; one object in memory at a time."""
    decoder = json.JSONDecoder()
    buffer = file.read(SAMPLE_BYTES).lstrip("\ufeff")
    position = _list_start(buffer)
    ended = False
    while True:
        position = _SPACE.match(buffer, position).end()  # type: ignore[union-attr]
        if position < len(buffer) and buffer[position] == "]":
            return
        try:
            if position >= len(buffer):
                raise json.JSONDecodeError("", buffer, position)
            item, position = decoder.raw_decode(buffer, position)
            yield item if isinstance(item, dict) else Broken(_("запись не является объектом"), str(item)[:4000])
        except (json.JSONDecodeError, RecursionError):
            more = "" if ended else file.read(SAMPLE_BYTES)
            ended = not more
            if ended and position >= len(buffer):
                return
            if ended or len(buffer) - position > MAX_LINE:
                line_end = buffer.find("\n", position)
                yield Broken(_("запись JSON не читается"), buffer[position : position + 4000])
                if line_end < 0:
                    return
                position = line_end + 1
                continue
            buffer, position = buffer[position:] + more, 0
            continue
        if position > SAMPLE_BYTES:
            buffer, position = buffer[position:], 0


_WRAPPED = re.compile(r'\s*\{\s*(?:"[^"]{1,60}"\s*:\s*(?:"[^"]*"|-?[\d.]+|true|false|null)\s*,\s*)*"[^"]{1,60}"\s*:\s*\[\s*(?=\{)')


def _list_start(buffer: str) -> int:
    """Where the first record begins: after the bracket of an array, bare or the one list inside an object."""
    wrapped = _WRAPPED.match(buffer)
    if wrapped is not None:
        return wrapped.end()
    start = len(buffer) - len(buffer.lstrip())
    return start + 1 if buffer[start : start + 1] == "[" else start


def _xml(path: Path, lower: str) -> Sheet:
    if "<!doctype" in lower or "<!entity" in lower:
        raise Refused(_("XML с объявлением DOCTYPE не принимается. Нужен ответ Open311 или таблица xlsx, csv."))

    def records() -> Iterator[tuple[int, dict[str, Any] | Broken]]:
        number = depth = 0
        root: ElementTree.Element | None = None
        for event, node in ElementTree.iterparse(path, events=("start", "end")):
            if event == "start":
                depth += 1
                root = node if root is None else root
                continue
            depth -= 1
            if depth == 1 and root is not None:
                number += 1
                yield number, {child.tag.rpartition("}")[2]: (child.text or "").strip() or None for child in node}
                root.clear()

    return _records_sheet(records, "XML")


def _parquet(path: Path) -> Sheet:
    try:
        file = pq.ParquetFile(path)
        header = tidy_header(file.schema_arrow.names)
        total = file.metadata.num_rows
    except (pa.ArrowException, OSError):
        raise Refused(_("Файл parquet повреждён. Выгрузите его заново.")) from None
    if len(header) > MAX_COLUMNS or not header:
        raise Refused(_("В файле parquet нет подходящих столбцов."))

    def rows() -> Iterator[Row]:
        with guarded("parquet"), pq.ParquetFile(path) as source:
            number = 1
            for batch in source.iter_batches(10_000):
                for values in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                    number += 1
                    yield number, [_plain(value) for value in values]

    return Sheet(header, rows, total, "Parquet")
