"""Coming in and going out, as a browser does it."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import hotp_value
from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from accord.channels.models import Message
from accord.platform import links
from accord.platform.access import accounts, sessions
from accord.platform.models import Job, OneTimeLink, User
from accord.platform.queue import work
from accord.web.accounts import letters

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def _no_limits_left_over():
    cache.clear()


@pytest.fixture
def owner(olga):
    accounts.set_password(olga, password=PASSWORD, by=olga)
    return olga


def _sign_in(client, email, password=PASSWORD, **more):
    return client.post("/sign-in/", {"login": email, "password": password, **more})


def _path(url):
    return urlsplit(url).path


def _is_in(client):
    return client.get("/settings/profile/").status_code == 200


def test_the_set_up_link_makes_an_owner_who_is_signed_in_at_once(client):
    older, link = _path(accounts.setup_link()), _path(accounts.setup_link())
    assert "A set-up link is printed again" in client.get(older).content.decode()
    assert client.get(link).status_code == 200
    said = {
        "company": "Heliogrid",
        "name": "Olga",
        "email": "olga@accord.example",
        "password": PASSWORD,
    }
    assert client.post(link, said)["Location"] == "/"
    assert _is_in(client)
    spent = Client().get(link)
    assert spent.status_code == 410 and "A set-up link is printed" not in spent.content.decode()
    assert Client().post(link, said | {"email": "eve@accord.example"}).status_code == 410
    assert User.objects.count() == 1


def test_the_set_up_page_says_what_to_repair_and_keeps_the_link(client):
    link = _path(accounts.setup_link())
    said = {"company": "H", "name": "Olga", "email": "olga@accord.example", "password": "short"}
    answer = client.post(link, said)
    assert answer.status_code == 422
    assert "too short" in answer.content.decode()
    assert not User.objects.exists()
    assert client.post(link, said | {"password": PASSWORD}).status_code == 302


def test_the_sign_in_page_tells_how_to_set_up_until_somebody_did(client):
    assert "set-up link" in client.get("/sign-in/").content.decode()
    client.post(
        _path(accounts.setup_link()),
        {"company": "H", "name": "O", "email": "o@accord.example", "password": PASSWORD},
    )
    assert "set-up link" not in Client().get("/sign-in/").content.decode()


def test_there_is_no_open_sign_up(client):
    assert client.get("/sign-up/").status_code == 404
    assert "sign up" not in client.get("/sign-in/").content.decode().lower()


def test_an_invited_colleague_comes_in_by_the_mailed_link(client, owner):
    client.force_login(owner)
    answer = client.post(
        "/settings/members/new/", {"email": "kim@accord.example", "roles": ["seller"]}
    )
    page = client.get(answer["Location"]).content.decode()
    letter = Message.objects.get(to="kim@accord.example")
    url = re.search(r"http://\S+/invitation/\S+", letter.text)[0]
    assert url in page
    assert url not in client.get(answer["Location"]).content.decode()
    kim = Client()
    assert "kim@accord.example" in kim.get(_path(url)).content.decode()
    kim.post(_path(url), {"name": "Kim", "password": PASSWORD})
    assert _is_in(kim)
    assert Client().post(_path(url), {"name": "X", "password": PASSWORD}).status_code == 410


def test_signing_in_leads_to_where_one_wanted_to_go(client, owner):
    wanted = client.get("/settings/members/")["Location"]
    assert wanted == "/sign-in/?next=/settings/members/"
    assert _sign_in(client, owner.email, next="/settings/members/")["Location"] == (
        "/settings/members/"
    )


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "javascript:1"])
def test_signing_in_never_leads_out_of_the_house(client, owner, elsewhere):
    assert _sign_in(client, owner.email, next=elsewhere)["Location"] == "/"


def test_wrong_password_and_unknown_address_read_the_same(owner):
    wrong = _sign_in(Client(), owner.email, "wrong password")
    unknown = _sign_in(Client(), "nobody@accord.example", "wrong password")
    placeholder = accounts.placeholder(name="Rosa", by=owner)
    accounts.invite_again(placeholder, email="rosa@accord.example", roles=["seller"], by=owner)
    invited = _sign_in(Client(), "rosa@accord.example", "wrong password")

    def text(answer, email):
        without_token = re.sub(r'value="\w{64}"', "", answer.content.decode())
        return without_token.replace(email, "")

    assert wrong.status_code == unknown.status_code == invited.status_code
    assert text(wrong, owner.email) == text(unknown, "nobody@accord.example")
    assert text(wrong, owner.email) == text(invited, "rosa@accord.example")
    assert "E-mail address or password is not right" in text(wrong, owner.email)


def test_an_unknown_address_costs_as_many_password_hashes_as_a_known_one(owner, monkeypatch):
    from django.contrib.auth.hashers import Argon2PasswordHasher

    spent = []
    for step in ("encode", "verify"):
        real = getattr(Argon2PasswordHasher, step)

        def counted(self, *args, _real=real, _step=step, **kwargs):
            spent.append(_step)
            return _real(self, *args, **kwargs)

        monkeypatch.setattr(Argon2PasswordHasher, step, counted)

    def hashes(email):
        spent.clear()
        _sign_in(Client(), email, "wrong password")
        return len(spent)

    assert hashes("nobody@accord.example") == hashes(owner.email) == 1


@pytest.mark.parametrize("email", ["olga@accord.example", "nobody@accord.example"])
def test_guessing_is_stopped_with_a_sentence_whether_the_address_is_known_or_not(owner, email):
    for _ in range(4):
        assert _sign_in(Client(), email, "wrong password").status_code == 200
    for password in ("wrong password", PASSWORD):
        answer = _sign_in(Client(), email, password)
        assert answer.status_code == 429
        assert "15 minutes" in answer.content.decode()
    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        cache.clear()
        assert _sign_in(Client(), email, PASSWORD).status_code != 429


def test_guessing_at_one_address_locks_nobody_else_out(owner, ben):
    accounts.set_password(ben, password=PASSWORD, by=ben)
    for _ in range(6):
        _sign_in(Client(), owner.email, "wrong password")
    assert _sign_in(Client(), ben.email).status_code == 302


def test_switching_an_account_off_ends_its_sessions_at_once(owner, ben):
    accounts.set_password(ben, password=PASSWORD, by=ben)
    browser = Client()
    _sign_in(browser, ben.email)
    assert _is_in(browser)
    accounts.disable(ben, by=owner)
    assert not _is_in(browser)
    assert not UserSession.objects.filter(user=ben).exists()
    answer = _sign_in(browser, ben.email)
    assert "switched off" in browser.get(answer["Location"]).content.decode()
    accounts.enable(ben, by=owner)
    assert not _is_in(browser)


def test_changing_the_password_ends_the_other_sessions(owner):
    here, there = Client(), Client()
    for browser in (here, there):
        _sign_in(browser, owner.email)
    new = "another battery staple"
    said = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert here.post("/settings/security/password/", said).status_code == 302
    assert _is_in(here)
    assert not _is_in(there)
    assert "was changed" in Message.objects.get(to=owner.email).text


def test_one_session_or_all_others_can_be_ended(owner):
    here, phone, tablet, desk = (Client() for _ in range(4))
    for browser in (here, phone, tablet, desk):
        _sign_in(browser, owner.email)
    phones = UserSession.objects.get(session_key=phone.session.session_key)
    here.post(f"/settings/security/sessions/{phones.pk}/")
    assert (_is_in(phone), _is_in(tablet), _is_in(here)) == (False, True, True)
    here.post("/settings/security/sessions/")
    assert (_is_in(tablet), _is_in(desk), _is_in(here)) == (False, False, True)


def test_nobody_ends_the_sessions_of_others(owner, ben):
    accounts.set_password(ben, password=PASSWORD, by=ben)
    bens, olgas = Client(), Client()
    _sign_in(bens, ben.email)
    _sign_in(olgas, owner.email)
    mine = UserSession.objects.get(user=owner)
    assert bens.post(f"/settings/security/sessions/{mine.pk}/").status_code == 404
    assert _is_in(olgas)


def test_a_new_password_by_mail(client, owner, settings):
    settings.BASE_URL = "https://crm.heliogrid.example"
    settings.ALLOWED_HOSTS = ["*"]
    there = Client()
    _sign_in(there, owner.email)
    client.post("/password/", {"email": owner.email}, headers={"host": "evil.example"})
    work.run_due(timezone.now())
    letter = Message.objects.get(to=owner.email)
    assert "evil" not in letter.text
    url = re.search(r"https://crm.heliogrid.example(/password/new/\S+)", letter.text)[1]
    form = client.get(url, follow=True)
    assert form.redirect_chain[-1][0].endswith("/set-password/")
    new = "another battery staple"
    action = form.redirect_chain[-1][0]
    assert client.post(action, {"password1": new, "password2": new}).status_code == 302
    assert not _is_in(there)
    assert _sign_in(Client(), owner.email, new).status_code == 302
    assert "no longer works" in Client().get(url).content.decode()


def test_asking_for_a_new_password_reads_the_same_for_anybody(owner, ben):
    accounts.disable(ben, by=owner)
    pages = [
        Client().post("/password/", {"email": email}, follow=True).content.decode()
        for email in (owner.email, "nobody@accord.example", ben.email)
    ]
    assert len({re.sub(r"\w{64}", "", page) for page in pages}) == 1
    assert Job.objects.filter(name=letters.NEW_PASSWORD).count() == 3
    work.run_due(timezone.now())
    assert list(Message.objects.values_list("to", flat=True)) == [owner.email]


def test_the_second_step_asks_for_a_code_and_takes_a_recovery_code_once(owner):
    browser = Client()
    _sign_in(browser, owner.email)
    assert browser.get("/settings/security/second-step/")["Location"].startswith("/sign-in/again/")
    browser.post("/sign-in/again/", {"password": PASSWORD})
    page = browser.get("/settings/security/second-step/")
    secret = page.context["form"].secret
    code = f"{hotp_value(secret, int(timezone.now().timestamp()) // 30):06}"
    answer = browser.post("/settings/security/second-step/", {"code": code})
    codes = browser.get(answer["Location"]).context["unused_codes"]
    assert len(codes) == 10

    again = Client()
    assert _sign_in(again, owner.email)["Location"].startswith("/sign-in/code/")
    assert not _is_in(again)
    assert "not right" in again.post("/sign-in/code/", {"code": "000000"}).content.decode()
    again.post("/sign-in/code/", {"code": codes[0]})
    assert _is_in(again)

    third = Client()
    _sign_in(third, owner.email)
    third.post("/sign-in/code/", {"code": codes[0]})
    assert not _is_in(third)
    accounts.drop_second_step(owner, by=None)
    assert not Authenticator.objects.exists()
    assert _sign_in(Client(), owner.email)["Location"] == "/"


def test_what_has_ended_is_forgotten(owner):
    here, there = Client(), Client()
    for browser in (here, there):
        _sign_in(browser, owner.email)
    _sign_in(Client(), owner.email, "wrong password")
    accounts.invite(email="kim@accord.example", roles=["seller"], by=owner)
    now = timezone.now()
    Session.objects.filter(session_key=there.session.session_key).update(expire_date=now)
    sessions.tidy(now + timedelta(days=2))
    links.tidy(now + timedelta(days=40))
    assert [row.session_key for row in UserSession.objects.all()] == [here.session.session_key]
    assert not AccessAttempt.objects.exists()
    assert not OneTimeLink.objects.exists()
    assert _is_in(here)


def test_signing_out_ends_the_session(owner):
    browser = Client()
    _sign_in(browser, owner.email)
    assert browser.get("/sign-out/").status_code == 200
    assert _is_in(browser)
    browser.post("/sign-out/")
    assert not _is_in(browser)
