from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from accord.people import contacts, fields
from accord.people.fields import Choice, Field, Kind, Money, custom_fields, filters
from accord.people.models import Contact, CustomField
from accord.platform.access import permissions
from accord.platform.trail import history


@pytest.fixture
def budget(db, olga):
    return custom_fields.add("contact", label="Budget (2027)", kind="money", by=olga)


def test_the_catalogue_has_built_in_then_custom_fields(budget):
    names = list(fields.catalogue("contact"))
    assert names[:3] == ["name", "first_name", "last_name"]
    assert names[-1] == "budget_2027"
    found = fields.field("contact", "budget_2027")
    assert (found.kind, found.path, found.custom) == (Kind.MONEY, "custom__budget_2027", True)
    with pytest.raises(fields.UnknownField, match="no field “budget_2027” on a company"):
        fields.field("company", "budget_2027")


def test_every_column_of_the_catalogue_exists(db):
    for noun in ("contact", "company"):
        for each in fields.catalogue(noun).values():
            if each.sortable:
                filters.sort(noun, each.name)
            assert each.label and each.group


@pytest.mark.parametrize(
    ("kind", "written", "forms"),
    [
        ("text", " two  words ", ("two  words", "two  words")),
        ("number", "1234.5", (1234.5, "1,234.5")),
        ("number", "12", (12, "12")),
        ("money", "99.90 USD", ({"amount": 99.9, "currency": "USD"}, "$99.90")),
        ("money", "100", ({"amount": 100, "currency": "EUR"}, "€100")),
        ("date", "2026-03-31", ("2026-03-31", "31 Mar 2026")),
        ("choice", "large", ("Large", "Large")),
        ("choices", "small; LARGE; small", (["Small", "Large"], "Small, Large")),
        ("boolean", "yes", (True, "Yes")),
        ("boolean", "no", (False, "No")),
        ("url", "acme.example/x", ("https://acme.example/x", "https://acme.example/x")),
        ("email", "Ana@ACME.example", ("ana@acme.example", "ana@acme.example")),
        ("phone", "030 1234567", ("+49301234567", None)),
    ],
)
def test_every_kind_of_custom_field_keeps_and_shows_its_values(
    olga, ana, mia, kind, written, forms
):
    kept, shown = forms
    choices = ["Small", "Large"] if kind.startswith("choice") else []
    custom_fields.add("contact", label="Extra", kind=kind, choices=choices, by=olga)
    contacts.change(ana, values={"extra": written}, by=mia)
    ana.refresh_from_db()
    assert ana.custom == {"extra": kept}
    field = fields.field("contact", "extra")
    value = fields.read(ana, field)
    assert fields.to_json(value) == kept
    assert shown is None or fields.show(field, value) == shown
    assert fields.clean(field, value) == value
    contacts.change(ana, values={"extra": written}, by=mia)
    assert ana.version == 2
    contacts.change(ana, values={"extra": ""}, by=mia)
    assert ana.custom == {} and fields.show(field, fields.read(ana, field)) == ""
    assert [c.new for c in history.of(ana, "extra")][1] == kept


@pytest.mark.parametrize(
    ("written", "number"), [("1,200", 1200), ("1.234,56", Decimal("1234.56")), ("10k", 10_000)]
)
def test_numbers_are_read_as_pages_show_them(written, number):
    field = Field("contact", "x", "Seats", Kind.NUMBER, "x")
    assert fields.parse(field, written) == number
    with pytest.raises(fields.Unreadable, match="can be 1200 or"):
        fields.parse(field, "1.200")


def test_a_colleague_is_kept_by_id_and_shown_by_name(olga, ana, mia):
    custom_fields.add("contact", label="SDR", kind="person", by=olga)
    field = fields.field("contact", "sdr")
    for value in (mia, str(mia.pk), "mia", "mia@accord.example"):
        contacts.change(ana, values={"sdr": None}, by=olga)
        contacts.change(ana, values={"sdr": value}, by=olga)
        assert ana.custom == {"sdr": mia.pk}
    assert fields.show(field, mia.pk) == "Mia"


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        ("number", "many"),
        ("number", "1000000000000"),
        ("money", "a lot"),
        ("date", "someday"),
        ("choice", "Huge"),
        ("choices", "Small; Huge"),
        ("boolean", "maybe"),
        ("url", "javascript:alert(1)"),
        ("email", "ana at acme"),
        ("phone", "call me"),
        ("person", "Nobody Known"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(olga, ana, mia, kind, written):
    choices = ["Small", "Large"] if kind.startswith("choice") else []
    custom_fields.add("contact", label="Extra", kind=kind, choices=choices, by=olga)
    with pytest.raises(fields.Unreadable, match=r"^Extra: .+\.$"):
        contacts.change(ana, values={"extra": written}, by=mia)
    assert Contact.objects.get().custom == {}


def test_code_that_gives_a_wrong_type_is_a_bug(db):
    with pytest.raises(TypeError):
        fields.clean(fields.field("contact", "acquired_at"), 3)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Kind.NUMBER, Decimal("0.1")),
        (Kind.NUMBER, Decimal("123456789012.345678")),
        (Kind.MONEY, Money(Decimal("99999999999999.99"), "EUR")),
        (Kind.DATE, date(2026, 3, 31)),
        (Kind.DATETIME, datetime(2026, 3, 31, 12, tzinfo=UTC)),
        (Kind.TAGS, ("a", "b")),
        (Kind.BOOLEAN, False),
        (Kind.TEXT, "x"),
    ],
)
def test_values_survive_json(kind, value):
    field = Field("contact", "x", "X", kind, "x")
    assert fields.from_json(field, fields.to_json(value)) == value


