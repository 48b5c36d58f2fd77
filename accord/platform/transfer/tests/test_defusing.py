"""Cells that begin like formulas get out defused and come back as they were."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.platform.transfer.reading import defusing

STARTS = '=+-@\t\r;,"|%＝＋－＠'


@pytest.mark.parametrize("start", STARTS)
def test_every_start_of_a_formula_is_defused(start):
    assert defusing.defuse(f"{start}SUM(A1)") == f"'{start}SUM(A1)"
    assert defusing.defuse(f"  {start}SUM(A1)").startswith("'")


@pytest.mark.parametrize("text", ["+49301234567", "-12.5", "Ana", "", "'s-Gravenhage", "a=b"])
def test_what_is_harmless_stays_as_it_is(text):
    assert defusing.defuse(text) == text


@given(st.text(alphabet=st.sampled_from([*STARTS, "'", " ", "a", "1"]), max_size=8))
def test_what_was_defused_comes_back(text):
    assert defusing.undo(defusing.defuse(text)) == text
