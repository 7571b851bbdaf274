"""The briefing as XLSX: figures and tables as numbers, native charts, the list of appeals. No cell is a formula."""

import io
from collections.abc import Sequence
from datetime import date

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from briefing import maps, pdf
from briefing.model import Block, Briefing, Cell, Chart, Column, Heading, Map, Paragraph, Quotes, Section, Table, Tiles
from briefing.style import ATTENTION, PANEL, ROLES, SECOND
from words import _

SAFE = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
NUMBERS = {
    "count": "#,##0", "share": "0%", "points": '+0" п. п.";−0" п. п.";0', "minutes": "#,##0", "days": "0.0", "change": "+#,##0;−#,##0;0",
    "rate": "0.0##", "score": "0.00", "day": "dd.mm.yyyy", "mark": "0.0",
}  # fmt: skip
UNITS = {"count": _("штук"), "share": _("доля"), "minutes": _("минут"), "mark": _("балл из 5")}
FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
CHART_ROWS, PICTURE_ROWS, GAP = 16, 22, 2
TEXT_WIDTH, LINE_HEIGHT, LETTER = 100, 15.0, 1.15
SERIES = _("Ряды графиков")


def sheets(briefing: Briefing) -> bytes:
    """The whole briefing as one XLSX."""
    held = io.BytesIO()
    book = xlsxwriter.Workbook(held, SAFE)
    book.set_properties({"title": briefing.title, "author": _("Пульс"), "created": briefing.built_at.replace(tzinfo=None)})
    looks = _Looks(book)
    _Sheet(book, looks, briefing, _("Главное")).summary()
    charted: list[Chart] = []
    for section in briefing.sections:
        _Sheet(book, looks, briefing, section.title).section(section, charted)
    _Sheet(book, looks, briefing, _("Обращения")).appeals()
    if charted:
        _write_series(book.add_worksheet(SERIES), charted, looks)
    book.close()
    return held.getvalue()


class _Looks:
    """Formats of a workbook, each made once."""

    def __init__(self, book: Workbook):
        self._book = book
        self._made: dict[str, Format] = {}
        self.title = book.add_format({"bold": True, "font_size": 15})
        self.heading = book.add_format({"bold": True, "font_size": 11})
        self.second = book.add_format({"font_color": SECOND, "font_size": 9})
        self.demo = book.add_format({"font_color": ATTENTION, "bold": True})
        self.text = book.add_format({"text_wrap": True, "valign": "top"})
        self.muted = book.add_format({"font_color": SECOND, "font_size": 9, "text_wrap": True, "valign": "top"})
        self.head = book.add_format({"bold": True, "bg_color": PANEL, "text_wrap": True, "valign": "top", "bottom": 1})

    def of(self, kind: str) -> Format:
        """The format of a kind of cell; `line`: text that is not wrapped."""
        if kind not in self._made:
            own = {"num_format": NUMBERS[kind]} if kind in NUMBERS else {"text_wrap": kind != "line"}
            self._made[kind] = self._book.add_format(own | {"valign": "top"})
        return self._made[kind]


