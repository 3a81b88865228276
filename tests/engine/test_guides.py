"""The README and the guides name what there is, and their links lead somewhere."""

from __future__ import annotations

import re

import pytest

import pulumi_bxbi.portal
from pulumi_bxbi.plugin.schema import package_schema
from pulumi_bxbi.settings.declared import SETTINGS
from pulumi_bxbi.settings.names import variable
from tests.engine.guides import CONFIGURATION, GUIDES, IN_REPOSITORY, README, RESOURCES, ROOT


@pytest.mark.parametrize("name", ["BiConnector", "BiSource", "BiTable"])
def test_each_property_is_described(name: str) -> None:
    resource = package_schema()["resources"][f"bxbi:index:{name}"]
    section = GUIDES[RESOURCES].partition(f"\n### {name}\n")[2].partition("\n### ")[0]

    def in_python(name: str) -> str:
        return re.sub(r"[A-Z]", lambda letter: f"_{letter[0].lower()}", name)

    for given, described in resource["inputProperties"].items():
        need = "required " if given in resource["requiredInputs"] else ""
        assert f"| `{in_python(given)}` | {need}| {described['description']}" in section
    for computed in resource["properties"]:
        assert f"`{in_python(computed)}`" in section


@pytest.mark.parametrize("name", SETTINGS)
def test_each_setting_is_described_as_it_is_declared(name: str) -> None:
    row = f"| `bxbi:{name}` | `{variable(name)}` | {SETTINGS[name].meaning}"

    assert row in GUIDES[CONFIGURATION]


def test_no_setting_is_described_that_is_none() -> None:
    assert re.findall(r"^\| `bxbi:(\w+)` \|", GUIDES[CONFIGURATION], re.MULTILINE) == list(SETTINGS)


def test_each_error_is_described() -> None:
    for name in pulumi_bxbi.portal.__all__:
        if issubclass(getattr(pulumi_bxbi.portal, name), pulumi_bxbi.portal.PortalError):
            assert f"`{name}`" in GUIDES[RESOURCES]


@pytest.mark.parametrize(
    "name",
    ["doctor", "emulate", "import", "login", "migrate", "preflight", "recover", "tables", "verify"],
)
def test_each_command_is_in_the_table(name: str) -> None:
    assert f"\n| `bxbi {name}` |" in GUIDES[README]


def test_each_guide_is_linked_from_the_readme() -> None:
    seed = "pulumi_bxbi/emulator/seed/README.md"  # the guide of the local portal links it

    assert [each for each in GUIDES if f"]({IN_REPOSITORY}{each})" not in GUIDES[README]] == [
        README,
        seed,
    ]


def test_the_readme_is_short() -> None:
    assert len(GUIDES[README].splitlines()) <= 160


#: All texts whose links are checked.
LINKED = GUIDES | {
    name: (ROOT / name).read_text("utf-8") for name in ("CHANGELOG.md", "CONTRIBUTING.md")
}


def test_links_of_the_readme_work_in_the_package_index_too() -> None:
    """There nothing stands beside it, so where the repository has an address they begin with it."""
    links = re.findall(r"\]\((?!https?://|#)([^)\s]+)\)", GUIDES[README])

    assert not IN_REPOSITORY or links == []


def anchors(text: str) -> set[str]:
    """The anchors of a text's headings, as GitHub makes them."""
    prose = re.sub(r"^ *```.*?^ *```", "", text, flags=re.MULTILINE | re.DOTALL)
    titles = re.findall(r"^#+ (.+)$", prose, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("guide", LINKED)
def test_each_link_leads_somewhere(guide: str) -> None:
    prose = re.sub(r"^ *```.*?^ *```", "", LINKED[guide], flags=re.MULTILINE | re.DOTALL)
    broken = []
    for link in re.findall(r"\]\(([^)\s]+)\)", prose):
        is_ours = bool(IN_REPOSITORY) and link.startswith(IN_REPOSITORY)
        if re.match(r"https?://", link) and not is_ours:
            continue
        place, _, anchor = (link.removeprefix(IN_REPOSITORY) if is_ours else link).partition("#")
        folder = ROOT if is_ours else (ROOT / guide).parent
        path = folder / place if place else ROOT / guide
        if not path.exists() or (anchor and anchor not in anchors(path.read_text("utf-8"))):
            broken.append(link)

    assert broken == []
