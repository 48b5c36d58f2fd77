"""Lists: filters, sort, columns, views, peek and editing in place, by link and form."""

import re
from html import unescape

import pytest

from accord.people import contacts, lifecycle
from accord.platform import views
from accord.platform.models import FieldChange

pytestmark = pytest.mark.django_db
HX = {"HX-Request": "true"}


@pytest.fixture
def people(mia, acme):
    lifecycle.ensure()
    values = [
        {"first_name": "Ana", "last_name": "Ruiz", "email": "ana@acme.example", "source": "fair"},
        {"first_name": "Udo", "last_name": "Veit", "email": "udo@veit.example"},
    ]
    return [contacts.create(values=each, by=mia) for each in values]


@pytest.fixture
def signed_in(client, mia):
    client.force_login(mia)
    return client


def test_a_list_is_filtered_sorted_and_searched_by_its_address(signed_in, people):
    page = signed_in.get("/contacts/?f=source:is:fair").text
    assert "Ana Ruiz" in page and "Udo Veit" not in page and "Source <b>is fair</b>" in page
    page = signed_in.get("/contacts/?sort=-name").text
    assert page.index("Udo Veit") < page.index("Ana Ruiz")
    assert "Udo Veit" not in signed_in.get("/contacts/?q=ruiz").text


def test_a_filter_that_makes_no_sense_is_said_in_words(signed_in, people):
    answer = signed_in.get("/contacts/?f=salary:is:much")
    assert answer.status_code == 422 and "salary" in answer.text


def test_htmx_gets_the_rows_alone(signed_in, people):
    answer = signed_in.get("/contacts/", headers=HX | {"HX-Target": "div#rows"})
    assert "<h1>" not in answer.text and 'id="rows"' in answer.text


def test_columns_are_chosen_and_kept_in_the_address(signed_in, people):
    answer = signed_in.get("/contacts/columns/?query=sort%3Dname&column=email&column=city")
    assert answer.url == "/contacts/?sort=name&columns=email%2Ccity"
    assert "City" in signed_in.get(answer.url).text


def test_a_filter_is_made_in_a_dialog(signed_in, people):
    page = signed_in.get("/contacts/filter/?field=stage&op=is&query=sort%3Dname").text
    assert '<option value="lead"' in page
    answer = signed_in.get("/contacts/filter/add/?field=stage&op=is&value=lead&query=sort%3Dname")
    assert answer.url == "/contacts/?sort=name&f=stage%3Ais%3Alead"


def test_a_view_is_saved_changed_and_shown(signed_in, people, mia):
    made = signed_in.post("/contacts/views/", {"name": "Fair", "query": "f=source%3Ais%3Afair"})
    page = signed_in.get(made.url).text
    assert "Udo Veit" not in page and ">Fair</a>" in page
    (view,) = views.usable("contact", mia)
    signed_in.post(f"/contacts/views/{view.pk}/", {"query": "sort=name"})
    assert "Udo Veit" in signed_in.get(made.url).text


def test_a_view_is_renamed_shared_and_deleted(signed_in, people, mia, ben, client):
    made = signed_in.post("/contacts/views/", {"name": "Fair", "query": "f=source%3Ais%3Afair"})
    (view,) = views.usable("contact", mia)
    at = f"/contacts/views/{view.pk}"
    page = signed_in.get(made.url).text
    assert f"{at}/name/" in page and "Share with everybody" in page
    assert 'value="Fair"' in signed_in.get(f"{at}/name/").text
    signed_in.post(f"{at}/name/", {"name": "Fair 2026"})
    assert ">Fair 2026</a>" in signed_in.get("/contacts/").text
    signed_in.post(f"{at}/sharing/", {"shared": "1"})
    assert views.usable("contact", ben) == [view]
    client.force_login(ben)
    assert client.get(f"{at}/name/").status_code == 403
    assert f"{at}/name/" not in client.get(f"/contacts/?view={view.pk}").text
    client.force_login(mia)
    assert "Everybody uses it" in signed_in.get(f"{at}/delete/").text
    signed_in.post(f"{at}/delete/")
    assert views.usable("contact", ben) == []