class _Sheet:
    """One sheet being written from top to bottom."""

    def __init__(self, book: Workbook, looks: _Looks, briefing: Briefing, name: str):
        self.book, self.looks, self.briefing = book, looks, briefing
        self.sheet: Worksheet = book.add_worksheet(_free_name(book, name))
        self.sheet.hide_gridlines(2)
        self.sheet.set_landscape()
        self.sheet.set_paper(9)
        self.sheet.fit_to_pages(1, 0)
        self.sheet.set_footer(f"&L{_footer(briefing)}&R&P / &N")
        self.row = 0
        self._head()

    def _say(self, text: str, look: Format | None = None) -> None:
        self.sheet.write_string(self.row, 0, text, look)
        self.row += 1

    def _say_across(self, text: str, look: Format) -> None:
        """A text over all the columns of the sheet."""
        self._fit([text], [sum(self.widths)])
        self.sheet.merge_range(self.row, 0, self.row, len(self.widths) - 1, "", look)
        self.sheet.write_string(self.row, 0, text, look)
        self.row += 1

    def _head(self) -> None:
        """Scope, period, filters, state of the data, moment of making."""
        one = self.briefing
        self._say(one.title, self.looks.title)
        self._say(" · ".join(filter(None, (one.place, one.period, one.filters))), self.looks.second)
        self._say(_("{data}, составлено {built}").format(data=one.data_line, built=one.built), self.looks.second)
        if one.is_demo:
            self._say(_("Демонстрационные данные"), self.looks.demo)
        self.row += 1

    def summary(self) -> None:
        """The headline sentences."""
        self.sheet.set_column(0, 0, TEXT_WIDTH)
        for line in self.briefing.headlines:
            self._fit([line], [TEXT_WIDTH])
            self._say(line, self.looks.text)

    def _fit(self, texts: Sequence[str], widths: Sequence[float]) -> None:
        """Make the row as high as its longest text needs: not every program does it by itself."""
        lines = max(-(-LETTER * len(text) // width) for text, width in zip(texts, widths, strict=True))
        self.sheet.set_row(self.row, LINE_HEIGHT * max(lines, 1.0))

    def section(self, section: Section, charted: list[Chart]) -> None:
        """The blocks of one section, one under another; its charts are added to `charted`."""
        columns = max((block.columns for block in section.blocks if isinstance(block, Table)), key=len, default=())
        self._widths(columns)
        for block in section.blocks:
            if isinstance(block, Chart):
                self._chart(block, charted)
            else:
                self._block(block)

    def appeals(self) -> None:
        """The list behind the figures, with a filter and its head in view."""
        block = self.briefing.appeals
        self._widths(block.columns)
        self._say(block.title, self.looks.heading)
        first = self.row
        self._table(block, wrapped=False)
        self.sheet.freeze_panes(first + 1, 0)
        if block.rows:
            self.sheet.autofilter(first, 0, first + len(block.rows), len(block.columns) - 1)

    def _widths(self, columns: tuple[Column, ...]) -> None:
        self.widths: list[float] = [max(9 * column.wide, 28 if at == 0 and not column.is_number else 12) for at, column in enumerate(columns)] or [28.0, *[20.0] * 6]
        for at, width in enumerate(self.widths):
            self.sheet.set_column(at, at, width)

    def _block(self, block: Block | Heading) -> None:
        match block:
            case Heading(text):
                self.row += 1
                self._say(text, self.looks.heading)
            case Paragraph(text, muted):
                self._say_across(text, self.looks.muted if muted else self.looks.text)
            case Quotes(items):
                for quote in items:
                    self._say_across(quote.text, self.looks.text)
                    self._say_across(quote.source, self.looks.muted)
            case Tiles():
                self._tiles(block)
            case Table():
                self.row += 1
                if block.title:
                    self._say(block.title, self.looks.heading)
                if block.note:
                    self._say(block.note, self.looks.second)
                self._table(block)
                self.row += 1
            case Map():
                self._say(block.title, self.looks.heading)
                self._say(block.subtitle, self.looks.second)
                picture = {"image_data": io.BytesIO(pdf.picture(block, 96)), "description": maps.words(block)}
                self.sheet.insert_image(self.row, 0, "map.png", picture)
                self.row += PICTURE_ROWS

    def _tiles(self, block: Tiles) -> None:
        for at, title in enumerate((_("Показатель"), _("Значение"), _("Единица"), _("Изменение"), _("Норма"), _("Из чего"))):
            self.sheet.write_string(self.row, at, title, self.looks.head)
        for tile in block.items:
            self.row += 1
            self._fit([tile.norm, tile.note], self.widths[4:6])
            self.sheet.write_string(self.row, 0, tile.label, self.looks.text)
            self._cell(self.row, 1, tile.unit, tile.value)
            for at, text in enumerate((UNITS[tile.unit], tile.delta, tile.norm, tile.note), 2):
                self.sheet.write_string(self.row, at, text, self.looks.text)
        self.row += 2

    def _table(self, block: Table, wrapped: bool = True) -> None:
        titles = [column.title + (_(", минут") if column.kind == "minutes" else "") for column in block.columns]
        widths = self.widths[: len(titles)]
        self._fit(titles, widths)
        for at, title in enumerate(titles):
            self.sheet.write_string(self.row, at, title, self.looks.head)
        for row in block.rows:
            self.row += 1
            if wrapped:
                self._fit([value if isinstance(value, str) else "" for value in row], widths)
            for at, (column, value) in enumerate(zip(block.columns, row, strict=True)):
                self._cell(self.row, at, column.kind if wrapped or column.is_number else "line", value)
        self.row += 1

    def _cell(self, row: int, column: int, kind: str, value: Cell) -> None:
        look = self.looks.of(kind)
        if value is None or value != value:
            self.sheet.write_blank(row, column, None, look)
        elif isinstance(value, str):
            self.sheet.write_string(row, column, value, look)
        elif isinstance(value, date):
            self.sheet.write_datetime(row, column, value, look)
        else:
            self.sheet.write_number(row, column, 100 * value if kind == "points" else value, look)

    def _chart(self, block: Chart, charted: list[Chart]) -> None:
        """The numbers of the chart and a native chart over them."""
        self._say(block.title, self.looks.heading)
        self._say(block.subtitle, self.looks.second)
        bars = block.form == "bars"
        top = sum(len(other.labels) + GAP for other in charted)
        last = top + len(block.labels)
        chart = self.book.add_chart({"type": "bar" if bars else "line"})
        for at, one in enumerate(block.series, 1):
            colour = {"color": ROLES[one.role]}
            line = {"width": 2 if one.role == "data" else 1.25} | colour | ({} if one.role == "data" else {"dash_type": "dash"})
            chart.add_series(
                {
                    "name": one.name, "categories": [SERIES, top + 1, 0, last, 0], "values": [SERIES, top + 1, at, last, at],
                    **({"fill": colour, "data_labels": {"value": True}, "gap": 40} if bars else {"line": line}),
                }
            )  # fmt: skip
        chart.set_title({"none": True})
        chart.set_legend({"none": True} if bars else {"position": "bottom"})
        chart.set_y_axis({"reverse": True} if bars else {"min": 0, "major_gridlines": {"visible": True, "line": {"color": "#E6EAEE"}}})
        if bars:
            chart.set_x_axis({"visible": False, "major_gridlines": {"visible": False}})
        chart.set_size({"width": 720, "height": 300})
        self.sheet.insert_chart(self.row, 0, chart, {"description": f"{block.title}. {block.subtitle}"})
        self.row += CHART_ROWS
        charted.append(block)


def _write_series(sheet: Worksheet, charted: Sequence[Chart], looks: _Looks) -> None:
    """The numbers behind the charts, one chart under another."""
    sheet.fit_to_pages(1, 0)
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 3, 22)
    row = 0
    for block in charted:
        sheet.write_string(row, 0, block.title or block.subtitle, looks.head)
        for at, one in enumerate(block.series, 1):
            sheet.write_string(row, at, one.name, looks.head)
            for place, value in enumerate(one.values, 1):
                if value is not None:
                    sheet.write_number(row + place, at, value)
        for place, label in enumerate(block.labels, 1):
            sheet.write_string(row + place, 0, label)
        row += len(block.labels) + GAP


def _footer(briefing: Briefing) -> str:
    """In a footer «&» begins a code; 255 characters at most."""
    said = " · ".join(filter(None, (briefing.place, briefing.period, briefing.data_line, _("Демонстрационные данные") if briefing.is_demo else "")))
    return said.replace("&", "&&")[:200]


def _free_name(book: Workbook, name: str) -> str:
    """A name of a sheet: at most 31 characters, none that Excel forbids, no two alike."""
    plain = name.translate(FORBIDDEN).strip()[:28] or _("Лист")
    taken = {sheet.get_name().lower() for sheet in book.worksheets()}
    return next(own for own in (plain, *(f"{plain} {n}" for n in range(2, 100))) if own.lower() not in taken)
