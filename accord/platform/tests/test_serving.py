"""Commands learn where Accord runs from who runs it, for as long as it does."""

import os

from accord.platform.running import serving


def test_the_address_is_told_while_somebody_holds_it(tmp_path):
    assert serving.address(tmp_path / "none") == ""
    first = serving.announce(tmp_path, "http://localhost:8417")
    assert serving.address(tmp_path) == "http://localhost:8417"
    assert serving.announce(tmp_path, "http://localhost:8500") is None
    assert serving.address(tmp_path) == "http://localhost:8417"
    os.close(first)
    assert serving.address(tmp_path) == ""
    second = serving.announce(tmp_path, "http://localhost:1")
    assert serving.address(tmp_path) == "http://localhost:1"
    os.close(second)
