"""The briefing as PDF/A-2a and PDF/UA-1 (tagged, readable aloud) and as pictures of its pages, by Typst; offline, its own font."""

import json
import re
import unicodedata
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import fontpkg_ibm_plex_sans
import typst

from briefing import maps, templates
from briefing.model import Block, Briefing, Chart, Heading, Map, Paragraph, Quotes, Table, Tiles, shown
from briefing.style import ATTENTION, CONTEXT, DATA, LINE, PANEL, ROLES, SECOND, TEXT, TONES
from words import _
from words.numbers import number

TEMPLATE = Path(__file__).with_name("template.typ")
FONTS = Path(fontpkg_ibm_plex_sans.__file__).parent / "files"
# What the embedded fonts can draw; PDF/A has no room for a letter without a shape.
DRAWN = re.compile(r"[\u0020-\u024f\u0370-\u03ff\u0400-\u04ff\u2010-\u2027\u2030-\u2040\u2044-\u205e\u20a0-\u20bf\u2116\u2122\u2190-\u22ff\u2500-\u25ff]")
UNDRAWN = "□"
UNBROKEN = re.compile(r"\S{28}")
TICKS = 4


def pdf(briefing: Briefing) -> bytes:
    """The whole briefing as one PDF."""
    made = _compiler().compile(
        input=TEMPLATE.read_bytes(), format="pdf", sys_inputs=_inputs(briefing), pdf_standards=["a-2a", "ua-1"], timestamp=briefing.built_at
    )
    assert isinstance(made, bytes)
    return made


def pages(briefing: Briefing, ppi: float = 96) -> list[bytes]:
    """The same pages as PNG pictures."""
    made = _compiler().compile(input=TEMPLATE.read_bytes(), format="png", ppi=ppi, sys_inputs=_inputs(briefing))
    return made if isinstance(made, list) else [made or b""]


def picture(drawn: Map, ppi: float = 200) -> bytes:
    """A map as a PNG, for formats that hold no drawings."""
    source = b'#set page(width: auto, height: auto, margin: 0pt)\n#set text(font: "IBM Plex Sans")\n#image(bytes(sys.inputs.svg), format: "svg", width: 16cm)'
    made = _compiler().compile(input=source, format="png", ppi=ppi, sys_inputs={"svg": printable(maps.svg(drawn))})
    assert isinstance(made, bytes)
    return made


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(FONTS)])


def _compiler() -> typst.Compiler:
    return typst.Compiler(font_paths=_fonts())


def printable(text: str) -> str:
    """Composed; letters without a shape as «□», pictures and marks without one left out; a place to break in endless words."""
    composed = unicodedata.normalize("NFC", text)
    return "".join(
        char if DRAWN.match(char) else UNDRAWN if unicodedata.category(char)[0] in "LN" else "" for char in composed
    )


def breakable(text: str) -> str:
    """With places to break a line in words longer than a column."""
    return UNBROKEN.sub(lambda found: found[0] + "\u200b", printable(text))


def _inputs(briefing: Briefing) -> dict[str, str]:
    emblem = templates.emblem()
    data = {
        "title": briefing.title,
        "head": " · ".join([briefing.place, briefing.period]),
        "filters": briefing.filters,
        "data_line": briefing.data_line,
        "built": _("составлено {at}").format(at=briefing.built),
        "demo": _("Демонстрационные данные") if briefing.is_demo else "",
        "page": _("стр."),
        "of": _("из"),
        "main": _("Главное"),
        "built_at": _moment(briefing.built_at),
        "headlines": list(briefing.headlines),
        "sections": [{"title": section.title, "blocks": [_block(block) for block in section.blocks]} for section in briefing.sections],
        "colours": {"text": TEXT, "second": SECOND, "context": CONTEXT, "line": LINE, "panel": PANEL, "data": DATA, "attention": ATTENTION},
    }
    held = {"data": json.dumps(_printable(data), ensure_ascii=False)}
    if emblem is not None:
        held |= {"emblem": emblem.read_bytes().hex(), "emblem_format": emblem.suffix.removeprefix(".").lower()}
    return held


def _moment(at: datetime) -> list[int]:
    return [at.year, at.month, at.day]


def _printable(value: Any) -> Any:
    if isinstance(value, str):
        return value if value.startswith("<svg") else breakable(value)
    if isinstance(value, dict):
        return {key: _printable(own) for key, own in value.items()}
    return [_printable(own) for own in value] if isinstance(value, list) else value


def _block(block: Block | Heading) -> dict[str, Any]:
    match block:
        case Heading(text):
            return {"kind": "heading", "text": text}
        case Paragraph(text, muted):
            return {"kind": "paragraph", "text": text, "muted": muted}
        case Quotes(items):
            return {"kind": "quotes", "items": [{"text": quote.text, "source": quote.source} for quote in items]}
        case Tiles(items):
            return {"kind": "tiles", "items": [_tile(tile) for tile in items]}
        case Table(title, columns, rows, note):
            return {
                "kind": "table", "title": title, "note": note, "wide": [column.wide for column in columns],
                "right": [column.is_number for column in columns], "head": [column.title for column in columns],
                "rows": [[shown(column.kind, cell) for column, cell in zip(columns, row, strict=True)] for row in rows],
            }  # fmt: skip
        case Chart():
            return _chart(block)
        case Map():
            return {"kind": "map", "title": block.title, "subtitle": block.subtitle, "svg": printable(maps.svg(block)), "alt": maps.words(block)}
    raise TypeError(block)


def _tile(tile: Any) -> dict[str, str]:
    return {
        "label": tile.label, "value": tile.text, "delta": tile.delta, "delta_colour": TONES[tile.tone], "norm": tile.norm,
        "norm_colour": TONES[tile.verdict_tone], "note": tile.note,
    }  # fmt: skip


def _chart(chart: Chart) -> dict[str, Any]:
    seen = [value for one in chart.series for value in one.values if value is not None]
    step = _step(max(seen, default=1.0))
    top = step * max(1, -(-max(seen, default=1.0) // step))
    return {
        "kind": chart.form, "title": chart.title, "subtitle": chart.subtitle, "labels": list(chart.labels), "top": top,
        "ticks": [{"at": step * n, "text": number(step * n)} for n in range(int(round(top / step)) + 1)],
        "series": [{"name": one.name, "role": one.role, "colour": ROLES[one.role], "values": list(one.values), "shown": [number(v) if v is not None else "" for v in one.values]} for one in chart.series],
        "alt": f"{chart.title}. {chart.subtitle}",
    }  # fmt: skip


def _step(most: float) -> float:
    """A round step that makes about TICKS ticks."""
    rough = max(most, 1.0) / TICKS
    size = 10.0 ** (len(str(int(rough))) - 1) if rough >= 1 else 1.0
    return next(size * factor for factor in (1, 2, 5, 10) if size * factor >= rough)
