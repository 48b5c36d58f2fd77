import logging
import sys

import pytest

from accord.platform import logs


def line_of(error):
    record = logging.LogRecord(
        "accord.test", logging.ERROR, __file__, 1, "not done", None, error, "here"
    )
    record.job = 7
    return logs.LineFormatter().format(record)


def test_a_line_tells_kinds_and_places_of_errors_but_never_what_they_quote():
    try:
        try:
            int("ana@acme.example")
        except ValueError as first:
            raise KeyError("Ana Alvarez") from first
    except KeyError:
        line = line_of(sys.exc_info())
    head, last, first = line.splitlines()
    assert head.endswith("ERROR accord.test: not done")
    assert last.strip().startswith("KeyError at platform/tests/test_logs.py:")
    assert first.strip().startswith("ValueError at platform/tests/test_logs.py:")
    assert first.endswith(" job=7")
    assert "acme" not in line
    assert "Alvarez" not in line


def test_an_error_that_hides_the_one_before_is_told_alone():
    with pytest.raises(ValueError, match="second") as raised:
        try:
            raise KeyError("first")
        except KeyError:
            raise ValueError("second") from None
    assert "KeyError" not in line_of((raised.type, raised.value, raised.tb))