def test_a_changed_view_says_so_until_it_is_saved_or_reset(signed_in, people):
    made = signed_in.post("/contacts/views/", {"name": "Fair", "query": "f=source%3Ais%3Afair"})
    assert "Changed" not in signed_in.get(made.url).text
    without = re.search(r'class="x" href="([^"]+)"', signed_in.get(made.url).text)[1]
    page = signed_in.get("/contacts/" + unescape(without)).text
    assert "Udo Veit" in page and ">Changed<" in page and ">Save view<" in page
    assert f'href="{made.url.removeprefix("/contacts/")}">Reset' in page


def test_a_list_without_a_view_offers_to_become_one(signed_in, people):
    page = signed_in.get("/contacts/?f=source:is:fair").text
    assert ">Changed<" in page and 'href="?f=">Reset' in page
    assert ">Changed<" not in signed_in.get("/contacts/?f=owner%3Ais%3Ame").text
    page = signed_in.get("/contacts/?f=owner%3Ais%3Ame&columns=city").text
    assert ">Changed<" in page and 'href="?f=owner%3Ais%3Ame">Reset' in page


def test_a_second_key_orders_within_the_first(signed_in, people, mia):
    again = {"first_name": "Bo", "last_name": "Zorn", "source": "fair", "email": "bo@b.example"}
    contacts.create(values=again, by=mia)
    answer = signed_in.get("/contacts/order/?by=source&down=1&by=name&down=&query=columns%3Dsource")
    assert answer.url == "/contacts/?columns=source&sort=-source%2Cname"
    page = signed_in.get(answer.url).text
    assert page.index("Ana Ruiz") < page.index("Bo Zorn") < page.index("Udo Veit")
    assert "Source, then Name" in page and page.count("aria-sort") == 1
    assert 'data-also="?sort=-source%2C-name&amp;columns=source"' in page


def test_columns_move_and_keep_their_widths_and_density(signed_in, people):
    asked = "column=email&column=city&later=email&width-city=120&density=compact&size=25"
    answer = signed_in.get(f"/contacts/columns/?{asked}")
    assert answer.url == "/contacts/?columns=city%2Cemail&widths=city%3A120&density=compact&size=25"
    page = signed_in.get(answer.url).text
    heads = page.partition("<thead>")[2]
    assert heads.index(">City<") < heads.index(">E-mail<")
    assert 'style="--w:120px"' in page and 'class="table compact"' in page
    made = signed_in.post("/contacts/views/", {"name": "Mine", "query": answer.url.split("?")[1]})
    assert 'style="--w:120px"' in signed_in.get(made.url).text
    assert "sized" not in signed_in.get("/contacts/?columns=city&widths=city:wide,nothing:90").text


def test_a_list_nothing_fits_says_what_to_drop(signed_in, people):
    page = signed_in.get("/contacts/?f=source:is:fair&f=city:is:Nowhere&q=ruiz").text
    found = re.findall(r'<a class="btn" href="([^"]+)">([^<]+)<span class="count">(\d+)', page)
    assert found == [("?q=ruiz&amp;f=source%3Ais%3Afair", "City is Nowhere", "1")]
    page = signed_in.get("/contacts/?f=city:is:Nowhere&f=source:is:nothing").text
    assert "Drop all of them" in page
    page = signed_in.get("/contacts/?page=9").text
    assert "The list ends before this page" in page and "Nothing fits" not in page


def test_searching_keeps_order_and_columns(signed_in, people):
    page = signed_in.get("/contacts/?sort=-name&columns=city").text
    assert '<input type="hidden" name="sort" value="-name">' in page
    assert '<input type="hidden" name="columns" value="city">' in page


def test_a_dialog_by_plain_link_is_a_page(signed_in, people):
    page = signed_in.get("/contacts/filter/").text
    assert "<h1>Filter contacts</h1>" in page and 'aria-labelledby="dialog-title"' not in page
    assert signed_in.get("/contacts/filter/", headers=HX).text.lstrip().startswith("<dialog")


