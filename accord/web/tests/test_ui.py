from dataclasses import dataclass

import pytest
from django import forms
from django.http import QueryDict
from django.template import engines
from django.test import RequestFactory
from django.urls import path

from accord.platform.models import User
from accord.web import navigation
from accord.web.templatetags import ui

OK = lambda request: None  # noqa: E731 - a view nobody calls
urlpatterns = [
    path("", OK, name="today"),
    path("deals/", OK, name="deals"),
    path("settings/", OK, name="settings"),
    path("settings/audit/", OK, name="settings-audit"),
]


@dataclass(frozen=True)
class Ana:
    pk: int
    name: str = "Ana <b>Diaz</b>"

    def __str__(self):
        return self.name


def draw(source, **context):
    return engines["django"].from_string(source).render(context)


def test_an_icon_is_silent_unless_it_is_named():
    assert 'aria-hidden="true"' in draw('{% icon "mail" %}')
    named = draw('{% icon "mail" "ok" "Sent" %}')
    assert 'class="icon ok"' in named
    assert 'aria-label="Sent"' in named


def test_a_face_is_named_once_and_escaped():
    alone = ui.avatar(Ana(7))
    assert 'aria-label="Ana &lt;b&gt;Diaz&lt;/b&gt;"' in alone
    beside = ui.avatar(Ana(7), "xs", beside_name=True)
    assert "Diaz" not in beside
    assert ui.avatar(None) == ui.logo(None) == ""


def test_a_hue_stays_with_its_key():
    assert ui.hue(7) == ui.hue("7")
    assert len({ui.hue(key) for key in range(40)}) > 25


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Ana Diaz", "AD"), ("Ana de la Torre", "AT"), ("acme", "A"), ("", "?"), ("& Co", "C")],
)
def test_initials_are_first_and_last(name, letters):
    assert ui.initials(name) == letters


class Form(forms.Form):
    email = forms.EmailField(label="E-mail", help_text="Where mail goes.")
    phone = forms.CharField(label="Phone", required=False)
    ok = forms.BooleanField(label="Yes", required=False)
    how = forms.ChoiceField(label="How", choices=[("a", "A")], widget=forms.RadioSelect)
    key = forms.CharField(widget=forms.HiddenInput, required=False)


FIELD = '{% include "components/field.html" %}'


def test_a_field_names_its_hint_and_its_error():
    field = Form({"email": "nobody"})["email"]
    html = draw(FIELD, field=field)
    assert 'aria-describedby="id_email_helptext id_email_error"' in html
    assert 'aria-invalid="true"' in html
    assert 'id="id_email_error"' in html
    assert "Enter a valid email address." in html
    assert "optional" not in html


def test_only_what_may_stay_empty_is_marked():
    assert "optional" in draw(FIELD, field=Form()["phone"])


def test_fields_are_laid_out_by_their_kind():
    form = Form()
    kinds = {name: ui.kind(form[name]) for name in form.fields}
    assert kinds == {
        "email": "plain",
        "phone": "plain",
        "ok": "switch",
        "how": "choices",
        "key": "hidden",
    }
    assert "<fieldset" in draw(FIELD, field=form["how"])


def test_a_summary_stands_on_top_only_of_many_errors():
    source = '{% include "components/form_errors.html" %}'
    assert "data-error-summary" not in draw(source, form=Form({"how": "a"}))

    class Long(Form):
        a = b = c = None
        street = forms.CharField()
        city = forms.CharField()

    html = draw(source, form=Long({}))
    assert "4 fields need another look" in html
    assert 'href="#id_street"' in html


def test_a_filter_is_dropped_from_the_address():
    query = QueryDict("f=stage:is:mql&f=owner:is:3&page=4&sort=name")
    assert ui.query_without(query, "f", "owner:is:3") == "?f=stage%3Ais%3Amql&sort=name"


def test_a_toast_may_be_undone_and_errors_stay():
    source = '{% include "components/toast_partial.html" %}'
    html = draw(source, text="<i>Won", undo_url="/x/")
    assert "&lt;i&gt;Won" in html
    assert 'hx-post="/x/"' in html
    assert "data-stays" not in html
    refused = draw('{% include "components/refused_toast.html" %}', sentence="Closed.")
    assert 'hx-target="#toasts"' in refused
    assert "data-stays" in refused


def links(menu, allowed=True, where="/deals/7/"):
    groups = navigation.groups(menu, path=where, may=lambda name: allowed)
    return {link.name: link.current for group in groups for link in group.links}


@pytest.mark.urls(__name__)
def test_the_menu_offers_pages_that_exist_and_may_be_seen():
    assert links(navigation.MAIN) == {"Today": False, "Deals": True}
    assert links(navigation.MAIN, allowed=False) == {"Today": False}
    assert links(navigation.FOOT, where="/settings/audit/") == {"Settings": True}
    assert links(navigation.SETTINGS) == {"Audit log": False}


def test_no_two_entries_share_a_letter():
    menus = (navigation.MAIN, navigation.FOOT)
    letters = [e.go for menu in menus for entries in menu.values() for e in entries if e.go]
    assert len(letters) == len(set(letters))


@pytest.mark.urls(__name__)
def test_the_tag_shows_nothing_to_strangers(db):
    request = RequestFactory().get("/")
    source = engines["django"].from_string("{% navigation as nav %}{{ nav|length }}")
    assert source.render({}, request) == "0"
    request.user = User(pk=1, name="Ben", roles=["seller"])
    assert source.render({}, request) == "2"


@pytest.mark.urls(__name__)
def test_a_page_of_the_settings_is_a_link_for_those_who_may_open_it(db):
    request = RequestFactory().get("/")
    source = engines["django"].from_string('{% in_settings "Audit log" %}')
    request.user = User(pk=1, name="Ben", roles=["seller"])
    assert source.render({}, request) == "Settings, Audit log"
    request.user = User(pk=2, name="Olga", roles=["owner"])
    link = '<a class="link" href="/settings/audit/">Settings, Audit log</a>'
    assert source.render({}, request) == link
