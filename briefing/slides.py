"""The briefing as PPTX, five to eight slides: native editable charts and tables. A centre's own template gives the look."""

import io
from collections.abc import Sequence
from dataclasses import replace

from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.shapes import MSO_SHAPE
from pptx.enum.text import MSO_AUTO_SIZE, PP_ALIGN
from pptx.presentation import Presentation as Deck
from pptx.shapes.autoshape import Shape
from pptx.slide import Slide
from pptx.text.text import TextFrame
from pptx.util import Cm, Emu, Length, Pt

from briefing import maps, native, pdf, templates
from briefing.model import Block, Briefing, Chart, Heading, Map, Paragraph, Quotes, Section, Table, Tile, Tiles, shown
from briefing.style import ATTENTION, PANEL, SECOND, TEXT, TONES
from words import _
from words.numbers import integer

TEMPLATE = "briefing.pptx"
WIDE, TALL = Cm(33.867), Cm(19.05)
MARGIN, TOP, FOOT = Cm(1.6), Cm(3.3), Cm(1.4)
MOST_SLIDES, LINES, LONGEST, CROWDED = 8, 8, 600, 5
ROW = Cm(0.95)
TITLE_NAMES = ("title only", "только заголовок")
# What does not fit into eight slides stays in the other formats, the last of these first.
ORDER = (
    "kpi", "spike", "topics", "blocks", "spikes", "towns", "rating", "effect", "measures", "deadlines", "outlook", "dynamics", "map",
    "similar", "executors", "done", "channels",
)  # fmt: skip


def slides(briefing: Briefing) -> bytes:
    """The whole briefing as one PPTX."""
    own = templates.own(TEMPLATE)
    deck = Presentation(str(own)) if own else Presentation()
    if own is None:
        deck.slide_width, deck.slide_height = WIDE, TALL
    _remove_slides(deck)
    _first(deck, briefing)
    for section in chosen(briefing.sections):
        _slide(deck, briefing, section)
    deck.core_properties.title, deck.core_properties.author = briefing.title, _("Пульс")
    held = io.BytesIO()
    deck.save(held)
    return held.getvalue()


def chosen(sections: Sequence[Section]) -> list[Section]:
    """The sections that get a slide, in their own order: at most seven, the less important left out first."""
    rank = {key: place for place, key in enumerate(ORDER)}
    kept = sorted(sections, key=lambda section: rank.get(section.key, len(ORDER)))[: MOST_SLIDES - 1]
    return [section for section in sections if section in kept]


def _remove_slides(deck: Deck) -> None:
    """A template may come with sample slides."""
    held = deck.slides._sldIdLst
    for entry in list(held):
        deck.part.drop_rel(entry.rId)
        held.remove(entry)


def _blank(deck: Deck, briefing: Briefing, title: str) -> Slide:
    layouts = {layout.name.strip().lower(): layout for layout in deck.slide_layouts}
    layout = next((layouts[name] for name in TITLE_NAMES if name in layouts), deck.slide_layouts[min(5, len(deck.slide_layouts) - 1)])
    slide = deck.slides.add_slide(layout)
    for shape in list(slide.placeholders):
        if shape.placeholder_format.type is not None and shape != slide.shapes.title:
            shape._element.getparent().remove(shape._element)
    head = slide.shapes.title or slide.shapes.add_textbox(MARGIN, Cm(0.8), _inside(deck), Cm(2))
    head.left, head.top, head.width, head.height = MARGIN, Cm(0.9), _inside(deck), Cm(2)
    _write(head.text_frame, title, 26, TEXT, bold=True)
    head.text_frame.auto_size = MSO_AUTO_SIZE.TEXT_TO_FIT_SHAPE
    _foot(deck, slide, briefing)
    return slide


def _inside(deck: Deck) -> Length:
    return Emu((deck.slide_width or WIDE) - 2 * MARGIN)


def _bottom(deck: Deck) -> Length:
    return Emu((deck.slide_height or TALL) - FOOT)


