import pytest

from accord.engine.capture import landings, rules
from accord.engine.capture.rules import How, Part, Rule


def _landed(query="", referrer="", path="/"):
    return landings.read(f"https://acme.example{path}{query}", referrer)


@pytest.mark.parametrize(
    ("part", "how", "words", "landing", "fits"),
    [
        (Part.SOURCE, How.IS, ["Acme  News"], _landed("?utm_source=acme+news"), True),
        (Part.SOURCE, How.IS, ["acme"], _landed("?utm_source=acme+news"), False),
        (Part.SOURCE, How.STARTS, ["acme"], _landed("?utm_source=acme+news"), True),
        (Part.SOURCE, How.STARTS, ["news"], _landed("?utm_source=acme+news"), False),
        (Part.SOURCE, How.CONTAINS, ["NEWS"], _landed("?utm_source=acme+news"), True),
        (Part.MEDIUM, How.ONE_OF, ["fax", "poster"], _landed("?utm_medium=Poster"), True),
        (Part.MEDIUM, How.ONE_OF, ["fax", "poster"], _landed("?utm_medium=posters"), False),
        (Part.CAMPAIGN, How.STARTS, ["fair-"], _landed("?utm_campaign=Fair-2026"), True),
        (Part.CLICK, How.IS, ["fbclid"], _landed("?fbclid=1"), True),
        (Part.REFERRER, How.IS, ["www.Fair.example"], _landed("", "https://fair.example/x"), True),
        (Part.REFERRER, How.IS, ["fair.example"], _landed("", "https://x.fair.example"), False),
        (Part.PATH, How.IS, ["/go/radio"], _landed(path="/go/radio/"), True),
        (Part.PATH, How.IS, ["/"], _landed(), True),
        (Part.PATH, How.STARTS, ["/go/"], _landed(path="/go/radio"), True),
        (Part.PATH, How.STARTS, ["/go/"], _landed(path="/go"), True),
        (Part.PATH, How.STARTS, ["/de/"], _landed(path="/demo"), False),
        (Part.PATH, How.STARTS, ["/de"], _landed(path="/demo"), True),
        (Part.PATH, How.STARTS, ["/"], _landed(), True),
        (Part.PATH, How.CONTAINS, ["/de/"], _landed(path="/x/demo"), False),
        (Part.PATH, How.CONTAINS, ["/de/"], _landed(path="/x/de"), True),
        (Part.PATH, How.ONE_OF, ["/go/", "/de/"], _landed(path="/de"), True),
        (Part.PATH, How.IS, ["/go"], _landed("", "https://acme.example/", "/go"), False),
        (Part.SOURCE, How.CONTAINS, [""], _landed("?utm_source=acme"), False),
        (Part.SOURCE, How.IS, [""], _landed(), False),
    ],
)  # fmt: skip
def test_a_rule_fits_what_it_says(part, how, words, landing, fits):
    assert rules.fits(Rule(part, how, tuple(words), "email"), landing) is fits


def test_the_first_rule_that_fits_decides():
    wide = Rule(Part.SOURCE, How.CONTAINS, ("news",), "email")
    narrow = Rule(Part.SOURCE, How.IS, ("newsroom",), "pr")
    landing = _landed("?utm_source=newsroom")
    assert rules.first([wide, narrow], landing) == wide
    assert rules.first([narrow, wide], landing) == narrow
    assert rules.first([narrow], _landed("?utm_source=x")) is None
