from accord.engine import likeness


def test_an_address_is_near_when_one_key_slipped():
    near = likeness.near("ana.berg@acme.example")
    assert {
        "anna.berg@acme.example", "an.berg@acme.example", "ana.breg@acme.example",
        "ana.burg@acme.example", "ana.berg@acne.example", "ana.berg@acm.example",
    } <= near  # fmt: skip
    assert "ana.berg@acme.example" not in near
    assert not {"anna.burg@acme.example", "bo.berg@acme.example", "ana.berg@acme.com"} & near


def test_what_is_too_short_or_no_address_is_near_nothing():
    assert likeness.near("nobody") == likeness.near("@acme.example") == set()
    assert all(each.startswith("ab@") for each in likeness.near("ab@acme.example"))