def _foot(deck: Deck, slide: Slide, briefing: Briefing) -> None:
    """Scope, period, filters, state of the data, moment of making: on every slide."""
    frame = slide.shapes.add_textbox(MARGIN, _bottom(deck), _inside(deck), Cm(1)).text_frame
    said = " · ".join(filter(None, (briefing.place, briefing.period, briefing.filters, briefing.data_line, _("составлено {at}").format(at=briefing.built))))
    _write(frame, said, 9, SECOND)
    _run(frame, f" · {len(slide.part.package.presentation_part.presentation.slides)}", 9, SECOND)
    if briefing.is_demo:
        _run(frame, " · " + _("Демонстрационные данные"), 9, ATTENTION)


def _write(frame: TextFrame, text: str, size: float, colour: str, bold: bool = False) -> None:
    frame.word_wrap = True
    frame.paragraphs[0].alignment = PP_ALIGN.LEFT
    _run(frame, text, size, colour, bold)


def _run(frame: TextFrame, text: str, size: float, colour: str, bold: bool = False) -> None:
    run = frame.paragraphs[-1].add_run()
    run.text, run.font.size, run.font.bold = text, Pt(size), bold
    run.font.color.rgb = RGBColor.from_string(colour.removeprefix("#"))


def _lines(frame: TextFrame, texts: Sequence[str], size: float) -> None:
    frame.word_wrap = True
    for at, text in enumerate(texts):
        line = frame.paragraphs[0] if at == 0 else frame.add_paragraph()
        line.space_after = Pt(size * 0.6)
        _run(frame, text, size, TEXT)


def _first(deck: Deck, briefing: Briefing) -> None:
    slide = _blank(deck, briefing, briefing.title)
    held = slide.shapes.add_textbox(MARGIN, TOP, _inside(deck), Emu(_bottom(deck) - TOP))
    size = 18 if sum(map(len, briefing.headlines)) < LONGEST else 15
    _lines(held.text_frame, briefing.headlines[:LINES], size)
    if (emblem := templates.emblem(templates.PICTURES)) is not None:
        slide.shapes.add_picture(str(emblem), Emu(MARGIN + _inside(deck) - Cm(2.4)), Cm(0.7), height=Cm(2.2))


