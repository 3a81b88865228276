"""What a person sees of the local portal, in a real browser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from selenium.webdriver import Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from tests.browser.chromium import complaints
from tests.emulator.certificate import issued, start_over_tls

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from selenium.webdriver import Chrome
    from selenium.webdriver.remote.webelement import WebElement

    from tests.emulator.raw_portal import RawPortal, Start

SECONDS = 30
CRM = {
    "title": "CRM",
    "connectorId": 123,
    "settings": {"login": "hidden-login", "password": "hidden-password"},
}
COLUMNS = [
    {"name": "ID", "externalCode": "id", "type": "int"},
    {"name": "CUSTOMER", "externalCode": "customer", "type": "string"},
]

# For each text, how far its colour is from what is behind it, as WCAG 2 reckons it. Colours are
# put through a canvas, because the browser writes them in several ways.
CONTRASTS = """
const pixel = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
const over = (colour, ground) => {
  pixel.fillStyle = `rgb(${ground.join(" ")})`;
  pixel.fillRect(0, 0, 1, 1);
  pixel.fillStyle = colour;
  pixel.fillRect(0, 0, 1, 1);
  return [...pixel.getImageData(0, 0, 1, 1).data].slice(0, 3);
};
const ground = (element) =>
  element ? over(getComputedStyle(element).backgroundColor, ground(element.parentElement))
          : [255, 255, 255];
