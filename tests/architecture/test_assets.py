"""What a browser loads: the vendored files are those of the manifest, and pages stay light."""

import gzip
import re
from pathlib import Path

import accord.demo.names as demo
from accord.platform.events import names
from accord.web.search import recent
from accord.web.tasks import lines
from tools import vendor

STATIC = Path(__file__).parents[2] / "accord/web/static"
EVERYWHERE = ["vendor/htmx.min.js", "js/app.js", "js/forms.js"]
BOARD = [*EVERYWHERE, "vendor/sortable.min.js", "js/board.js", "js/table.js"]


def packed(*names):
    """Kilobytes after gzip, as a browser gets them."""
    return sum(len(gzip.compress((STATIC / name).read_bytes(), 9)) for name in names) / 1000


def test_vendored_files_are_those_of_the_manifest():
    assert not vendor.faults()


def test_every_icon_that_data_names_is_in_the_sprite():
    drawn = set(re.findall(r'id="i-([a-z0-9-]+)"', (STATIC / "vendor/icons.svg").read_text()))
    declared = {known.icon for known in names.ALL.values()}
    named = {*declared, *demo.ICONS.values(), *lines.ICONS.values(), *recent.NOUNS.values()}
    assert named
    assert named <= drawn


def test_every_vendored_package_brings_its_licence():
    assert len(list((STATIC / "vendor/licences").glob("*.txt"))) == len(vendor.COPIES)


def test_modules_of_a_page_stay_light():
    assert packed(*EVERYWHERE, "js/table.js") <= 40
    assert packed(*BOARD) <= 40


def test_style_sheets_of_a_page_stay_light():
    head = (STATIC.parent / "templates/components/head.html").read_text()
    shared = re.findall(r"'(css/[a-z]+\.css)'", head)
    others = {f"css/{path.name}" for path in (STATIC / "css").glob("*.css")} - set(shared)
    assert len(shared) >= 6
    assert packed(*shared) + max(packed(name) for name in others) <= 25


def test_no_module_evaluates_text():
    for path in (STATIC / "js").glob("*.js"):
        for banned in (
            "eval(",
            "new Function",
            "innerHTML =",
            "insertAdjacentHTML",
            "document.write",
        ):
            assert banned not in path.read_text(), f"{path.name}: {banned}"


def test_no_asset_is_fetched_from_elsewhere():
    own = [*(STATIC / "js").glob("*.js"), *(STATIC / "css").glob("*.css")]
    for path in own:
        assert "https://" not in path.read_text(), path.name
