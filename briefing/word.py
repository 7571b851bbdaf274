"""The briefing as DOCX: editable text, native tables and charts. A centre's own template gives its styles and its letterhead."""

import io

import docx
from docx.document import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.table import _Cell
from docx.text.paragraph import Paragraph as Line

from briefing import maps, native, pdf, templates
from briefing.model import Block, Briefing, Chart, Heading, Map, Paragraph, Quotes, Table, Tile, Tiles, shown
from briefing.style import ATTENTION, SECOND, TONES
from words import _

TEMPLATE = "briefing.docx"
FONT = "Arial"
NARROWEST = 1.3
WIDTH = Cm(17)
CHART_HEIGHT = Cm(6)
CHART_TYPE = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FRAME = (
    '<w:r xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:drawing>'
    '<wp:inline xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" distT="0" distB="0" distL="0" distR="0">'
    '<wp:extent cx="{wide}" cy="{tall}"/><wp:docPr id="{number}" name="chart{number}"/><wp:cNvGraphicFramePr/>'
    '<a:graphic xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">'
    '<a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/chart">'
    '<c:chart xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" r:id="{relation}"/>'
    "</a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
)


def word(briefing: Briefing) -> bytes:
    """The whole briefing as one DOCX."""
    own = templates.own(TEMPLATE)
    document = docx.Document(str(own)) if own else docx.Document()
    if own is None:
        _plain_page(document)
    _frame(document, briefing)
    if (emblem := templates.emblem(templates.PICTURES)) is not None:
        document.add_picture(str(emblem), height=Cm(1.8))
    document.add_heading(briefing.title, 1)
    if briefing.headlines:
        document.add_heading(_("Главное"), 2)
        for line in briefing.headlines:
            document.add_paragraph(line, style="List Bullet")
    for section in briefing.sections:
        document.add_heading(section.title, 2)
        for block in section.blocks:
            _add(document, block)
    document.core_properties.title = briefing.title
    document.core_properties.author = _("Пульс")
    document.core_properties.created = briefing.built_at.replace(tzinfo=None)
    held = io.BytesIO()
    document.save(held)
    return held.getvalue()


def _plain_page(document: Document) -> None:
    page = document.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = Cm(2)
    page.top_margin, page.bottom_margin = Cm(2.2), Cm(1.8)
    for name in ("Normal", "Heading 1", "Heading 2", "Heading 3"):
        style = document.styles[name]
        style.font.name = FONT
        style.element.get_or_add_rPr().get_or_add_rFonts().attrib.update({qn(f"w:{part}"): FONT for part in ("ascii", "hAnsi", "cs", "eastAsia")})
        for theme in ("asciiTheme", "hAnsiTheme", "cstheme", "eastAsiaTheme"):
            style.element.rPr.rFonts.attrib.pop(qn(f"w:{theme}"), None)
    document.styles["Normal"].font.size = Pt(10)
    document.styles["Normal"].paragraph_format.space_after = Pt(4)


def _frame(document: Document, briefing: Briefing) -> None:
    """Head and foot of every page."""
    page = document.sections[0]
    head = page.header.paragraphs[0]
    _said(head, " · ".join(filter(None, (briefing.place, briefing.period, briefing.filters))))
    if briefing.is_demo:
        _said(head, " · " + _("Демонстрационные данные"), ATTENTION)
    foot = page.footer.paragraphs[0]
    _said(foot, _("{data}, составлено {built}. Стр. ").format(data=briefing.data_line, built=briefing.built))
    _number(foot, "PAGE")
    _said(foot, _(" из "))
    _number(foot, "NUMPAGES")


def _said(line: Line, text: str, colour: str = SECOND, size: float = 8) -> None:
    run = line.add_run(text)
    run.font.size, run.font.color.rgb = Pt(size), RGBColor.from_string(colour.removeprefix("#"))


def _number(line: Line, field: str) -> None:
    run = line.add_run()
    run.font.size = Pt(8)
    for kind in ("begin", None, "end"):
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.text = field
        run._r.append(element)


