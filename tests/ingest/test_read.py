"""From bytes to rows: kinds of files, encodings, separators, headers, torn rows; wrong files are refused with one message."""

import gzip
import io
import json
import zipfile
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ingest.mapping import Refused, known_count
from ingest.sources import open_source
from ingest.sources.read import Broken, read

TABLE = "Номер обращения;Дата создания;Текст обращения;Муниципалитет\n"
TABLE += "1;01.03.2025 10:00;Яма на улице Лесной;Липецк\n2;02.03.2025;Нет воды;Елец\n"
AS_OF = datetime(2026, 2, 1)


def file(tmp_path: Path, content: bytes, name: str = "export.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


def texts(path: Path) -> list[str]:
    return [text for part in open_source(path).parts(b"k", AS_OF) for text in part.appeals["text"].to_pylist()]


EXPECTED = ["Яма на улице Лесной", "Нет воды"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "utf-16", "utf-16-le", "utf-16-be", "cp866", "koi8-r"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    assert texts(file(tmp_path, TABLE.encode(encoding))) == EXPECTED


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_separators_and_line_endings(tmp_path: Path, separator: str, ending: str) -> None:
    assert texts(file(tmp_path, TABLE.replace(";", separator).replace("\n", ending).encode())) == EXPECTED


def test_header_below_a_title_and_blank_lines(tmp_path: Path) -> None:
    path = file(tmp_path, ("Отчёт за март;;;\n\n" + TABLE).encode())
    (part,) = open_source(path).parts(b"k", AS_OF)
    assert part.appeals["text"].to_pylist() == EXPECTED
    assert part.appeals["row_number"].to_pylist() == [4, 5]


def test_quotes_keep_separators_and_line_breaks(tmp_path: Path) -> None:
    table = 'Номер обращения;Дата создания;Текст обращения\n1;01.03.2025;"Яма; большая\nи ""глубокая"""\n2;02.03.2025;Снег\n'
    assert texts(file(tmp_path, table.encode())) == ['Яма; большая\nи "глубокая"', "Снег"]


def test_an_unclosed_quote_costs_one_row(tmp_path: Path) -> None:
    lines = [
        "Номер обращения;Дата создания;Текст обращения",
        '1;01.03.2025;"Яма',
        *(f"{n};02.03.2025;Снег {n}" for n in range(2, 9)),
    ]
    (part,) = open_source(file(tmp_path, "\n".join(lines).encode())).parts(b"k", AS_OF)
    assert part.appeals["text"].to_pylist() == [f"Снег {n}" for n in range(2, 9)]
    assert [(reject.row_number, "кавычка" in reject.reason) for reject in part.rejects] == [(2, True)]


def test_a_row_with_extra_cells_is_rejected_and_a_short_one_taken(tmp_path: Path) -> None:
    table = "Номер обращения,Дата создания,Текст обращения,Дом\n1,01.03.2025,Яма,5,лишнее\n2,02.03.2025,Снег\n3,02.03.2025,Лёд,,,\n"
    (part,) = open_source(file(tmp_path, table.encode())).parts(b"k", AS_OF)
    assert part.appeals["text"].to_pylist() == ["Снег", "Лёд"]
    assert [reject.reason for reject in part.rejects] == ["в строке больше столбцов, чем в заголовке"]


def book(tmp_path: Path, sheets: dict[str, list[list[object]]]) -> Path:
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as target:
        for name, rows in sheets.items():
            sheet = target.add_worksheet(name)
            for line, row in enumerate(rows):
                sheet.write_row(line, 0, row)
    return path


def test_the_sheet_is_chosen_by_content(tmp_path: Path) -> None:
    rows: list[list[object]] = [list(line.split(";")) for line in TABLE.strip().split("\n")]
    path = book(tmp_path, {"Титул": [["Отчёт"], ["за март"]] * 9, "Пусто": [], "Данные": [[], [], *rows]})
    (part,) = open_source(path).parts(b"k", AS_OF)
    assert part.appeals["text"].to_pylist() == EXPECTED
    assert part.appeals["row_number"].to_pylist() == [4, 5]


RECORDS = [
    {"id": 1, "created_at": "2025-03-01T10:00:00", "text": "Яма на улице Лесной"},
    {"id": 2, "created_at": "2025-03-02T10:00:00+03:00", "text": "Нет воды", "lat": 52.6, "lon": 39.6},
]


@pytest.mark.parametrize(
    "content",
    [
        json.dumps(RECORDS, ensure_ascii=False),
        json.dumps({"count": 2, "data": RECORDS}),
        "\n".join(json.dumps(record) for record in RECORDS) + "\n",
        "\ufeff" + json.dumps(RECORDS, indent=2),
    ],
    ids=["array", "wrapped", "lines", "indented with BOM"],
)
def test_json(tmp_path: Path, content: str) -> None:
    (part,) = open_source(file(tmp_path, content.encode(), "export.json")).parts(b"k", AS_OF)
    assert part.appeals["text"].to_pylist() == EXPECTED
    assert part.appeals["lat"].to_pylist() == [None, 52.6]
    assert part.appeals["created_at"].to_pylist()[1] == datetime(2025, 3, 2, 7)


def test_a_broken_json_line_costs_one_row(tmp_path: Path) -> None:
    lines = [json.dumps(RECORDS[0]), '{"id": 3, "created_at": ', json.dumps(RECORDS[1])]
    (part,) = open_source(file(tmp_path, "\n".join(lines).encode(), "export.json")).parts(b"k", AS_OF)
    assert (part.appeals["text"].to_pylist(), len(part.rejects)) == (EXPECTED, 1)


def test_parquet_gzip_and_zip_hold_the_same_table(tmp_path: Path) -> None:
    columns = {
        "Номер обращения": [1, 2],
        "Дата создания": [datetime(2025, 3, 1), datetime(2025, 3, 2)],
        "Текст обращения": EXPECTED,
    }
    pq.write_table(pa.table(columns), tmp_path / "export.parquet")
    assert texts(tmp_path / "export.parquet") == EXPECTED
    assert texts(file(tmp_path, gzip.compress(TABLE.encode("cp1251")), "export.csv.gz")) == EXPECTED
    assert texts(zipped(tmp_path, {"export.csv": TABLE.encode()})) == EXPECTED


def zipped(tmp_path: Path, entries: dict[str, bytes], name: str = "export.zip") -> Path:
    path = tmp_path / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry, content in entries.items():
            archive.writestr(entry, content)
    return path


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "пуст"),
        (b" \r\n \n", "пуст"),
        (b"<!doctype html>\n<html><body>311</body></html>", "веб-страница"),
        (b"<?xml version='1.0'?><!DOCTYPE html><html></html>", "веб-страница"),
        (b"<table><tr><td>1</td></tr></table>", "веб-страница"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "картинка"),
        (b"\xff\xd8\xff\xe0" + bytes(100), "картинка"),
        (b"%PDF-1.7\n", "PDF"),
        (OLE + bytes(600) + "EncryptedPackage".encode("utf-16-le"), "паролем"),
        (OLE + bytes(600) + "WordDocument".encode("utf-16-le"), "Word"),
        (OLE + bytes(4096), "повреждена"),
        (b"PAR1" + bytes(50), "parquet"),
        (b"PK\x03\x04" + bytes(50), "повреждён"),
        (b"\x1f\x8b\x08" + bytes(50), "повреждён"),
        (bytes(range(256)) * 40, "двоичный"),
        (b"one column\n1\n2\n", "не видно столбцов"),
        (b"a,b,c\n1,2,3\n", "Не нашли в файле столбцы: дата, текст или тема"),
        (b"date,requests\n2020-01-01,5\n", "текст или тема"),
        (b'{"a": {"b": 1}}', "Не нашли"),
        (b"[[[[[[", "не видно столбцов"),
        (b"[" * 200_000, "не видно столбцов"),
        (b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY x 'y'>]><a><b>&x;</b></a>", "DOCTYPE"),
        (b"<?xml version='1.0'?><a><b><c>1</c>", "оборвался"),
    ],
)
def test_wrong_files_are_refused_with_one_message(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(Refused, match=message):
        open_source(file(tmp_path, content))


def test_a_line_that_never_ends_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    with path.open("wb") as target:
        target.write("Дата создания;Текст обращения\n".encode())
        for _ in range(20):
            target.write(b"x" * (1 << 20))
    with pytest.raises(Refused, match="длиннее"):
        open_source(path)


def test_archives_that_blow_up_are_refused(tmp_path: Path) -> None:
    zeros = bytes(64 << 20)
    with pytest.raises(Refused, match="объём"):
        open_source(file(tmp_path, gzip.compress(zeros), "a.gz"))
    with pytest.raises(Refused, match="объём"):
        open_source(zipped(tmp_path, {"a.csv": zeros}))
    with pytest.raises(Refused, match="объём"):
        open_source(zipped(tmp_path, {"xl/workbook.xml": b"<a/>", "xl/worksheets/sheet1.xml": zeros}, "a.xlsx"))
    with pytest.raises(Refused, match="один файл"):
        open_source(zipped(tmp_path, {"a.csv": b"1", "b.csv": b"2"}))
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("a.csv", TABLE)
    with pytest.raises(Refused, match="внутри архива"):
        open_source(zipped(tmp_path, {"a.zip": inner.getvalue()}))


def test_one_cell_in_the_far_corner_does_not_take_all_memory(tmp_path: Path) -> None:
    path = tmp_path / "corner.xlsx"
    with xlsxwriter.Workbook(path) as target:
        sheet = target.add_worksheet()
        sheet.write_row(0, 0, ["Дата создания", "Текст обращения"])
        sheet.write(1_048_575, 16_383, "x")
    with pytest.raises(Refused, match="слишком много"):
        open_source(path)


def test_a_workbook_that_points_at_itself_costs_only_its_own_load(tmp_path: Path) -> None:
    content = bytearray((Path(__file__).parent.parent / "data" / "dobrodel_standin.xls").read_bytes())
    allocation = 512 + 512 * int.from_bytes(content[76:80], "little")
    entry = content.index("Workbook".encode("utf-16-le"))
    start = int.from_bytes(content[entry + 116 : entry + 120], "little")
    content[allocation + 4 * start : allocation + 4 * start + 4] = start.to_bytes(4, "little")
    with pytest.raises(Refused, match="повреждена"):
        open_source(file(tmp_path, bytes(content), "loop.xls"))


def test_missing_files_and_folders_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "нет.csv"):
        with pytest.raises(Refused):
            open_source(path)


