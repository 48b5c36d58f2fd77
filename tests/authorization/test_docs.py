from pathlib import Path

import pytest

from accord.platform.access import permissions

PAGE = Path(__file__).parents[2] / "docs" / "permissions.md"


@pytest.mark.parametrize("name", permissions.PERMISSIONS)
def test_every_permission_is_documented(name):
    assert f"| `{name}` |" in PAGE.read_text()