def _add(document: Document, block: Block | Heading) -> None:
    match block:
        case Heading(text):
            document.add_heading(text, 3)
        case Paragraph(text, muted):
            line = document.add_paragraph()
            if muted:
                _said(line, text, size=9)
            else:
                line.add_run(text)
        case Quotes(items):
            for quote in items:
                line = document.add_paragraph(quote.text)
                line.paragraph_format.left_indent = Cm(0.7)
                line.add_run().add_break()
                _said(line, quote.source)
        case Tiles(items):
            _tiles(document, items)
        case Table():
            _table(document, block)
        case Chart():
            _caption(document, block.title, block.subtitle)
            _chart(document, block)
        case Map():
            _caption(document, block.title, block.subtitle)
            held = document.add_picture(io.BytesIO(pdf.picture(block)), width=Cm(16))
            held._inline.docPr.set("descr", maps.words(block))


def _caption(document: Document, title: str, subtitle: str) -> None:
    line = document.add_paragraph()
    line.paragraph_format.keep_with_next = True
    if title:
        line.add_run(title).bold = True
    if title and subtitle:
        line.add_run().add_break()
    if subtitle:
        _said(line, subtitle, size=9)


def _tiles(document: Document, items: tuple[Tile, ...]) -> None:
    grid = document.add_table(rows=0, cols=3)
    for at, tile in enumerate(items):
        cell = (grid.add_row() if at % 3 == 0 else grid.rows[-1]).cells[at % 3]
        line = cell.paragraphs[0]
        _said(line, tile.label, size=9)
        value = cell.add_paragraph()
        one = value.add_run(tile.text)
        one.font.size, one.bold = Pt(16), True
        if tile.delta:
            _said(value, "  " + tile.delta, TONES[tile.tone], 9)
        if tile.norm:
            _said(cell.add_paragraph(), tile.norm, TONES[tile.verdict_tone])
        if tile.note:
            _said(cell.add_paragraph(), tile.note)


def _table(document: Document, block: Table) -> None:
    _caption(document, block.title, block.note)
    table = document.add_table(rows=1, cols=len(block.columns))
    table.style = document.styles["Table Grid"] if "Table Grid" in [style.name for style in document.styles] else None
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    wide = [max(column.wide, NARROWEST) for column in block.columns]
    widths = [int(WIDTH * one / sum(wide)) for one in wide]
    for cell, column in zip(table.rows[0].cells, block.columns, strict=True):
        _fill(cell, column.title, column.is_number, bold=True)
    heads = table.rows[0]._tr.get_or_add_trPr()
    repeated = OxmlElement("w:tblHeader")
    repeated.set(qn("w:val"), "true")
    heads.append(repeated)
    for row in block.rows:
        cells = table.add_row().cells
        for cell, column, value in zip(cells, block.columns, row, strict=True):
            _fill(cell, shown(column.kind, value), column.is_number)
    for grid_column, own in zip(table.columns, widths, strict=True):
        grid_column.width = own
        for cell in grid_column.cells:
            cell.width = own
    document.add_paragraph()


def _fill(cell: _Cell, text: str, right: bool, bold: bool = False) -> None:
    line = cell.paragraphs[0]
    line.paragraph_format.space_after = Pt(1)
    line.alignment = WD_ALIGN_PARAGRAPH.RIGHT if right else WD_ALIGN_PARAGRAPH.LEFT
    run = line.add_run(text)
    run.font.size, run.bold = Pt(8.5), bold


def _chart(document: Document, block: Chart) -> None:
    """A native chart with its own small workbook, so that its numbers can be edited."""
    package = document.part.package
    number = sum(str(part.partname).startswith("/word/charts/") for part in package.iter_parts()) + 1
    xml, workbook = native.chart(block, FONT)
    sheet = Part(PackURI(f"/word/embeddings/chart{number}.xlsx"), SHEET_TYPE, workbook, package)
    own = Part(PackURI(f"/word/charts/chart{number}.xml"), CHART_TYPE, b"", package)
    own._blob = native.with_workbook(xml, own.relate_to(sheet, RELATIONSHIP_TYPE.PACKAGE))
    relation = document.part.relate_to(own, RELATIONSHIP_TYPE.CHART)
    frame = FRAME.format(wide=WIDTH, tall=CHART_HEIGHT, number=number + 100, relation=relation)
    document.add_paragraph()._p.append(parse_xml(frame))