def test_a_value_is_edited_where_it_stands(signed_in, people):
    ana = people[0]
    url = f"/contacts/{ana.pk}/fields/title/"
    assert 'name="version" value="1"' in signed_in.get(url, headers=HX).text
    answer = signed_in.post(url, {"value": "Buyer", "version": 1}, headers=HX)
    assert answer.status_code == 200 and "Buyer" in answer.text
    ana.refresh_from_db()
    assert ana.title == "Buyer"
    assert FieldChange.objects.filter(subject_id=ana.pk, field="title", new="Buyer").exists()


def test_a_stale_edit_shows_both_values_and_keeps_mine_on_demand(signed_in, people, olga):
    ana = people[0]
    contacts.change(ana, values={"title": "Director"}, by=olga)
    url = f"/contacts/{ana.pk}/fields/title/"
    answer = signed_in.post(url, {"value": "Buyer", "version": 1}, headers=HX)
    assert answer.status_code == 409 and "Director" in answer.text and "Buyer" in answer.text
    page = signed_in.post(url, {"value": "Buyer", "version": 1}).text
    assert (
        "<h1>Job title</h1>" in page and "Keep mine" in page and "Take theirs and go back" in page
    )
    assert signed_in.post(url, {"value": "Buyer", "version": 2}, headers=HX).status_code == 200


def test_a_bad_value_comes_back_with_a_sentence(signed_in, people):
    url = f"/contacts/{people[0].pk}/fields/email/"
    answer = signed_in.post(url, {"value": "not an address", "version": 1}, headers=HX)
    assert answer.status_code == 422 and "not an address" in answer.text


def test_a_seller_edits_only_what_is_theirs(client, ben, olga, people):
    contacts.change(people[0], values={"owner": olga.pk}, by=olga)
    client.force_login(ben)
    url = f"/contacts/{people[0].pk}/fields/title/"
    assert client.post(url, {"value": "X"}).status_code == 403
    assert f'data-edit="{url}"' not in client.get("/contacts/").text


def test_a_peek_and_a_new_record(signed_in, people):
    assert "ana@acme.example" in signed_in.get(f"/contacts/{people[0].pk}/peek/").text
    made = signed_in.post("/contacts/new/", {"first_name": "Kim", "email": "kim@kim.example"})
    assert made.status_code == 302
    assert "Kim" in signed_in.get(made.url).text
    twice = signed_in.post("/contacts/new/", {"first_name": "Kim", "email": "kim@kim.example"})
    assert twice.status_code == 422


@pytest.mark.parametrize("plural", ["contacts", "companies"])
def test_a_list_costs_few_queries(signed_in, people, plural, django_assert_max_num_queries):
    signed_in.get(f"/{plural}/")
    with django_assert_max_num_queries(8):
        signed_in.get(f"/{plural}/")


def test_many_are_changed_at_once_and_taken_back(signed_in, people, mia):
    ids = [each.pk for each in people]
    dialog = signed_in.post("/contacts/bulk/", {"id": ids, "field": "owner"}).text
    assert "Change 2 contacts" in dialog
    values = {"id": ids, "field": "owner", "value": mia.pk, "query": "sort=name"}
    answer = signed_in.post("/contacts/bulk/apply/", values)
    page = signed_in.get(answer.url).text
    assert "2 contacts changed." in page
    people[0].refresh_from_db()
    assert people[0].owner == mia
    contacts.change(people[1], values={"owner": None}, by=mia)
    pk = answer.url.rpartition("=")[2]
    undone = signed_in.post(f"/contacts/bulk/{pk}/undo/", {"query": "sort=name"})
    assert "1 were changed again since" in signed_in.get(undone.url).text
    people[0].refresh_from_db()
    assert people[0].owner is None


def test_a_whole_view_is_changed_by_its_question(signed_in, people):
    values = {
        "all": "1",
        "field": "tags",
        "how": "add",
        "value": "fair",
        "query": "f=source:is:fair",
    }
    signed_in.post("/contacts/bulk/apply/", values)
    for each in people:
        each.refresh_from_db()
    assert [each.tags for each in people] == [["fair"], []]
