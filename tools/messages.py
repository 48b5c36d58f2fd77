"""Message catalogues of public pages: what is missing in them, and .po made into .mo.

    python tools/messages.py            compile every catalogue
    python tools/messages.py --check    say what is missing, left over or not compiled

A catalogue is `accord/**/locale/LANGUAGE/LC_MESSAGES/django.po`; English is in the sources
themselves. Pure Python: no gettext tools are needed.
"""

from __future__ import annotations

import ast
import re
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PUBLIC = ROOT / "accord/web/templates/public"
CALLS = {"_": 1, "gettext": 1, "gettext_lazy": 1, "gettext_noop": 1, "ngettext": 2}
PLURAL = "\0"


def catalogues() -> list[Path]:
    """Every catalogue."""
    return sorted((ROOT / "accord").rglob("locale/*/LC_MESSAGES/django.po"))


def read(po: Path) -> dict[str, str]:
    """What a catalogue says for each text; "" is its head. Plural forms are joined by NUL."""
    said: dict[str, str] = {}
    for block in re.split(r"\n\s*\n", po.read_text(encoding="utf-8")):
        parts: dict[str, str] = {}
        name = ""
        for line in block.splitlines():
            if line.startswith("#"):
                if line.startswith("#,") and "fuzzy" in line:
                    raise SystemExit(f"{po}: a fuzzy entry. Translate it, and drop the mark.")
                continue
            if found := re.match(r'(msg[a-z_]+(?:\[\d\])?)\s+(".*")$', line):
                name = found[1]
                parts[name] = ast.literal_eval(found[2])
            elif line.startswith('"') and name:
                parts[name] += ast.literal_eval(line)
        if "msgid" in parts:
            key = PLURAL.join([parts["msgid"], *_values(parts, "msgid_plural")])
            said[key] = PLURAL.join(_values(parts, "msgstr"))
    return said


def compiled(said: dict[str, str]) -> bytes:
    """The binary form (GNU gettext manual, "The Format of GNU MO Files")."""
    pairs = sorted((key.encode(), text.encode()) for key, text in said.items() if text)
    count, head = len(pairs), 28
    keys, texts = b"", b""
    key_rows, text_rows = [], []
    for key, text in pairs:
        key_rows.append((len(key), len(keys)))
        text_rows.append((len(text), len(texts)))
        keys += key + b"\0"
        texts += text + b"\0"
    keys_at = head + 16 * count
    texts_at = keys_at + len(keys)
    rows = [(n, at + keys_at) for n, at in key_rows] + [(n, at + texts_at) for n, at in text_rows]
    table = b"".join(struct.pack("<II", *row) for row in rows)
    first = struct.pack("<7I", 0x950412DE, 0, count, head, head + 8 * count, 0, head + 16 * count)
    return first + table + keys + texts


def used() -> set[str]:
    """Every text that public pages and the code beside them show."""
    found: set[str] = set()
    for page in PUBLIC.rglob("*"):
        if page.suffix in (".html", ".txt"):
            found |= set(_of_template(page.read_text(encoding="utf-8")))
    for module in (ROOT / "accord").rglob("*.py"):
        if "tests" not in module.parts and "gettext" in (text := module.read_text("utf-8")):
            found |= set(_of_module(text))
    return found


def faults() -> list[str]:
    """What is wrong with the catalogues, a sentence each."""
    wanted, found = used(), []
    languages = {po.parent.parent.name for po in catalogues()}
    for language in sorted(languages):
        mine = [po for po in catalogues() if po.parent.parent.name == language]
        said = {key: text for po in mine for key, text in read(po).items() if key}
        found += [f"{language}: not translated: {key!r}" for key in sorted(wanted - said.keys())]
        found += [f"{language}: nothing shows {key!r}" for key in sorted(said.keys() - wanted)]
        found += [f"{language}: empty: {key!r}" for key, text in said.items() if not text]
        found += [f"{language}: {key!r} lost a name in %()s" for key in _torn(said)]
    for po in catalogues():
        mo = po.with_suffix(".mo")
        if not mo.exists() or mo.read_bytes() != compiled(read(po)):
            found.append(f"{po.relative_to(ROOT)} is not compiled: run python tools/messages.py")
    return found


def _values(parts: dict[str, str], name: str) -> list[str]:
    return [text for key, text in sorted(parts.items()) if key.partition("[")[0] == name]


def _torn(said: dict[str, str]) -> list[str]:
    def names(text: str) -> set[str]:
        return set(re.findall(r"%\(\w+\)[sd]", text))

    return [key for key, text in said.items() if names(key) != names(text)]


def _of_module(text: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        name = node.func.id if isinstance(node.func, ast.Name) else name
        given = [each.value for each in node.args if isinstance(each, ast.Constant)]
        wanted = given[: CALLS.get(name, 0)]
        if wanted and len(wanted) == CALLS[name] and all(isinstance(each, str) for each in wanted):
            yield PLURAL.join(wanted)


def _of_template(text: str) -> Iterator[str]:
    for quote, said in re.findall(r"{%\s*translate\s+(['\"])(.*?)\1", text):
        assert quote
        yield said
    blocks = re.findall(
        r"{%\s*blocktranslate\b([^%]*)%}(.*?)(?:{%\s*plural\s*%}(.*?))?{%\s*endblocktranslate\s*%}",
        text,
        re.DOTALL,
    )
    for options, one, many in blocks:
        both = [_trimmed(part, options) for part in (one, many) if part]
        yield PLURAL.join(both)


def _trimmed(text: str, options: str) -> str:
    if "trimmed" in options:
        text = " ".join(line.strip() for line in text.strip().splitlines())
    return re.sub(r"{{\s*(\w+)\s*}}", r"%(\1)s", text.replace("%", "%%"))


def main() -> int:
    if "--check" in sys.argv[1:]:
        for fault in (found := faults()):
            print(fault)
        return 1 if found else 0
    for po in catalogues():
        po.with_suffix(".mo").write_bytes(compiled(read(po)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
