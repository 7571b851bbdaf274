"""A closed network: every page asks its own host only, says nothing in the console, and draws its maps."""

import re

import pytest
from playwright.sync_api import FrameLocator, expect

from tests.pages.conftest import App, Reader, addresses

MAP = "[data-testid=stMain] iframe"
DRAWN = {
    "Территории": "path.leaflet-interactive",
    "Точки": ".marker-cluster, path.leaflet-interactive",
    "Плотность": "canvas.leaflet-heatmap-layer",
    "Сетка": "path.leaflet-interactive",
}


@pytest.mark.parametrize("address", addresses())
def test_page_asks_nobody_else(demo: App, reader: Reader, ids: dict[str, int], address: str):
    reader.open(demo, address.format(**ids))
    assert "не найден" not in reader.headline
    assert reader.hosts == {f"127.0.0.1:{demo.port}"}
    assert reader.complaints == []
    fonts = reader.page.evaluate("document.fonts.ready.then(all => [...all].filter(f => f.status == 'loaded').map(f => f.family))")
    assert "IBM Plex Sans" in " ".join(fonts)


def test_map_is_drawn_and_stays(demo: App, reader: Reader):
    page = reader.open(demo, "map?place=2300&from=2026-07-01&to=2026-07-20").page
    frame: FrameLocator = page.frame_locator(MAP)
    marked = page.locator(MAP).element_handle().content_frame()
    marked.evaluate("window.pulseWitness = 'the same map'")
    for layer, shapes in DRAWN.items():
        page.get_by_test_id("stMain").get_by_role("radio", name=layer, exact=True).click()
        expect(frame.locator(shapes).first).to_be_visible()
        if layer != "Плотность":
            expect(frame.locator("canvas.leaflet-heatmap-layer")).to_have_count(0)

    page.locator(".st-key-scope_chip_period button").first.click()
    page.get_by_text("90 дней", exact=True).click()
    page.wait_for_url("**from=2026-04-22**")
    page.get_by_test_id("stMain").get_by_role("radio", name="Территории", exact=True).click()
    expect(page.get_by_text(re.compile("22 апреля – 20 июля"))).not_to_have_count(0)
    expect(frame.locator(DRAWN["Территории"]).first).to_be_visible()
    assert marked.evaluate("window.pulseWitness") == "the same map"
    assert reader.hosts == {f"127.0.0.1:{demo.port}"}
    assert reader.complaints == []
