"""What each format must be: literal texts, no formulas, no closed texts, heads on every page, native charts, PDF/A."""

import io
import unicodedata
import zipfile
from dataclasses import replace
from pathlib import Path

import docx
import openpyxl
import pptx
import pytest
import typst
from pypdf import PdfReader

from briefing import build, command, maps, pdf, style, templates
from briefing.model import Chart, Map, Point, Table, clean
from components import theme
from tests import small
from tests.briefing.conftest import CAUSE, EMOJI, ENDLESS, FOREIGN, HOSTILE, READERS, SPIKE, at, bare, said_by


@pytest.mark.parametrize("form", READERS)
def test_what_citizens_and_officials_write_is_printed_literally(filled: Path, form: str) -> None:
    said = said_by(build.build(at(), "spike", str(SPIKE)), form)
    assert bare(CAUSE) in said
    if form != "pptx":
        assert bare("=1+1 «Служба»") in said
    whole = build.build(at(), "weekly")
    section = next(section for section in whole.sections if section.key == "spikes")
    quotes = tuple(replace(whole, headlines=(text,)).headlines[0] for text in (HOSTILE, EMOJI, ENDLESS, FOREIGN))
    said = said_by(clean(replace(whole, headlines=quotes, sections=(section,))), form)
    assert bare(HOSTILE) in said and bare(ENDLESS) in said
    assert bare("рухнул") in said
    assert (bare("□□ □□□□□□□") if form == "pdf" else bare(FOREIGN)) in said


def test_texts_hold_nothing_that_no_format_can_hold(filled: Path) -> None:
    whole = build.build(at(), "spike", str(SPIKE))
    texts = [row[-1] for row in whole.appeals.rows]
    assert len(texts) >= 10 and any("оволс" in text for text in texts)
    assert not [char for text in texts for char in text if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn")]


def test_no_cell_is_a_formula_or_a_link(filled: Path) -> None:
    for kind, subject in (("weekly", None), ("spike", str(SPIKE))):
        book = openpyxl.load_workbook(io.BytesIO(command.WRITERS["xlsx"](build.build(at(), kind, subject))))
        cells = [cell for sheet in book for line in sheet.iter_rows() for cell in line]
        assert [cell for cell in cells if cell.data_type == "f" or cell.hyperlink] == []
        assert any(str(cell.value).startswith("=HYPERLINK") for cell in cells)


@pytest.mark.parametrize("form", READERS)
def test_closed_texts_and_houses_stay_out(filled: Path, form: str) -> None:
    here = at(1, "2024-06-01", "2024-06-13")
    may_read = replace(here, scope=replace(here.scope, access=replace(here.scope.access, may_read_restricted=True)))
    assert small.MARKER not in said_by(build.build(may_read, "weekly"), form)


@pytest.mark.parametrize("form", READERS)
def test_a_demo_says_so_and_a_real_store_does_not(filled: Path, form: str) -> None:
    whole = build.build(at(), "weekly")
    assert bare("Демонстрационные данные") not in said_by(whole, form)
    assert bare("Демонстрационные данные") in said_by(replace(whole, is_demo=True), form)


def test_every_page_says_where_when_and_how_fresh(filled: Path) -> None:
    whole = replace(build.build(at(1), "weekly"), is_demo=True)
    pages = PdfReader(io.BytesIO(command.WRITERS["pdf"](whole))).pages
    assert len(pages) > 2
    for number, page in enumerate(pages, 1):
        said = bare(page.extract_text())
        wanted = (whole.place, whole.period, whole.filters, whole.data_line, whole.built, "Демонстрационные данные", f"стр. {number} из {len(pages)}")
        assert all(bare(text) in said for text in wanted)
    for slide in pptx.Presentation(io.BytesIO(command.WRITERS["pptx"](whole))).slides:
        said = bare(" ".join(shape.text_frame.text for shape in slide.shapes if shape.has_text_frame))
        assert all(bare(text) in said for text in (whole.place, whole.period, whole.data_line, whole.built, "Демонстрационные данные"))


def test_the_pdf_is_tagged_pdf_a_in_russian(filled: Path) -> None:
    reader = PdfReader(io.BytesIO(command.WRITERS["pdf"](build.build(at(), "weekly"))))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] and "/StructTreeRoot" in root and root["/Lang"] == "ru"
    facts = reader.xmp_metadata.rdf_root.toxml()
    assert "<pdfaid:part>2<" in facts and "<pdfaid:conformance>A<" in facts and "<pdfuaid:part>1<" in facts
    fonts = {str(font.get_object()["/BaseFont"]) for page in reader.pages for font in page["/Resources"]["/Font"].values()}
    assert fonts and all("+" in font for font in fonts), "a font is not embedded"


def test_every_character_that_is_let_through_has_a_shape() -> None:
    """PDF/A has no room for a letter without one: the whole file would be refused."""
    allowed = "".join(char for code in range(0x20, 0x2800) if pdf.DRAWN.match(char := chr(code)) and unicodedata.category(char)[0] != "C")
    source = b'#set document(title: "x")\n#set text(font: "IBM Plex Sans", lang: "ru")\n#text(sys.inputs.said)'
    made = typst.compile(source, font_paths=[str(pdf.FONTS)], ignore_system_fonts=True, format="pdf", pdf_standards=["a-2a"], sys_inputs={"said": allowed})
    assert made and len(allowed) > 1500


def test_the_template_asks_for_no_font_that_is_not_there(filled: Path) -> None:
    _made, warnings = typst.compile_with_warnings(
        pdf.TEMPLATE.read_bytes(), font_paths=[str(pdf.FONTS)], ignore_system_fonts=True, format="pdf", sys_inputs=pdf._inputs(build.build(at(), "weekly"))
    )
    assert not warnings, [str(warning) for warning in warnings]