def _slide(deck: Deck, briefing: Briefing, section: Section) -> None:
    """One section: its words on top, then a chart or map on the left and a table on the right, or whichever there is."""
    slide = _blank(deck, briefing, section.title)
    words = _words(section.blocks)
    top: Length = TOP
    if words:
        size = 14 if sum(map(len, words)) < LONGEST else 12
        rows = sum(-(-len(text) * size // 1600) + 0.6 for text in words)
        tall = Emu(int(min(rows * Pt(size * 1.25), (_bottom(deck) - TOP) * (0.62 if len(_drawn(section.blocks)) else 1.0))))
        _lines(slide.shapes.add_textbox(MARGIN, TOP, _inside(deck), tall).text_frame, words, size)
        top = Emu(TOP + tall + Cm(0.3))
    drawn = _drawn(section.blocks)[:2]
    gap = Cm(0.8)
    left: Length = MARGIN
    shares = [1.5 if isinstance(block, Table) and len(block.columns) > CROWDED else 1.0 for block in drawn]
    for block, share in zip(drawn, shares, strict=True):
        wide = Emu(int((_inside(deck) - gap * (len(drawn) - 1)) * share / sum(shares)))
        _draw(slide, block, left, top, wide, Emu(_bottom(deck) - top - Cm(0.2)))
        left = Emu(left + wide + gap)



def _drawn(blocks: Sequence[Block | Heading]) -> list[Tiles | Chart | Map | Table]:
    return [block for block in blocks if isinstance(block, Tiles | Chart | Map | Table)]


def _words(blocks: Sequence[Block | Heading]) -> list[str]:
    said = []
    for block in blocks:
        match block:
            case Paragraph(text, muted) if not muted:
                said.append(text)
            case Quotes(items):
                said += [f"«{quote.text}» ({quote.source})" for quote in items[:1]]
    return said


def _draw(slide: Slide, block: Tiles | Chart | Map | Table, left: Length, top: Length, wide: Length, tall: Length) -> None:
    match block:
        case Tiles(items):
            _tiles(slide, items, left, top, wide, tall)
            return
        case Table():
            shown_rows = max(1, int((tall - Cm(1.5)) / ROW) - 1)
            left_out = _("В файлах Word и PDF строк больше: {n}").format(n=integer(len(block.rows))) if len(block.rows) > shown_rows else ""
            head = _caption(slide, block.title, ". ".join(filter(None, (block.note.rstrip("."), left_out))), left, top, wide)
            _table(slide, replace(block, rows=block.rows[:shown_rows]), left, Emu(top + head), wide)
            return
    head = _caption(slide, block.title, block.subtitle, left, top, wide)
    below, rest = Emu(top + head), Emu(tall - head)
    if isinstance(block, Chart):
        native.add(slide, block, left, below, wide, rest)
        return
    shape = min(wide / maps.WIDTH, rest / maps.HEIGHT)
    held = slide.shapes.add_picture(io.BytesIO(pdf.picture(block)), left, below, Emu(int(shape * maps.WIDTH)), Emu(int(shape * maps.HEIGHT)))
    held._element.nvPicPr.cNvPr.set("descr", maps.words(block))  # type: ignore[union-attr]


def _caption(slide: Slide, title: str, subtitle: str, left: Length, top: Length, wide: Length) -> Length:
    """The title of a drawing and the small words under it; the height they take."""
    lines = -(-len(subtitle) * Pt(5.5) // wide)
    tall = Emu((Cm(0.9) if title else Cm(0.3)) + lines * Cm(0.45))
    frame = slide.shapes.add_textbox(left, top, wide, tall).text_frame
    frame.margin_left = frame.margin_top = Emu(0)
    frame.word_wrap = True
    frame.paragraphs[0].alignment = PP_ALIGN.LEFT
    if title:
        _write(frame, title, 13, TEXT, bold=True)
        frame.add_paragraph()
    if subtitle:
        _run(frame, subtitle, 10, SECOND)
    return tall


def _tiles(slide: Slide, items: tuple[Tile, ...], left: Length, top: Length, wide: Length, tall: Length) -> None:
    gap = Cm(0.6)
    size, rows = Emu(int((wide - 2 * gap) / 3)), -(-len(items) // 3)
    height = Emu(int(min((tall - gap * (rows - 1)) / rows, Cm(6))))
    for at, tile in enumerate(items):
        card = slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, Emu(left + (size + gap) * (at % 3)), Emu(top + (height + gap) * (at // 3)), size, height)
        _card(card, tile)


def _card(card: Shape, tile: Tile) -> None:
    card.fill.solid()
    card.fill.fore_color.rgb = RGBColor.from_string(PANEL.removeprefix("#"))
    card.line.fill.background()
    card.shadow.inherit = False
    frame = card.text_frame
    _write(frame, tile.label, 13, SECOND)
    for text, size, colour, bold in (
        (tile.text, 30, TEXT, True), (tile.delta, 13, TONES[tile.tone], False), (tile.norm, 12, TONES[tile.verdict_tone], False), (tile.note, 12, SECOND, False),
    ):  # fmt: skip
        if text:
            frame.add_paragraph().alignment = PP_ALIGN.LEFT
            _run(frame, text, size, colour, bold)


def _table(slide: Slide, block: Table, left: Length, top: Length, wide: Length) -> None:
    rows = block.rows
    table = slide.shapes.add_table(len(rows) + 1, len(block.columns), left, top, wide, Emu(int(ROW * 0.8) * (len(rows) + 1))).table
    share = [max(column.wide, 1.3) for column in block.columns]
    for at, own in enumerate(share):
        table.columns[at].width = Emu(int(wide * own / sum(share)))
    lines = [[column.title for column in block.columns], *([shown(column.kind, cell) for column, cell in zip(block.columns, row, strict=True)] for row in rows)]
    size = 12 if len(block.columns) <= CROWDED else 10
    for y, line in enumerate(lines):
        for x, text in enumerate(line):
            cell = table.cell(y, x)
            cell.margin_left = cell.margin_right = Cm(0.15)
            cell.margin_top = cell.margin_bottom = Cm(0.05)
            cell.fill.solid()
            cell.fill.fore_color.rgb = RGBColor.from_string("FFFFFF" if y else PANEL.removeprefix("#"))
            _write(cell.text_frame, text, size if y else size - 1, TEXT if y else SECOND, bold=not y)
            cell.text_frame.paragraphs[0].alignment = PP_ALIGN.RIGHT if block.columns[x].is_number else PP_ALIGN.LEFT