CELLS = st.text(st.characters(codec="utf-8"), max_size=12) | st.sampled_from(
    [
        "",
        "-",
        "'",
        '"',
        "01.03.2025",
        "2025-03-01T10:00:00",
        "1/2/2025 5:00 PM",
        "0.0",
        "nan",
        "Готово",
        "<br>",
        "1e400",
        "=1+1",
        "99999999999999999999",
    ]
)
NAMES = st.sampled_from(
    [
        "Дата создания",
        "Текст обращения",
        "Номер обращения",
        "Широта",
        "Долгота",
        "Статус",
        "Дата закрытия",
        "Оценка",
        "x",
        "",
    ]
)


@settings(max_examples=1000, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.binary(max_size=3000))
@example(b"\xff\xfe")
@example(b"PK\x05\x06" + bytes(18))
def test_any_bytes_are_read_or_refused(tmp_path: Path, content: bytes) -> None:
    path = file(tmp_path, content)
    try:
        sheet = read(path, known_count, lambda share: None)
        assert all(isinstance(row, (list, Broken)) for _number, row in sheet.rows())
    except Refused as refused:
        assert str(refused)


@settings(max_examples=1000, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    st.lists(NAMES, min_size=2, max_size=7),
    st.lists(st.lists(CELLS, max_size=9), max_size=12),
    st.sampled_from([";", ",", "\t"]),
    st.sampled_from(["utf-8", "cp1251", "utf-16"]),
    st.sampled_from(["\n", "\r\n"]),
)
def test_every_row_of_a_broken_table_is_taken_or_rejected(
    tmp_path: Path, names: list[str], rows: list[list[str]], separator: str, encoding: str, ending: str
) -> None:
    lines = [separator.join(names), *(separator.join(row) for row in rows)]
    path = file(tmp_path, ending.join(lines).encode(encoding, "replace"))
    try:
        parts = list(open_source(path).parts(b"k", AS_OF, chunk_rows=3))
    except Refused:
        return
    numbers = [n for part in parts for n in [*part.appeals["row_number"].to_pylist(), *(r.row_number for r in part.rejects)]]
    blank = sum(part.warnings.get("пустая строка", 0) for part in parts)
    read_rows = sum(1 for _row in read(path, known_count, lambda share: None).rows())
    assert len(numbers) == len(set(numbers))
    assert len(numbers) + blank == read_rows
    assert all(reject.reason and json.loads(reject.raw) is not None for part in parts for reject in part.rejects)
