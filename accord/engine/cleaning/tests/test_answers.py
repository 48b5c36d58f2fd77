import pytest

from accord.engine.cleaning import answers
from accord.engine.errors import Unreadable


@pytest.mark.parametrize(
    "text",
    ["yes", "Y", "TRUE", "1", "on", "x", "✓", "Ja", "wahr", "oui", "VRAI", "sí", " ja. "],
)
def test_yes_is_understood_in_four_languages(text):
    assert answers.read(text) is True


@pytest.mark.parametrize(
    "text", ["no", "N", "False", "0", "off", "Nein", "falsch", "non", "FAUX", "falso", " no\u00a0"]
)
def test_no_is_understood_in_four_languages(text):
    assert answers.read(text) is False


@pytest.mark.parametrize("text", ["", "maybe", "2", "-1", "yesno", "y" * 1000])
def test_anything_else_is_refused(text):
    with pytest.raises(Unreadable, match="is not a yes or no"):
        answers.read(text)
