"""What the channels of the demo company really caused, in a file that no report reads."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from accord.engine import simulator
from accord.engine.simulator import World


def write(world: World) -> Path:
    """Play the company again without each channel, and keep what is missing then as JSON."""
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{world.seed}-{world.size.value}.json"
    path.write_text(simulator.text(simulator.truth(world.seed, world.size, world.now)))
    return path


def forget(seed: int) -> None:
    """Take the files of a seed away, and the folder where it is empty then."""
    for path in _folder().glob(f"{seed}-*.json"):
        path.unlink()
    if _folder().is_dir() and not any(_folder().iterdir()):
        _folder().rmdir()


def _folder() -> Path:
    return Path(settings.DATA) / "truth"