const light = (colour) => {
  const [red, green, blue] = colour.map((part) => part / 255)
    .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
};
const found = {};
const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (texts.nextNode()) {
  const text = texts.currentNode, element = text.parentElement;
  if (!text.data.trim()) continue;
  const behind = ground(element);
  const [high, low] = [over(getComputedStyle(element).color, behind), behind]
    .map(light).sort((one, other) => other - one);
  found[text.data] = (high + 0.05) / (low + 0.05);
}
return found;
"""


def seen(browser: Chrome, selector: str) -> WebElement:
    """Wait until the page has such an element."""
    return WebDriverWait(browser, SECONDS).until(
        lambda page: page.find_element(By.CSS_SELECTOR, selector)
    )


def texts(browser: Chrome, selector: str) -> list[str]:
    """Return what is read in these elements, whether they are folded or not."""
    found: list[str] = browser.execute_script(
        "return [...document.querySelectorAll(arguments[0])].map((each) => each.textContent)",
        selector,
    )
    return [" ".join(each.split()) for each in found]


def until(browser: Chrome, condition: Callable[[], object]) -> None:
    """Wait until something holds."""
    WebDriverWait(browser, SECONDS).until(lambda _: condition())


def add_source(portal: RawPortal, **changes: Any) -> int:
    """Add a source, and return its id."""
    return int(portal.result("biconnector.source.add", {"fields": {**CRM, **changes}})["id"])


def add_table(portal: RawPortal, source: int, **changes: Any) -> int:
    """Add a table to a source, and return its id."""
    names = {"name": "orders", "externalName": "Orders", "externalCode": "orders"}
    fields = {**names, "sourceId": source, "fields": COLUMNS, **changes}
    return int(portal.result("biconnector.table.add", {"fields": fields})["id"])


def unfold(browser: Chrome, selector: str) -> None:
    """Open what is folded under a summary, with the keyboard."""
    seen(browser, f"{selector} > summary").send_keys(Keys.ENTER)
    seen(browser, f"{selector}[open]")


def test_the_tree_hangs_together(browser: Chrome, conditions: RawPortal) -> None:
    browser.get(conditions.address)
    assert texts(browser, ".application > h3") == [
        "Application local.first",
        "Application local.second",
    ]
    assert texts(browser, "[id='application-local.first'] h4") == [
        "Connector Of the first application #10",
        "Connector Whose endpoint refuses #11",
        "Connector With a source of nobody #12",
        "Connector Vanished #99",
    ]
    assert texts(browser, "#connector-10 h5") == [
        "Source Main #100",
        "Source With a table of nobody #104",
    ]
    assert texts(browser, "#connector-12 h5") == [
        "Source Made by hand #103 made in the user interface"
    ]
    assert texts(browser, "#source-100 details > summary > code") == ["orders", "stubborn"]
    assert texts(browser, "#source-104 .label") == ["made in the user interface"]
    assert texts(browser, "#source-101 > .none") == ["No tables."]
    assert texts(browser, "[id='application-local.second'] h5") == ["Source Second #200"]


def test_columns_are_shown_when_a_table_is_opened(browser: Chrome, conditions: RawPortal) -> None:
    browser.get(conditions.address)
    table = seen(browser, "#table-1000 table")
    assert not table.is_displayed()
    unfold(browser, "#table-1000 > details")
    assert table.is_displayed()
    assert texts(browser, "#table-1000 thead th") == ["Column", "External code", "Type", "Shown"]
    assert texts(browser, "#table-1000 tbody tr") == ["IDidintyes", "AMOUNTamountmoneyhidden"]


def test_what_a_deployment_does_appears_without_reloading(
    browser: Chrome, portal: RawPortal
) -> None:
    browser.get(portal.address)
    browser.execute_script("window.notReloaded = true")
    assert texts(browser, "#calls .none") == ["Nothing was called yet."]
    assert texts(browser, ".counts") == ["1 connector, 0 sources, 0 tables"]

    source = add_source(portal)
    seen(browser, f"#source-{source}")
    until(browser, lambda: texts(browser, "#calls tbody tr") == ["1biconnector.source.add200"])

    table = add_table(portal, source)
    portal.post("biconnector.source.delete", {"id": source})
    seen(browser, f"#table-{table}")
    until(browser, lambda: texts(browser, "#calls tr:first-child .error") == ["BX_ERROR"])
    assert texts(browser, ".counts") == ["1 connector, 1 source, 1 table"]

    portal.reset()
    until(browser, lambda: not browser.find_elements(By.ID, f"source-{source}"))
    assert texts(browser, "#calls .none") == ["Nothing was called yet."]
    assert browser.execute_script("return window.notReloaded") is True


def test_what_is_open_and_focused_stays_so(browser: Chrome, portal: RawPortal) -> None:
    first, second = add_source(portal, title="First"), add_source(portal)
    table = add_table(portal, second)
    browser.get(portal.address)
    unfold(browser, f"#table-{table} > details")
    unfold(browser, f"#table-{table} .rows")
    rows = seen(browser, f"#table-{table} .rows tbody")

    portal.result("biconnector.source.delete", {"id": first})
    portal.result("biconnector.table.update", {"id": table, "fields": {"description": "Changed"}})
    until(browser, lambda: not browser.find_elements(By.ID, f"source-{first}"))
    until(browser, lambda: texts(browser, f"#table-{table} .description") == ["Changed"])

    assert rows.is_displayed()
    assert browser.switch_to.active_element.text == "First rows"


@pytest.mark.parametrize(
    "title",
    [
        "<script>window.attacked = true</script>",
        "<img src=x onerror='window.attacked = true'>",
        "&lt;b&gt; &amp;amp; \" ' ]]> --> </h5>",
        "Заказы \N{PILE OF POO} \N{HEBREW LETTER ALEF}\N{RIGHT-TO-LEFT OVERRIDE}txt",
        "long" * 5000,
    ],
    ids=["script", "image", "entities", "alphabets", "long"],
)
def test_a_text_is_shown_as_it_is(browser: Chrome, portal: RawPortal, title: str) -> None:
    columns = [{"name": "ID", "externalCode": title, "type": "int"}]
    browser.get(portal.address)
    source = add_source(portal, title=title, description=title)
    names = {"externalName": title[:512], "externalCode": title[:512]}
    table = add_table(portal, source, **names, description=title, fields=columns)
    seen(browser, f"#table-{table}")

    assert texts(browser, f"#source-{source} h5 .title") == [title]
    assert texts(browser, f"#source-{source} > .description") == [title]
    assert texts(browser, f"#table-{table} summary > .title") == [title[:512]]
    assert texts(browser, f"#table-{table} tbody td:nth-child(2)") == [title]
    assert browser.execute_script("return window.attacked === undefined") is True


@pytest.mark.parametrize("width", [360, 1280])
def test_the_page_is_never_wider_than_the_window(
    browser: Chrome, portal: RawPortal, width: int
) -> None:
    long = "w" * 500
    table = add_table(portal, add_source(portal, title=long, description=long), externalName=long)
    portal.post(long)
    size = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    browser.get(portal.address)
    unfold(browser, f"#table-{table} > details")
    unfold(browser, f"#table-{table} .rows")
    seen(browser, ".rows caption")
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width


def test_no_secret_is_in_the_page(browser: Chrome, portal: RawPortal) -> None:
    table = add_table(portal, add_source(portal))
    browser.get(portal.address)
    unfold(browser, f"#table-{table} > details")
    unfold(browser, f"#table-{table} .rows")
    seen(browser, ".rows caption")
    assert texts(browser, "#source-1 dd code") == ["login", "password", "orders"]
    secrets = ["hidden-login", "hidden-password"]
    secrets += [portal.client_secret, portal.access_token, portal.refresh_token]
    assert [secret for secret in secrets if secret in browser.page_source] == []


def test_the_first_ten_rows_of_a_table(browser: Chrome, portal: RawPortal) -> None:
    table = add_table(portal, add_source(portal))
    browser.get(portal.address)
    assert texts(browser, ".rows tbody") == []
    unfold(browser, f"#table-{table} > details")
    unfold(browser, f"#table-{table} .rows")
    seen(browser, ".rows caption")
    assert texts(browser, ".rows caption") == ["The first 10 rows"]
    assert texts(browser, ".rows thead th") == ["ID", "CUSTOMER"]
    assert len(texts(browser, ".rows tbody tr")) == 10
    assert texts(browser, ".rows tbody tr:nth-child(5) td") == ["5", "Василёк"]
    link = seen(browser, ".rows a").get_attribute("href")
    assert link == f"{portal.address}/__emulator__/rows?table={table}"


def test_an_endpoint_that_refuses_is_told_in_the_place_of_rows(
    browser: Chrome, portal: RawPortal
) -> None:
    table = add_table(portal, add_source(portal))
    fields = {"urlData": f"{portal.address}/__emulator__/endpoints/refuse"}
    portal.result("biconnector.connector.update", {"id": 123, "fields": fields})
    browser.get(portal.address)
    unfold(browser, f"#table-{table} > details")
    unfold(browser, f"#table-{table} .rows")
    assert seen(browser, ".problem").text == "No rows: urlData answered with HTTP 503."


def test_the_offered_tables_are_shown_when_a_person_opens_them(
    browser: Chrome, portal: RawPortal
) -> None:
    source = add_source(portal)
    browser.get(portal.address)
    unfold(browser, f"#offer-{source}")
    assert seen(browser, ".offer caption").text == "1 table offered, 0 made"
    assert texts(browser, ".offer tbody td") == ["orders", "Orders", "not made"]

    table = add_table(portal, source)
    seen(browser, f"#table-{table}")
    assert seen(browser, ".offer caption").is_displayed()
    seen(browser, f"#offer-{source} > summary").send_keys(Keys.ENTER)
    seen(browser, f"#offer-{source}:not([open])")
    unfold(browser, f"#offer-{source}")
    until(browser, lambda: texts(browser, ".offer caption") == ["1 table offered, 1 made"])
    assert texts(browser, ".offer tbody a") == ["orders"]


def test_the_page_over_tls(browser: Chrome, start: Start, tmp_path: Path) -> None:
    portal = start_over_tls(start, issued(tmp_path, "127.0.0.1"))
    browser.get(portal.address)
    source = add_source(portal)
    seen(browser, f"#source-{source}")
    assert browser.current_url.startswith("https://")


def test_a_portal_that_has_stopped_is_told(browser: Chrome, start: Start) -> None:
    portal = start()
    source = add_source(portal)
    browser.get(portal.address)
    until(browser, lambda: texts(browser, "#liveness") == ["Live"])
    portal.kill()
    until(
        browser,
        lambda: (
            texts(browser, "#liveness")
            == ["The portal does not answer. This is what it held last."]
        ),
    )
    assert texts(browser, f"#source-{source} h5") == ["Source CRM #1"]
    browser.get("about:blank")
    assert complaints(browser)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out(browser: Chrome, conditions: RawPortal, scheme: str) -> None:
    feature = {"name": "prefers-color-scheme", "value": scheme}
    still = {"name": "prefers-reduced-motion", "value": "reduce"}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature, still]})
    conditions.post("biconnector.source.get", {"id": 5})
    conditions.faults({"method": "app.info", "action": "http_500"})
    conditions.post("app.info")
    browser.get(conditions.address)
    unfold(browser, "#table-1000 > details")
    unfold(browser, "#table-1000 .rows")
    seen(browser, ".rows caption")
    unfold(browser, "#offer-100")
    seen(browser, ".offer caption")
    contrasts = browser.execute_script(CONTRASTS)
    assert len(contrasts) > 50
    assert {text: ratio for text, ratio in contrasts.items() if ratio < 4.5} == {}
