"""Native charts of office files: python-pptx knows how to write them; the same chart goes into DOCX and PPTX."""

import io
from typing import cast

from lxml import etree
from pptx import Presentation
from pptx.chart.chart import Chart as SlideChart
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION, XL_MARKER_STYLE
from pptx.enum.dml import MSO_LINE
from pptx.parts.chart import ChartPart
from pptx.shapes.graphfrm import GraphicFrame
from pptx.slide import Slide
from pptx.util import Cm, Length, Pt

from briefing.model import Chart
from briefing.style import ROLES, SECOND

C = "http://schemas.openxmlformats.org/drawingml/2006/chart"
MARKED = 16
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def add(slide: Slide, block: Chart, left: Length, top: Length, wide: Length, tall: Length, size: float = 11) -> SlideChart:
    """Put the chart on a slide: editable, with its numbers behind it."""
    data = CategoryChartData(number_format="#,##0.##" if block.form == "line" else "#,##0")
    bars = block.form == "bars"
    data.categories = block.labels
    for one in block.series:
        data.add_series(one.name, one.values)
    few = len(block.labels) <= MARKED
    kind = XL_CHART_TYPE.BAR_CLUSTERED if bars else XL_CHART_TYPE.LINE_MARKERS if few else XL_CHART_TYPE.LINE
    frame = cast(GraphicFrame, slide.shapes.add_chart(kind, left, top, wide, tall, data))  # type: ignore[arg-type]
    frame._element.nvGraphicFramePr.cNvPr.set("descr", f"{block.title}. {block.subtitle}")
    chart = frame.chart
    chart.has_title, chart.has_legend = False, len(block.series) > 1
    chart.font.size, chart.font.color.rgb = Pt(size), _colour(SECOND)
    if chart.has_legend:
        chart.legend.position, chart.legend.include_in_layout = XL_LEGEND_POSITION.BOTTOM, False
    chart.value_axis.major_gridlines.format.line.color.rgb = _colour("#E6EAEE")
    chart.value_axis.minimum_scale = 0
    chart.value_axis.format.line.fill.background()
    if bars:
        chart.category_axis.reverse_order = True
        chart.value_axis.visible, chart.value_axis.has_major_gridlines = False, False
        plot = chart.plots[0]
        plot.gap_width, plot.has_data_labels = 40, True
        plot.data_labels.number_format, plot.data_labels.number_format_is_linked = "#,##0", False
    for drawn, one in zip(chart.series, block.series, strict=True):
        colour = _colour(ROLES[one.role])
        if bars:
            drawn.format.fill.solid()
            drawn.format.fill.fore_color.rgb = colour
            continue
        drawn.smooth = False
        drawn.format.line.color.rgb, drawn.format.line.width = colour, Pt(2 if one.role == "data" else 1.25)
        if few:
            drawn.marker.style, drawn.marker.size = XL_MARKER_STYLE.CIRCLE, 5
            drawn.marker.format.fill.solid()
            drawn.marker.format.fill.fore_color.rgb = drawn.marker.format.line.color.rgb = colour
        if one.role != "data":
            drawn.format.line.dash_style = MSO_LINE.DASH
    return chart


def _colour(text: str) -> RGBColor:
    return RGBColor.from_string(text.removeprefix("#"))


def chart(block: Chart, font: str) -> tuple[bytes, bytes]:
    """The chart's XML, its words in this font, and the workbook behind it."""
    deck = Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    drawn = add(slide, block, Cm(0), Cm(0), Cm(16), Cm(6), size=8)
    drawn.font.name = font
    part = drawn.part
    workbook = cast(ChartPart, part).chart_workbook.xlsx_part
    assert workbook is not None
    return etree.tostring(part._element), workbook.blob


def with_workbook(xml: bytes, relation: str) -> bytes:
    """The chart's XML, its workbook found by this relation."""
    root = etree.parse(io.BytesIO(xml)).getroot()
    link = root.find(f"{{{C}}}externalData")
    assert link is not None
    link.set(f"{{{R}}}id", relation)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
