"""A figure in a briefing is the figure of the page and the length of the list behind it, in every kind and format."""

import io
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from briefing import build, command, parts
from briefing.model import Briefing, Chart, Table, Tiles, shown
from queries import appeals, figures, spikes
from queries.appeals import Chosen
from queries.metrics import METRICS
from queries.scope import Scope
from tests.briefing.conftest import BLOCK, READERS, SPIKE, at, bare, measure_id, said_by

KINDS = ["weekly", "governor", "city", "block", "spike", "measure"]


def made(kind: str) -> tuple[Briefing, Scope]:
    """A briefing and the scope it speaks of."""
    here = at(1 if kind == "governor" else 2301)
    if kind == "spike":
        return build.build(here, "spike", str(SPIKE)), parts.ground(here, here.scope).scope
    if kind == "block":
        return build.build(here, "block", str(BLOCK)), replace(here.scope, blocks=(BLOCK,))
    if kind == "measure":
        return build.build(here, "measure", measure_id()), here.scope
    return build.build(here, "weekly" if kind == "governor" else kind), here.scope


def tables(briefing: Briefing) -> list[Table]:
    return [block for section in briefing.sections for block in section.blocks if isinstance(block, Table)]


@pytest.mark.parametrize("kind", KINDS)
def test_every_figure_stands_in_every_format(filled: Path, kind: str) -> None:
    briefing, _scope = made(kind)
    assert briefing.sections
    for form in READERS:
        said = said_by(briefing, form)
        for line in briefing.headlines:
            assert bare(line) in said or form == "pptx" and bare(line)[:40] in said, (form, line)
        if form == "pptx":
            continue
        for section in briefing.sections:
            for block in section.blocks:
                if isinstance(block, Tiles) and form != "xlsx":
                    assert all(bare(text) in said for tile in block.items for text in (tile.label, tile.text, tile.note)), (form, block)
                if isinstance(block, Table) and form != "xlsx":
                    wrong = [text for row in block.rows for column, cell in zip(block.columns, row, strict=True) if bare(text := shown(column.kind, cell)) not in said]
                    assert not wrong, (form, wrong)


@pytest.mark.parametrize("kind", KINDS)
def test_the_sheets_hold_the_numbers_themselves(filled: Path, kind: str) -> None:
    briefing, _scope = made(kind)
    book = openpyxl.load_workbook(io.BytesIO(command.WRITERS["xlsx"](briefing)))
    held = [[None if cell.value == "" else cell.value for cell in line] for sheet in book for line in sheet.iter_rows()]
    for table in tables(briefing):
        for row in table.rows:
            wanted = [100 * cell if column.kind == "points" and cell is not None else cell for column, cell in zip(table.columns, row, strict=True)]
            plain = [None if cell == "" else cell for cell in wanted]
            assert any(_same(line[: len(plain)], plain) for line in held), plain
    for section in briefing.sections:
        for block in section.blocks:
            if isinstance(block, Chart):
                for one in block.series:
                    column = [value for value in one.values if value is not None]
                    assert all(any(value in line for line in held) for value in column), one


def _same(line: list[object], wanted: list[object]) -> bool:
    return all(
        str(have)[:10] == str(want)[:10] if hasattr(want, "year") else have == want if isinstance(want, str | None) else have == pytest.approx(want)
        for have, want in zip(line, wanted, strict=False)
    ) and len(line) == len(wanted)


@pytest.mark.parametrize("kind", ["weekly", "governor", "city", "block"])
def test_a_figure_is_the_page_s_and_its_list_s(filled: Path, kind: str) -> None:
    briefing, scope = made(kind)
    tiles = {tile.label: tile for section in briefing.sections for block in section.blocks if isinstance(block, Tiles) for tile in block.items}
    history, before = figures.periods(scope), scope.before()
    for key in ("appeals", "official", "rating", "first_response", "resolved_on_time"):
        one = figures.figure(key, scope, history, figures.totals(before) if before else None)
        assert tiles[METRICS[key].title].value == one.value, key
        metric, own = METRICS[key], scope.over(one.first, one.last)
        if metric.unit == "share":
            k, n = (appeals.count(own, Chosen((name,)))[0] for name in (metric.numerator, metric.denominator or "all"))
            assert one.value == (k / n if n else None), key
    total = appeals.count(scope, Chosen())[0]
    assert tiles["Обращений"].value == total == briefing.total == len(briefing.appeals.rows) == len(appeals.listing(scope, Chosen()))
    overdue = appeals.count(scope.over(at().days.first, scope.last), Chosen(("overdue",)))[0]
    assert tiles["Просрочено сейчас"].value == overdue


@pytest.mark.parametrize("kind", ["weekly", "governor"])
def test_tables_add_up_to_the_figure(filled: Path, kind: str) -> None:
    briefing, scope = made(kind)
    own = {section.key: section for section in briefing.sections}
    topics = next(block for block in own["topics"].blocks if isinstance(block, Table))
    assert sum(row[1] for row in topics.rows) == briefing.total  # few topics: none is left out
    if kind == "governor":
        towns = next(block for block in own["towns"].blocks if isinstance(block, Table))
        for name, n in ((row[0], row[1]) for row in towns.rows):
            place = next(t.territory_id for t in at(1).territories.all.values() if t.name == name)
            assert n == appeals.count(at(place).scope, Chosen())[0], name


def test_a_spike_s_number_is_its_list(filled: Path) -> None:
    briefing, _scope = made("spike")
    spike = spikes.one(at().everywhere(), SPIKE)
    assert spike is not None
    own = spikes.scope_of(at().scope, spike, at().territories.places(2301))
    n = appeals.count(own, Chosen())[0]
    assert f"{n}\u00a0обращени" in briefing.headlines[0]
    assert briefing.total == len(briefing.appeals.rows) == n
    assert briefing.period == "10–12\u00a0июня\u00a02024"


def test_sections_without_data_are_left_out(filled: Path) -> None:
    keys = {section.key for section in build.build(at(), "weekly").sections}
    assert {"kpi", "topics", "spikes", "deadlines"} <= keys and not {"towns", "rating"} & keys
    nothing = build.build(at(2301, "2030-01-07", "2030-01-13"), "weekly")
    assert nothing.sections == () and nothing.headlines == ("За этот период данных нет.",)
    for form in READERS:
        assert bare("данных нет") in said_by(nothing, form)


def test_sentences_and_sections_are_the_editor_s(filled: Path) -> None:
    whole = build.build(at(), "weekly")
    own = whole.edited(("Мэр просил начать с дорог.", "  "), ("kpi", "spikes"))
    assert [section.key for section in own.sections] == ["kpi", "spikes"]
    for form in READERS:
        said = said_by(own, form)
        assert bare("Мэр просил начать с дорог.") in said
        assert bare(whole.headlines[1]) not in said
