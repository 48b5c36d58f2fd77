import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.engine import colours
from accord.engine.errors import Unreadable


@pytest.mark.parametrize(
    ("said", "read"), [("#1F6FEB", "#1f6feb"), (" 1f6feb ", "#1f6feb"), ("#fa0", "#ffaa00")]
)
def test_a_colour_is_read_in_the_ways_people_write_it(said, read):
    assert colours.read(said) == read


@pytest.mark.parametrize("said", ["", "blue", "#12345", "#12345g", "#1f6feb;}*{", "rgb(1,2,3)"])
def test_what_is_no_colour_is_refused_with_an_example(said):
    with pytest.raises(Unreadable, match="#1f6feb"):
        colours.read(said)


def test_black_and_white_are_as_far_apart_as_can_be():
    assert colours.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert colours.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@given(st.integers(0, 0xFFFFFF))
def test_whatever_colour_a_company_has_its_text_is_readable(number):
    made = colours.shades(f"#{number:06x}")
    assert colours.contrast(made.on_ground, made.ground) >= colours.READABLE
    assert colours.contrast(made.on_ground, made.pressed) >= colours.READABLE
    assert colours.contrast(made.on_light, "#ffffff") >= colours.READABLE
    assert colours.contrast(made.on_dark, "#26282d") >= colours.READABLE


def test_a_colour_that_is_readable_already_stays():
    assert colours.shades("#0b5394").on_light == "#0b5394"