def test_charts_are_native_and_editable(filled: Path) -> None:
    whole = build.build(at(), "weekly")
    wanted = [block for section in whole.sections for block in section.blocks if isinstance(block, Chart)]
    assert wanted
    for form, folder in (("docx", "word"), ("xlsx", "xl")):
        names = zipfile.ZipFile(io.BytesIO(command.WRITERS[form](whole))).namelist()
        assert sum(name.startswith(f"{folder}/charts/chart") for name in names) == len(wanted), form
    deck = pptx.Presentation(io.BytesIO(command.WRITERS["pptx"](whole)))
    charts = [shape.chart for slide in deck.slides for shape in slide.shapes if shape.has_chart]
    assert charts and all(chart.part.chart_workbook.xlsx_part is not None for chart in charts)
    document = docx.Document(io.BytesIO(command.WRITERS["docx"](whole)))
    books = [part for part in document.part.package.iter_parts() if str(part.partname).endswith(".xlsx")]
    assert len(books) == len(wanted) and all(openpyxl.load_workbook(io.BytesIO(part.blob)).active.max_row > 1 for part in books)


@pytest.mark.parametrize(("place", "least"), [(2301, 5), (1, 5)])
def test_five_to_eight_slides(filled: Path, place: int, least: int) -> None:
    deck = pptx.Presentation(io.BytesIO(command.WRITERS["pptx"](build.build(at(place), "weekly"))))
    assert least <= len(deck.slides) <= 8
    for slide in deck.slides:
        for shape in slide.shapes:
            assert shape.left >= 0 and shape.left + shape.width <= deck.slide_width, shape.name
            assert shape.top >= 0 and shape.top + shape.height <= deck.slide_height * 1.02, shape.name


def test_a_slide_says_that_its_table_is_cut(filled: Path) -> None:
    whole = build.build(at(), "weekly")
    section = next(section for section in whole.sections if section.key == "deadlines")
    blocks = tuple(replace(block, rows=block.rows[:1] * 60) if isinstance(block, Table) else block for block in section.blocks)
    long = replace(whole, sections=(replace(section, blocks=blocks),))
    assert bare("строк больше: 60") in said_by(long, "pptx") and bare("строк больше") not in said_by(whole, "pptx")


def test_table_heads_repeat_in_word(filled: Path) -> None:
    xml = zipfile.ZipFile(io.BytesIO(command.WRITERS["docx"](build.build(at(), "weekly")))).read("word/document.xml").decode()
    assert xml.count("<w:tblHeader") >= 2


def test_own_templates_and_the_coat_of_arms(filled: Path) -> None:
    whole = build.build(at(), "weekly")
    plain = {form: len(command.WRITERS[form](whole)) for form in ("pdf", "docx", "pptx")}
    folder = templates.folder()
    folder.mkdir()
    drawn = Map("", "", (), (), (Point(54.7, 20.5, 1, "Герб"),))
    (folder / "emblem.png").write_bytes(pdf.picture(drawn, 40))
    letter = docx.Document()
    letter.sections[0].header.paragraphs[0].text = "Администрация города"
    letter.save(folder / "briefing.docx")
    deck = pptx.Presentation()
    deck.slides.add_slide(deck.slide_layouts[0]).shapes.title.text = "Образец"
    deck.save(folder / "briefing.pptx")
    assert len(command.WRITERS["pdf"](whole)) > plain["pdf"]
    assert bare("Администрация города") in said_by(whole, "docx")
    own = pptx.Presentation(io.BytesIO(command.WRITERS["pptx"](whole)))
    assert (own.slide_width, own.slide_height) == (deck.slide_width, deck.slide_height)
    assert "Образец" not in said_by(whole, "pptx") and len(own.slides) <= 8
    for slide in own.slides:
        assert all(shape.left + shape.width <= own.slide_width for shape in slide.shapes)


@pytest.mark.parametrize(("form", "file"), [("pdf", "emblem.svg"), ("docx", "briefing.docx"), ("pptx", "briefing.pptx"), ("docx", "emblem.png")])
def test_a_broken_file_of_one_s_own_is_named(filled: Path, form: str, file: str) -> None:
    whole = build.build(at(), "weekly")
    templates.folder().mkdir()
    (templates.folder() / file).write_bytes(b"not what it says")
    with pytest.raises(templates.Broken, match=f"Не открылся свой файл: {file}"):
        command.write(form, whole)
    assert command.write("xlsx", whole)


def test_a_preview_is_the_pages_of_the_pdf(filled: Path) -> None:
    whole = build.build(at(), "weekly")
    pages = pdf.pages(whole, 40)
    assert len(pages) == len(PdfReader(io.BytesIO(pdf.pdf(whole))).pages)
    assert all(page.startswith(b"\x89PNG") for page in pages)


def test_names_on_a_map_are_text() -> None:
    drawn = Map("Карта", "", ((((20.0, 54.0)), (21.0, 54.0), (21.0, 55.0)),), (), (Point(54.5, 20.5, 5, '<script>"&'),))
    assert "&lt;script&gt;" in maps.svg(drawn) and "<script>" not in maps.svg(drawn)
    assert pdf.picture(drawn, 40).startswith(b"\x89PNG")


def test_colours_are_the_app_s() -> None:
    light = theme.LIGHT
    assert (light.text, light.second, light.context, light.line, light.panel) == (style.TEXT, style.SECOND, style.CONTEXT, style.LINE, style.PANEL)
    assert (light.data, light.attention, light.bad, light.good) == (style.DATA, style.ATTENTION, style.BAD, style.GOOD)
