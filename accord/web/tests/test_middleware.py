import pytest

from accord.web.http import number

pytestmark = pytest.mark.django_db


def test_a_character_no_column_keeps_is_refused_with_a_sentence(client, ben):
    client.force_login(ben)
    for path, body in (("/contacts/?q=a%00b", None), ("/contacts/?a%00b=1", None)):
        answer = client.get(path, body)
        assert answer.status_code == 422
        assert b"cannot be kept" in answer.content
        assert "Nothing was changed" not in answer.text  # it was only asked for
        assert 'href="/contacts/">Show without filters' in answer.text
    answer = client.post("/contacts/new/", {"last_name": "A\0"})
    assert (answer.status_code, b"cannot be kept" in answer.content) == (422, True)
    assert "Nothing was changed." in answer.text


@pytest.mark.parametrize(
    ("text", "meant"),
    [("7", 7), ("", None), ("-7", None), ("7.0", None), ("9" * 19, None), ("9" * 5_000, None)],
)
def test_a_number_is_one_that_the_database_counts(text, meant):
    assert number(text) == meant
