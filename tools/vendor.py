"""Copy pinned third-party browser assets from node_modules into accord/web/static/vendor.

Only maintainers run this. The result is committed and ships in the wheel: nobody else needs node.

    npm ci --ignore-scripts && python tools/vendor.py     # refresh
    python tools/vendor.py --check                        # verify, without node
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TypedDict

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
PACKAGE = ROOT / "accord"
OUT = PACKAGE / "web" / "static" / "vendor"
MANIFEST = OUT / "MANIFEST.json"
SPRITE = "icons.svg"

# package -> {file inside it: name in static/vendor}
COPIES: dict[str, dict[str, str]] = {
    "htmx.org": {"dist/htmx.min.js": "htmx.min.js"},
    "sortablejs": {"Sortable.min.js": "sortable.min.js"},
    "@fontsource-variable/inter": {
        "files/inter-latin-wght-normal.woff2": "inter-latin.woff2",
        "files/inter-latin-ext-wght-normal.woff2": "inter-latin-ext.woff2",
    },
    "@tabler/icons": {},
}

# Icons named in data (event kinds, field types) rather than in a tag, and those of planned screens.
ALWAYS = (ROOT / "tools" / "icons.txt").read_text().split()

ICON_TAG = re.compile(
    r"""\{%\s*icon\s+["']([a-z0-9-]+)["']|\bicon\s*[=:]\s*["']([a-z0-9-]+)["']|#i-([a-z0-9-]+)"""
    r"""|\bEntry\(\s*"([a-z0-9-]+)\"|components/(?:empty|badge)\.html" with name="([a-z0-9-]+)\""""
)
SCANNED = ("web/templates/**/*.html", "web/static/js/*.js", "**/*.py")


class Asset(TypedDict):
    """One package in the manifest: version, licence, and the SHA-256 of each file we ship."""

    version: str
    licence: str
    files: dict[str, str]


def used_icons() -> set[str]:
    """Names written in templates, modules and Python: a layer below the web names icons too."""
    paths = {path for pattern in SCANNED for path in PACKAGE.glob(pattern)}
    paths = {path for path in paths if "tests" not in path.parts}
    found = (ICON_TAG.findall(path.read_text()) for path in paths)
    return {name for matches in found for groups in matches for name in groups if name}


def icon_file(name: str) -> Path:
    kind = "filled" if name.endswith("-filled") else "outline"
    return MODULES / "@tabler/icons/icons" / kind / f"{name.removesuffix('-filled')}.svg"


def symbol(name: str) -> str:
    source = re.sub(r"<!--.*?-->", "", icon_file(name).read_text(), flags=re.S)
    body = source[source.index(">", source.index("<svg")) + 1 : source.rindex("</svg>")]
    body = " ".join(re.sub(r'<path stroke="none"[^>]*/>', "", body).split())
    stroke = 'fill="none" stroke="currentColor" stroke-linecap="round" stroke-linejoin="round"'
    paint = 'fill="currentColor" stroke="none"' if name.endswith("-filled") else stroke
    return f'<symbol id="i-{name}" viewBox="0 0 24 24" {paint}>{body}</symbol>'


def write_sprite(names: Iterable[str]) -> int:
    """Write one symbol for each name; about 200 bytes each, one cached request.

    Returns how many. Exits when the icon set does not have a name that the product uses.
    """
    wanted = sorted(set(names))
    missing = [name for name in wanted if not icon_file(name).exists()]
    if missing:
        sys.exit(f"The icon set has no: {', '.join(missing)}")
    body = "\n".join(map(symbol, wanted))
    (OUT / SPRITE).write_text(f'<svg xmlns="http://www.w3.org/2000/svg">\n{body}\n</svg>\n')
    return len(wanted)


def digest(name: str) -> str:
    return hashlib.sha256((OUT / name).read_bytes()).hexdigest()


def vendored(package: str, pinned: str) -> Asset:
    """Copy a package's named files and its licence; exit when another version is installed."""
    meta = json.loads((MODULES / package / "package.json").read_text())
    if meta["version"] != pinned:
        sys.exit(f"{package} is {meta['version']}, package.json pins {pinned}: run npm ci")
    licence = next((MODULES / package).glob("LICEN*"))
    shutil.copy(licence, OUT / "licences" / f"{package.lstrip('@').replace('/', '-')}.txt")
    for source, name in COPIES[package].items():
        shutil.copy(MODULES / package / source, OUT / name)
    files = {name: digest(name) for name in COPIES[package].values()}
    return Asset(version=meta["version"], licence=meta["license"], files=files)


def refresh() -> None:
    pins: dict[str, str] = json.loads((ROOT / "package.json").read_text())["dependencies"]
    shutil.rmtree(OUT, ignore_errors=True)
    (OUT / "licences").mkdir(parents=True)
    manifest = {package: vendored(package, pins[package]) for package in COPIES}
    count = write_sprite(used_icons() | set(ALWAYS))
    manifest["@tabler/icons"]["files"][SPRITE] = digest(SPRITE)
    MANIFEST.write_text(json.dumps(manifest, indent=1) + "\n")
    print(f"{count} icons, {(OUT / SPRITE).stat().st_size} bytes")


def faults() -> list[str]:
    """What is wrong with the committed assets, one sentence each; empty when all is well."""
    manifest: dict[str, Asset] = json.loads(MANIFEST.read_text())
    pins: dict[str, str] = json.loads((ROOT / "package.json").read_text())["dependencies"]
    changed = [
        f"{name} is not the file of the manifest"
        for asset in manifest.values()
        for name, known in asset["files"].items()
        if not (OUT / name).exists() or digest(name) != known
    ]
    stale = [
        f"{package} is {manifest[package]['version']} here and {pin} in package.json"
        for package, pin in pins.items()
        if manifest[package]["version"] != pin
    ]
    drawn = set(re.findall(r'id="i-([a-z0-9-]+)"', (OUT / SPRITE).read_text()))
    missing = [
        f"no icon {name} in the sprite: npm ci, then tools/vendor.py"
        for name in sorted(used_icons() - drawn)
    ]
    return changed + stale + missing


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit("\n".join(faults()) or 0)
    refresh()