def test_names_come_from_labels_and_never_change(olga):
    made = custom_fields.add("contact", label="Größe der Firma", kind="text", by=olga)
    assert made.name == "grosse_der_firma"
    custom_fields.rename(made, label="Size", by=olga)
    made.refresh_from_db()
    assert (made.name, made.label) == ("grosse_der_firma", "Size")
    assert fields.field("contact", "grosse_der_firma").label == "Size"
    assert custom_fields.add("contact", label="2nd line", kind="text", by=olga).name == "f_2nd_line"


@pytest.mark.parametrize("label", ["Email", "contains", "Exact", "isnull", "Budget 2027"])
def test_names_that_are_taken_or_mean_something_else_are_refused(budget, olga, label):
    with pytest.raises(custom_fields.NameTaken):
        custom_fields.add("contact", label=label, kind="text", by=olga)


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"label": "  "}, custom_fields.Unlabelled),
        ({"label": "!!!"}, custom_fields.Unlabelled),
        ({"kind": "poem"}, custom_fields.UnknownKind),
        ({"kind": "choice"}, custom_fields.NeedsChoices),
        ({"kind": "choice", "choices": ["A", "a"]}, custom_fields.NeedsChoices),
    ],
)
def test_a_field_needs_a_label_a_kind_and_choices(olga, change, refusal):
    with pytest.raises(refusal):
        custom_fields.add("contact", **({"label": "X", "kind": "text"} | change), by=olga)
    assert not CustomField.objects.exists()


def test_choices_keep_their_values_under_new_labels(olga, ana, mia):
    size = custom_fields.add(
        "contact", label="Size", kind="choice", choices=["Small", "Large"], by=olga
    )
    contacts.change(ana, values={"size": "Large"}, by=mia)
    custom_fields.rename_choice(size, value="Large", label="Enterprise", by=olga)
    field = fields.field("contact", "size")
    assert fields.show(field, fields.read(ana, field)) == "Enterprise"
    assert fields.parse(field, "enterprise") == "Large"
    custom_fields.set_choices(size, choices=["Enterprise", "Tiny"], by=olga)
    assert fields.field("contact", "size").choices == (
        Choice("Large", "Enterprise"),
        Choice("Tiny", "Tiny"),
    )


def test_an_archived_field_keeps_its_values(budget, ana, mia, olga):
    contacts.change(ana, values={"budget_2027": "100"}, by=mia)
    custom_fields.archive(budget, by=olga)
    custom_fields.archive(budget, by=olga)
    with pytest.raises(fields.UnknownField):
        contacts.change(ana, values={"budget_2027": "200"}, by=mia)
    with pytest.raises(custom_fields.NameTaken, match="Bring that one back"):
        custom_fields.add("contact", label="Budget 2027", kind="text", by=olga)
    custom_fields.bring_back(budget, by=olga)
    assert fields.read(ana, fields.field("contact", "budget_2027")).amount == 100


def test_fields_are_put_into_an_order(budget, olga):
    custom_fields.add("contact", label="Size", kind="text", by=olga)
    custom_fields.reorder("contact", names=["size", "budget_2027"], by=olga)
    assert list(fields.catalogue("contact"))[-2:] == ["size", "budget_2027"]


@pytest.mark.parametrize(
    "act",
    [
        lambda f, by: custom_fields.add("contact", label="X", kind="text", by=by),
        lambda f, by: custom_fields.rename(f, label="X", by=by),
        lambda f, by: custom_fields.set_choices(f, choices=["X"], by=by),
        lambda f, by: custom_fields.rename_choice(f, value="a", label="X", by=by),
        lambda f, by: custom_fields.reorder("contact", names=[f.name], by=by),
        lambda f, by: custom_fields.archive(f, by=by),
        lambda f, by: custom_fields.bring_back(f, by=by),
    ],
)
def test_only_who_manages_settings_changes_fields(budget, mia, act):
    with pytest.raises(permissions.Forbidden):
        act(budget, mia)
    found = CustomField.objects.get()
    assert (found.label, found.archived_at, found.choices) == ("Budget (2027)", None, [])


def test_higher_folders_offer_fields_with_choices_from_the_database(db, monkeypatch):
    monkeypatch.setitem(fields._offered, "case", lambda: ())
    calls = []

    def offered():
        calls.append(1)
        return [Field("case", "name", "Name", Kind.TEXT, "name")]

    fields.offer("case", offered)
    assert not calls
    assert list(fields.catalogue("case")) == ["name"]
    assert "case" in fields.nouns()
