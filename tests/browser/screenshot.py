"""The picture of the local portal's page that stands in its guide: `make screenshot`."""

from __future__ import annotations

import base64
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from selenium.webdriver import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from tests.browser.chromium import WIDTH, chromium
from tests.emulator.raw_portal import running

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

    from tests.emulator.raw_portal import RawPortal

PICTURE = Path(__file__).with_name("page.png")
PORT = 8899
SECONDS = 30
#: What the page loads from endpoints: the rows of a table and the offered tables.
LOADED = 2


def main() -> None:
    """Deploy a small warehouse to a local portal, open its page, and take the picture."""
    with (
        tempfile.TemporaryDirectory(prefix="bxbi-screenshot-") as profile,
        running("--port", str(PORT), seed={}) as portal,
        chromium(Path(profile)) as browser,
    ):
        deploy(portal)
        browser.get(portal.address)
        unfold(browser, "#table-1 > details > summary")
        unfold(browser, "#table-1 .rows > summary")
        unfold(browser, "#offer-1 > summary")
        WebDriverWait(browser, SECONDS).until(
            lambda page: len(page.find_elements(By.CSS_SELECTOR, "caption")) == LOADED
        )
        PICTURE.write_bytes(picture(browser))


def deploy(portal: RawPortal) -> None:
    """Make what a stack would make, with the refusals that one meets on the way."""
    endpoints = f"{portal.address}/__emulator__/endpoints"
    portal.result("biconnector.connector.list")
    portal.result(
        "biconnector.connector.add",
        {
            "fields": {
                "title": "Warehouse",
                "description": "Orders and stock of both branches",
                "logo": "data:,",
                "urlCheck": f"{endpoints}/check",
                "urlTableList": f"{endpoints}/tables",
                "urlTableDescription": f"{endpoints}/description",
                "urlData": f"{endpoints}/data",
                "settings": [
                    {"code": "host", "name": "Host", "type": "STRING"},
                    {"code": "token", "name": "Token", "type": "STRING"},
                    {"code": "year", "name": "Year", "type": "INT"},
                ],
            }
        },
    )
    north = {"host": "north.example", "token": "t0ken", "year": "2026"}
    add_source(portal, "North branch", north)
    add_source(portal, "Склад «Юг»", {"host": "south.example", "token": "t0ken"})
    order = ["ID int", "CUSTOMER string", "AMOUNT double", "CREATED date"]
    add_table(portal, 1, "orders", "Orders", order)
    add_table(portal, 1, "stock", "Stock", ["SKU string", "QUANTITY int", "COUNTED_AT datetime"])
    portal.error("biconnector.table.add", {"fields": {"sourceId": 2, "name": "Returns"}})
    add_table(portal, 2, "returns", "Возвраты", ["ID int", "ORDER_ID int", "REASON string"])
    columns = portal.result("biconnector.table.get", {"id": 1})["item"]["fields"]
    hide = {"id": 1, "update": [{"id": columns[3]["id"], "visible": False}]}
    portal.result("biconnector.table.fields.update", hide)
    portal.faults({"method": "biconnector.source.list", "action": "query_limit"})
    portal.post("biconnector.source.list")
    portal.result("biconnector.source.list")
    portal.error("biconnector.source.delete", {"id": 2})


def add_source(portal: RawPortal, title: str, settings: dict[str, str]) -> None:
    """Add a source of the only connector."""
    fields = {"title": title, "connectorId": 1, "settings": settings}
    portal.result("biconnector.source.add", {"fields": fields})


def add_table(portal: RawPortal, source: int, name: str, title: str, columns: list[str]) -> None:
    """Add a table, its columns given as `NAME type`."""
    fields: dict[str, Any] = {
        "sourceId": source,
        "name": name,
        "externalName": title,
        "externalCode": name,
        "fields": [
            {"name": column, "externalCode": column.lower(), "type": kind}
            for column, kind in (each.split() for each in columns)
        ],
    }
    portal.result("biconnector.table.add", {"fields": fields})


def unfold(browser: Chrome, summary: str) -> None:
    """Open what is folded under a summary."""
    browser.find_element(By.CSS_SELECTOR, summary).click()


def picture(browser: Chrome) -> bytes:
    """Return the whole page as PNG, in light colours and as tall as it is."""
    light = {"features": [{"name": "prefers-color-scheme", "value": "light"}]}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", light)
    height = browser.execute_script("return document.documentElement.scrollHeight")
    size = {"width": WIDTH, "height": height, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    # What has the focus or the mouse is marked, and what has just appeared fades in.
    browser.execute_script("document.activeElement.blur()")
    ActionChains(browser).move_to_element(browser.find_element(By.TAG_NAME, "h1")).perform()
    WebDriverWait(browser, SECONDS).until(
        lambda page: page.execute_script("return !document.getAnimations().length")
    )
    taken = browser.execute_cdp_cmd("Page.captureScreenshot", {"format": "png"})
    return base64.b64decode(taken["data"])


if __name__ == "__main__":
    main()
