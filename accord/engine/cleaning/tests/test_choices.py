import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.engine import reference
from accord.engine.cleaning import choices, wording
from accord.engine.errors import Unreadable

PRICE_LIST = (
    *("GTX Basic", "GTX Pro", "MG Special", "MG Advanced", "GTX Plus Pro", "GTX Plus Basic"),
    "GTK 500",
)
STAGES = ("Prospecting", "Qualified", "Engaging", "Closed won", "Closed lost", "Subscribed")


@pytest.mark.parametrize(
    ("text", "among", "meant"),
    [
        ("GTXPro", PRICE_LIST, "GTX Pro"),
        ("gtx-pro", PRICE_LIST, "GTX Pro"),
        ("MG Speical", PRICE_LIST, "MG Special"),
        ("technolgy", reference.industries(), "Technology"),
        ("Telecomunications", reference.industries(), "Telecommunications"),
        ("Food & Beverages", reference.industries(), "Food and beverages"),
        ("Philipines", reference.country_names(), "Philippines"),
        ("Untied States", reference.country_names(), "United States"),
        ("Germny", reference.country_names(), "Germany"),
        ("Cote d Ivoire", reference.country_names(), "Côte d'Ivoire"),
        ("Wno", ("Won", "Lost"), "Won"),
        ("Lots", ("Won", "Lost"), "Lost"),
        ("Leed", ("Lead", "Customer"), "Lead"),
        ("Los", ("Won", "Lost"), "Lost"),
        ("Wonn", ("Won", "Lost"), "Won"),
        ("Omna", reference.country_names(), "Oman"),
    ],
)
def test_a_slip_of_the_pen_is_recognised(text, among, meant):
    found = choices.closest(text, among)
    assert found is not None
    assert found.choice == meant
    assert (0.8 if len(text) > 4 else 0.6) < found.score <= 1


@pytest.mark.parametrize(
    ("text", "among"),
    [
        ("", PRICE_LIST),
        ("-", PRICE_LIST),
        ("GTX", PRICE_LIST),
        ("GTX Plus", PRICE_LIST),
        ("GTK 400", PRICE_LIST),
        ("GTK 50", PRICE_LIST),
        ("GTK", PRICE_LIST),
        ("MG Standard", PRICE_LIST),
        ("XTX Pro", PRICE_LIST),
        ("GTX Promo", PRICE_LIST),
        ("Unqualified", STAGES),
        ("Disqualified", STAGES),
        ("Unsubscribed", STAGES),
        ("Won", STAGES),
        ("Lost", STAGES),
        ("Closed", STAGES),
        ("Hardware", ("Software", "Services")),
        ("Media", ("Medical", "Marketing")),
        ("Whole sail", reference.industries()),
        ("Rental", reference.industries()),
        ("Unknown", reference.industries()),
        ("Other", reference.industries()),
        ("Niger", ("Nigeria", "Germany")),
        ("Austria", ("Australia", "Asia")),
        ("Iran", ("Iraq", "Oman")),
        ("Ireland", ("Iceland", "Norway")),
        ("Gambia", ("Zambia", "Kenya")),
        ("Slovakia", ("Slovenia", "Serbia")),
        ("North Korea", ("South Korea", "Japan")),
        ("Dominica", ("Dominican Republic", "Cuba")),
        ("Atlantis", reference.country_names()),
        ("Narnia", reference.country_names()),
        ("EMEA", reference.country_names()),
        ("Remote", reference.country_names()),
        ("B2B", ("B2C", "B2G")),
        ("Regional", ("National", "Rational")),
        ("Model 12", ("Model 11", "Model 13")),
        ("Grade", ("Grace", "Grape")),
        ("x" * 500, PRICE_LIST),
        ("SAL", ("SQL", "MQL")),
        ("Mal", ("Mali", "Malta")),
        ("Wn", ("Won", "Lost")),
        ("B2B", ("B2", "B2C")),
        ("Lead", ("Load", "Lend")),
        ("EUR", ("EU", "EURO")),
    ],
)
def test_nonsense_is_not_proposed(text, among):
    assert choices.closest(text, among) is None


def test_no_shipped_name_is_taken_for_another():
    among = reference.industries() + reference.country_names()
    found = [choices.read(each.upper(), among) for each in among]
    assert list(map(wording.folded, found)) == list(map(wording.folded, among))


def test_signs_count_where_nothing_else_tells_choices_apart():
    languages = ("C", "C++", "C#", "Java")
    assert choices.read("C++", languages) == "C++"
    assert choices.read("JAVA", languages) == "Java"
    assert choices.read("c", languages) == "C"
    with pytest.raises(Unreadable, match="is not one of the choices"):
        choices.read("C.", languages)


def test_an_unknown_choice_is_refused_with_the_closest():
    with pytest.raises(Unreadable, match="Did you mean GTX Pro"):
        choices.read("GTX Prro", PRICE_LIST)
    with pytest.raises(Unreadable, match="Choose one of the list, or add it there"):
        choices.read("Widget", PRICE_LIST)


@given(st.text(max_size=30), st.lists(st.text(max_size=12), max_size=6).map(tuple))
def test_a_proposal_is_always_one_of_the_choices(text, among):
    found = choices.closest(text, among)
    assert found is None or (found.choice in among and 0 < found.score <= 1)
