"""The site of the documentation: it is built strictly, its links lead somewhere, and it works in a browser."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

import pytest
import yaml
from playwright.sync_api import Browser, Page, expect

import browser as browsers
import servers
from browser import serve
from dativo_generator.registry.connectors import Connector
from once import once
from support import PACK, ROOT

PHONE = {"width": 390, "height": 844}
# Ends a wait for what never comes, and decides nothing: a slow machine is no reason to fail.
PATIENCE = servers.PATIENCE * 1000
expect.set_options(timeout=PATIENCE)


def build(root: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Build the site of the pack at `root` as `make docs` does."""
    return subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)],
        cwd=root,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
    )


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the built site."""

    def make(folder: Path) -> None:
        done = build(ROOT, folder)
        assert (done.returncode, "WARNING" in done.stderr) == (0, False), done.stderr

    return once(tmp_path_factory, "site", make)


@pytest.fixture(scope="session")
def address(site: Path) -> Iterator[str]:
    """Return the address at which the site is served."""
    yield from serve(site)


def names(site: Path) -> list[str]:
    """List the pages by their path in the site."""
    return sorted(path.relative_to(site).as_posix() for path in site.rglob("*.html"))


# What makes a site wrong: the page, what is written at its end, and what the build says of it.
WRONG = [
    ("tutorial.md", "[gone](gone.md)", "gone.md"),
    ("tutorial.md", "[gone](how-to/run-in-ci.md#gone)", "#gone"),
    ("tutorial.md", "[outside](../README.md)", "../README.md"),
    ("how-to/new.md", "# A page that is nowhere", "how-to/new.md"),
]


def test_each_dead_link_and_page_that_is_nowhere_fails_the_build(tmp_path: Path) -> None:
    shutil.copy2(ROOT / "mkdocs.yml", tmp_path)
    shutil.copytree(ROOT / "docs", tmp_path / "docs")
    for page, text, _ in WRONG:
        with (tmp_path / "docs" / page).open("a", encoding="utf-8") as file:
            file.write(f"\n{text}\n")
    done = build(tmp_path, tmp_path / "site")
    assert done.returncode != 0
    # A strict build fails of one warning: each is one, and there are no others.
    assert f"Aborted with {len(WRONG)} warnings in strict mode" in done.stdout + done.stderr
    _, *warnings = done.stderr.split("WARNING")
    assert len(warnings) == len(WRONG)
    for _, _, said in WRONG:
        assert [warning for warning in warnings if said in warning], said


def test_every_page_is_published_and_no_program(site: Path) -> None:
    wanted = {path.relative_to(ROOT / "docs").with_suffix(".html") for path in (ROOT / "docs").rglob("*.md")}
    index = {path.with_name("index.html") if path.stem == "README" else path for path in wanted}
    assert {Path(name) for name in names(site)} == index | {Path("404.html")}
    assert not list(site.rglob("*.py"))


class Links(HTMLParser):
    """What a page refers to, and what can be referred to on it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.loaded: set[str] = set()
        self.anchors = {""}
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Collect ids, links and what the browser loads by itself."""
        values = {name: value or "" for name, value in attributes}
        self.anchors |= {values[name] for name in ("id", "name") if name in values}
        # Where the page says that it lies is not looked at by a browser.
        if values.get("rel") == "canonical":
            return
        if "src" in values or tag == "link":
            self.loaded.add(values.get("src") or values["href"])
        elif "href" in values:
            self.links.add(values["href"])


def test_every_link_leads_to_a_file_and_an_anchor_of_the_site(site: Path) -> None:
    pages = {name: Links((site / name).read_text(encoding="utf-8")) for name in names(site)}
    dead = []
    for name, page in pages.items():
        # The page for what is not found is served anywhere, and refers to things from the root.
        for link in page.links | page.loaded if name != "404.html" else ():
            if urlsplit(link).scheme in ("http", "https", "mailto", "data"):
                continue
            target, anchor = urldefrag(urljoin(name, link))
            target = target if (site / target).is_file() else f"{target.rstrip('./')}/index.html".lstrip("/")
            if not (site / target).is_file() or (target in pages and unquote(anchor) not in pages[target].anchors):
                dead.append(f"{name}: {link}")
    assert not dead


def test_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    loaded = {url for name in names(site) for url in Links((site / name).read_text(encoding="utf-8")).loaded}
    assert not [url for url in loaded if urlsplit(url).netloc]


@pytest.fixture
def open_page(browser: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """Open pages of the site; afterwards nobody has asked another host for anything, and nothing was complained of."""
    wrong: list[str] = []
    contexts = []

    def look(request) -> None:
        if not request.url.startswith((address, "data:", "blob:")):
            wrong.append(f"request: {request.url}")

    def open_(name: str, **options) -> Page:
        contexts.append(browser.new_context(**options))
        contexts[-1].set_default_timeout(PATIENCE)
        page = contexts[-1].new_page()
        page.on("request", look)
        page.on("console", lambda said: wrong.append(f"console: {said.text}") if said.type == "error" else None)
        page.on("pageerror", lambda error: wrong.append(f"error: {error}"))
        page.goto(address + name)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert not wrong


def test_every_page_fits_a_phone(site: Path, address: str, open_page: Callable[..., Page]) -> None:
    page = open_page("index.html", viewport=PHONE)
    wide = []
    for name in names(site):
        page.goto(address + name)
        # What sticks out is scrolled in a box of its own, and not with the page.
        if page.evaluate("document.documentElement.scrollWidth") > PHONE["width"]:
            wide.append(name)
        assert page.locator("h1").count() == 1, name
    assert not wide


def test_the_menu_of_a_phone_leads_to_a_page(open_page: Callable[..., Page]) -> None:
    page = open_page("index.html", viewport=PHONE)
    entry = page.locator(".md-nav--primary").get_by_role("link", name="I want a job", exact=True)
    expect(entry).not_to_be_in_viewport()
    page.locator("header label[for=__drawer]").click()
    expect(entry).to_be_in_viewport()
    entry.click()
    expect(page.locator("h1")).to_contain_text("I want a job")


@pytest.mark.parametrize("word", ["lookback", "Renovate", "ODCS"])
def test_the_search_finds_words_and_opens_their_page(word: str, open_page: Callable[..., Page]) -> None:
    page = open_page("index.html")
    page.get_by_role("textbox", name="Search").press_sequentially(word)
    # What is found changes with every letter; a link says for which word it is.
    found = page.locator(f"a.md-search-result__link[href*='h={word.lower()}']").first
    expect(found).to_be_visible()
    target = urlsplit(found.get_attribute("href")).path
    found.click()
    page.wait_for_url(lambda url: urlsplit(url).path == target)
    expect(page.locator("article")).to_contain_text(word, ignore_case=True)


# What somebody asks for, and the page that is to be on top.
ASKED = {
    "delete a scaffold": "how-to/delete-a-scaffold.html",
    "remove a scaffold": "how-to/delete-a-scaffold.html",
    "change the owner": "how-to/change-an-answer.html",
    "add a table": "how-to/add-or-remove-an-object.html",
    "remove an object": "how-to/add-or-remove-an-object.html",
    "rename": "how-to/rename.html",
    "environment": "how-to/environments.html",
    "move to another environment": "how-to/move.html",
    "schedule": "how-to/schedule.html",
    "upgrade": "how-to/upgrade.html",
    "error": "how-to/troubleshooting.html",
    "traceback": "how-to/troubleshooting.html",
    "secret": "how-to/run-the-jobs.html",
    "password": "how-to/run-the-jobs.html",
    "conflict": "how-to/update-many-jobs.html",
    "spreadsheet": "how-to/scaffold-many-at-once.html",
    "label": "reference/classification.html",
}


@pytest.mark.parametrize("asked", ASKED)
def test_the_search_has_the_page_of_a_task_on_top(asked: str, open_page: Callable[..., Page]) -> None:
    page = open_page("index.html")
    page.get_by_role("textbox", name="Search").press_sequentially(asked)
    # A link says which of the words it was found for, so the last one is typed when it is in a link.
    last = asked.split()[-1]
    links = page.locator("a.md-search-result__link")
    expect(page.locator(f"a.md-search-result__link:is([href*='h={last}'], [href*='+{last}'])").first).to_be_attached()
    assert urlsplit(links.first.get_attribute("href")).path == f"/{ASKED[asked]}"


# Smaller letters than these, in pixels, are not read on a phone.
READABLE = 10


def test_pictures_are_readable_on_a_phone(site: Path, address: str, open_page: Callable[..., Page]) -> None:
    page = open_page("index.html", viewport=PHONE)
    shown = set()
    for name in names(site):
        page.goto(address + name)
        for picture in page.locator("article img").all():
            source = (site / name).parent / picture.get_attribute("src")
            drawing = source.read_text(encoding="utf-8")
            shown.add(source.name)
            width = float(re.search(r'viewBox="0 0 ([\d.]+)', drawing)[1])
            letters = min(float(size) for size in re.findall(r'font-size(?:: |=")(\d+)', drawing))
            box = picture.bounding_box()
            assert letters * box["width"] / width >= READABLE, source.name
            # What sticks out is reached by scrolling.
            around = picture.locator("xpath=..")
            assert around.evaluate("box => box.scrollWidth") >= int(box["width"]), source.name
            assert around.evaluate("box => getComputedStyle(box).overflowX") == "auto", source.name
    assert shown == {path.name for path in (ROOT / "docs" / "assets").glob("*.svg")}


@pytest.mark.parametrize("viewport", [PHONE, {"width": 1280, "height": 900}], ids=["phone", "desk"])
def test_the_name_of_a_connector_is_in_one_line(viewport: dict[str, int], open_page: Callable[..., Page]) -> None:
    page = open_page("reference/registry.html", viewport=viewport)
    for connector in PACK.registry:
        lines = page.get_by_role("link", name=connector, exact=True).evaluate("link => link.getClientRects().length")
        assert lines == 1, connector


def entries(nav: list[Any]) -> Iterator[tuple[str, str]]:
    """Yield the pages of the navigation that have a title there: the path, and the title."""
    for entry in nav:
        for title, below in entry.items() if isinstance(entry, dict) else ():
            if isinstance(below, str):
                yield below, title
            else:
                yield from entries(below)


def test_the_navigation_says_the_titles_of_the_pages() -> None:
    text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    nav = yaml.safe_load(text[text.index("nav:") : text.index("markdown_extensions:")])["nav"]
    for path, title in entries(nav):
        assert (ROOT / "docs" / path).read_text(encoding="utf-8").splitlines()[0] == f"# {title}", path


def test_programs_find_every_page_of_the_navigation(site: Path) -> None:
    index = (site / "llms.txt").read_text(encoding="utf-8")
    full = (site / "llms-full.txt").read_text(encoding="utf-8")
    for path in (ROOT / "docs").rglob("*.md"):
        name, text = path.relative_to(ROOT / "docs").as_posix(), path.read_text(encoding="utf-8")
        assert (site / name).read_text(encoding="utf-8").strip() == text.strip(), name
        if not re.match(r"decisions/\d", name):
            assert f"/{name})" in index
            assert text.strip() in full


def values(connector: Connector) -> dict[str, set[str]]:
    """Return what a connector is found by, by the label of the filter."""
    return {
        "Roles": set(connector.roles),
        "Category": {connector.shown_category},
        "Cloud": {"yes" if connector.allowed_in_cloud else "no"},
        "Incremental": {connector.strategy if connector.supports_incremental else "none"},
    }


def shown(page: Page) -> list[str]:
    """Return the connectors that are to be seen, in order."""
    return page.locator("#registry tbody tr:visible td:first-child").all_inner_texts()


def test_the_registry_is_filtered_by_every_value(open_page: Callable[..., Page]) -> None:
    page = open_page("reference/registry.html")
    everything = {connector.id: values(connector) for connector in PACK.registry.values()}
    assert shown(page) == list(everything)
    for label in next(iter(everything.values())):
        choice = page.get_by_label(label, exact=True)
        offered = choice.locator("option").all_inner_texts()
        assert sorted(offered) == sorted({"any"}.union(*(found[label] for found in everything.values())))
        for value in offered[1:]:
            choice.select_option(value)
            wanted = [name for name, found in everything.items() if value in found[label]]
            assert shown(page) == wanted
            expect(page.get_by_role("status")).to_have_text(f"{len(wanted)} of {len(everything)} connectors")
        choice.select_option("any")
    assert "#" not in page.url


def test_filters_of_the_registry_add_up_and_are_in_the_address(open_page: Callable[..., Page]) -> None:
    page = open_page("reference/registry.html")
    sample = next(connector for connector in PACK.registry.values() if connector.uses_cursor)
    for label, found in values(sample).items():
        page.get_by_label(label, exact=True).select_option(min(found))
    # With the keyboard alone: the words follow the choices.
    page.get_by_label("Incremental").focus()
    page.keyboard.press("Tab")
    page.keyboard.type(f"{sample.id} {sample.default_engine.upper()}")
    assert shown(page) == [sample.id]
    page.keyboard.press("Enter")
    assert shown(page) == [sample.id]

    again = open_page(page.url.removeprefix(page.url.split("reference/")[0]))
    assert shown(again) == [sample.id]
    expect(again.get_by_label("Words")).to_have_value(f"{sample.id} {sample.default_engine.upper()}")
    again.get_by_label("Words").fill("nothing is called so")
    assert shown(again) == []
    again.evaluate("location.hash = 'cloud=perhaps'")
    expect(again.get_by_role("status")).to_have_text(f"{len(PACK.registry)} of {len(PACK.registry)} connectors")


def test_the_registry_is_a_table_without_scripts(open_page: Callable[..., Page]) -> None:
    page = open_page("reference/registry.html", java_script_enabled=False)
    assert shown(page) == list(PACK.registry)
    assert page.locator("#registry form").count() == 0


def test_a_missing_browser_is_named_with_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browsers, "program", lambda name: None)
    assert "`apt-get install chromium`" in browsers.missing()
    with pytest.raises(pytest.skip.Exception, match="needs Chromium"):
        browsers.do_without(browsers.missing(), "")
    with pytest.raises(pytest.fail.Exception, match="needs Chromium"):
        browsers.do_without(browsers.missing(), "required")
