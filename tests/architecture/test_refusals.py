"""What the trade refuses is told in a sentence people can act on: the docstring of its class."""

import importlib
import pkgutil

import pytest

import accord
from accord.engine.errors import Refused

for module in pkgutil.walk_packages(accord.__path__, "accord."):
    if ".tests" not in module.name and module.name not in ("accord.asgi", "accord.testing"):
        importlib.import_module(module.name)


def _refusals(of=Refused):
    for each in of.__subclasses__():
        if each.__module__.startswith("accord.") and ".tests." not in each.__module__:
            yield each
            yield from _refusals(each)


@pytest.mark.parametrize("refusal", list(_refusals()), ids=lambda each: each.__qualname__)
def test_a_refusal_is_a_sentence(refusal):
    sentence = str(refusal.__doc__ or "").strip().partition("\n\n")[0]
    ends = sentence.endswith(".") or ": accord " in sentence  # or with the command to type
    assert sentence[:1].isupper() and ends, sentence
    assert 15 <= len(sentence) <= 220, sentence


def test_refusals_are_found():
    assert len(list(_refusals())) > 60
