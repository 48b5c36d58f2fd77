"""Where a word is heard in all that an instance keeps: a dump, its files, the lake, the logs."""

from __future__ import annotations

import gzip
import subprocess
import tarfile
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import duckdb

from accord.platform.running import postgres
from tests.instance import Instance

CLUSTER = "postgres"  # the server's own files: what is deleted there waits to be written over


def everywhere(instance: Instance, *words: str) -> dict[str, set[str]]:
    """Where one of the words is heard, by kind of place: tables of a dump, files, the lake's."""
    low = [word.encode().lower() for word in words]
    sounds = (*low, *(each.hex().encode() for each in low))
    made = instance.run("backup")
    assert made.returncode == 0, made.stderr
    file = Path(made.stdout.split("  ")[0])
    found = dict(_in_backup(file, sounds))
    file.unlink()
    lake = instance.data / "lake"
    found["lake"] = {name for word in words for name in _in_lake(lake, word)}
    found["file"] = {
        str(path.relative_to(instance.data))
        for path in instance.data.rglob("*")
        if CLUSTER not in path.parts and path.is_file() and _sounds(path, sounds)
    }
    return found


def tables(file: Path, *words: str) -> dict[str, list[str]]:
    """The rows of a backup's dump that say one of the words, by table, sorted."""
    sounds = tuple(word.encode().lower() for word in words)
    found: dict[str, list[str]] = {}
    with tarfile.open(file) as archive:
        for table, row in _rows(_member(archive, "database.dump")):
            if any(sound in row.lower() for sound in sounds):
                found.setdefault(table, []).append(row.decode())
    return {table: sorted(rows) for table, rows in found.items()}


def _in_backup(file: Path, sounds: tuple[bytes, ...]) -> Iterator[tuple[str, set[str]]]:
    with tarfile.open(file) as archive:
        rows = _rows(_member(archive, "database.dump"))
        yield "dump", {table for table, row in rows if _any(row, sounds)}
        rest = [name for name in archive.getnames() if name != "database.dump"]
        yield "backup", {name for name in rest if _any(_member(archive, name), sounds)}


def _member(archive: tarfile.TarFile, name: str) -> bytes:
    inside = archive.extractfile(name)
    return inside.read() if inside else b""


def _rows(dump: bytes) -> Iterator[tuple[str, bytes]]:
    """Every line of a dump as SQL, with the table whose rows it is among."""
    tool = postgres.binaries() / "pg_restore"
    done = subprocess.run([tool, "-f", "-"], input=dump, capture_output=True, check=True)
    table = ""
    for line in done.stdout.splitlines():
        if line.startswith(b"COPY "):
            table = line.split()[1].decode().removeprefix("public.")
        elif line == rb"\.":
            table = ""
        else:
            yield table, line


def _in_lake(lake: Path, word: str) -> Iterator[str]:
    """Files of Parquet of which a row says the word. They are compressed, so they are read."""
    with duckdb.connect() as database:
        for path in sorted(lake.rglob("*.parquet")):
            sql = "SELECT count(*) FROM read_parquet(?) AS r WHERE r::VARCHAR ILIKE ?"
            row = database.execute(sql, [str(path), f"%{word}%"]).fetchone()
            if row and row[0]:
                yield path.name


def _sounds(path: Path, sounds: tuple[bytes, ...]) -> bool:
    text = path.read_bytes()
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(BytesIO(text)) as archive:
            text += b"".join(map(archive.read, archive.namelist()))
    elif text.startswith(b"\x1f\x8b"):
        text += gzip.decompress(text)
    return _any(str(path).encode(), sounds) or _any(text, sounds)


def _any(text: bytes, sounds: tuple[bytes, ...]) -> bool:
    return any(sound in text.lower() for sound in sounds)
