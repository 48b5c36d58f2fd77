"""Coming in, and the settings of people, in a real browser."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.core.cache import cache
from django.utils import timezone

from accord.platform import links
from accord.platform.access import accounts, preferences, teams
from accord.platform.models import User
from accord.platform.trail import audit
from tests.browser.conftest import overflow
from tests.browser.looks import LOOKS

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "correct horse battery"


@pytest.fixture
def owner(db):
    cache.clear()
    preferences.change(company_name="Heliogrid", by=None)
    return accounts.add(
        email="olga@heliogrid.example",
        name="Olga Brandt",
        roles=["owner"],
        password=PASSWORD,
        by=None,
    )


@pytest.fixture
def company(owner):
    """Two teams and everybody one meets in a company."""
    north = teams.create(name="North", by=owner)
    south = teams.create(name="South", by=owner)
    staff = [
        ("Lars Holm", ["manager"], north),
        ("Ben Okafor", ["seller"], north),
        ("Nora Sand", ["seller", "analyst"], south),
        ("Mia Sander", ["marketer"], None),
    ]
    for name, roles, team in staff:
        email = f"{name.split(maxsplit=1)[0].lower()}@heliogrid.example"
        user = accounts.add(email=email, name=name, roles=roles, password=PASSWORD, by=owner)
        teams.join(user, team=team, by=owner)
    teams.appoint(north, lead=User.objects.get(name="Lars Holm"), by=owner)
    accounts.invite(email="kim@heliogrid.example", name="Kim Lee", roles=["seller"], by=owner)
    accounts.placeholder(name="Rosa Marxen", external_id="SDR-4", team=south, by=owner)
    gone = accounts.add(
        email="eve@heliogrid.example", name="Eve Lind", roles=["admin"], password=PASSWORD, by=owner
    )
    accounts.disable(gone, by=owner)
    User.objects.filter(name="Ben Okafor").update(last_login=timezone.now() - timedelta(hours=3))
    return owner


def _sign_in(page, site):
    page.goto(f"{site.url}/sign-in/")
    page.get_by_label("E-mail address").fill("olga@heliogrid.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "sign-in" not in url)


def _outside(user):
    token = links.make(links.Kind.INVITE, user=user)
    return [
        ("sign-in", "/sign-in/"),
        ("invitation", f"/invitation/{token}/"),
        ("link-spent", "/setup/none/"),
        ("password", "/password/"),
        ("password-sent", "/password/sent/"),
        ("password-spent", "/password/new/1/none/"),
        ("account-off", "/sign-in/off/"),
    ]


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_pages_before_signing_in_look_right_everywhere(
    company, live_server, page, axe, shoot, look
):
    theme, width = look
    browser = page(theme=theme, width=width)
    browser.complaints = _Only(404, 410)
    for name, path in _outside(User.objects.get(name="Kim Lee")):
        browser.goto(live_server.url + path)
        axe(browser)
        shoot(browser, f"{name}-{width}-{theme}")
        assert overflow(browser) == 0


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_settings_of_people_look_right_everywhere(company, live_server, page, axe, shoot, look):
    theme, width = look
    for at in range(60):
        audit.record("contact.changed", by=company, fields=["city"], number=at)
    browser = page(theme=theme, width=width)
    browser.complaints = _Only(404)
    _sign_in(browser, live_server)
    rosa = User.objects.get(name="Rosa Marxen").pk
    ben = User.objects.get(name="Ben Okafor")
    paths = [
        ("profile", "/settings/profile/"),
        ("security", "/settings/security/"),
        ("change-password", "/settings/security/password/"),
        ("company", "/settings/company/"),
        ("members", "/settings/members/"),
        ("member-new", "/settings/members/new/"),
        ("member", f"/settings/members/{ben.pk}/"),
        ("placeholder", f"/settings/members/{rosa}/"),
        ("teams", "/settings/teams/"),
        ("team", f"/settings/teams/{ben.team_id}/"),
        ("roles", "/settings/roles/"),
        ("audit", "/settings/audit/"),
        ("audit-nothing", "/settings/audit/?record=contact+99"),
    ]
    for name, path in paths:
        browser.goto(live_server.url + path)
        axe(browser)
        shoot(browser, f"{name}-{width}-{theme}")
        assert overflow(browser) == 0, path


def test_somebody_sets_accord_up_by_the_link(db, live_server, page, axe, shoot):
    path = urlsplit(accounts.setup_link()).path
    browser = page()
    browser.complaints = _Only(404, 422)
    browser.goto(live_server.url + path)
    axe(browser)
    shoot(browser, "setup-1440-light")
    browser.get_by_label("Your company").fill("Heliogrid")
    browser.get_by_label("Your name").fill("Olga Brandt")
    browser.get_by_label("Your e-mail address").fill("olga@heliogrid.example")
    browser.get_by_label("Password").fill("short")
    browser.get_by_role("button", name="Set up and sign in").click()
    assert "too short" in browser.get_by_role("main").inner_text()
    shoot(browser, "setup-repair-1440-light")
    browser.get_by_label("Password").fill(PASSWORD)
    browser.get_by_role("button", name="Set up and sign in").click()
    browser.wait_for_url(lambda url: "/setup/" not in url)
    browser.goto(f"{live_server.url}/settings/profile/")
    assert browser.get_by_label("Name").input_value() == "Olga Brandt"


def test_the_second_step_is_switched_on_and_asked_for(owner, live_server, page, axe, shoot):
    from allauth.mfa.totp.internal.auth import hotp_value

    browser = page()
    browser.complaints = _Only(404)
    _sign_in(browser, live_server)
    browser.goto(f"{live_server.url}/settings/security/")
    browser.get_by_role("link", name="Add an authenticator app").click()
    axe(browser)
    shoot(browser, "again-1440-light")
    browser.get_by_label("Password").fill(PASSWORD)
    browser.get_by_role("button", name="Go on").click()
    axe(browser)
    shoot(browser, "second-step-1440-light")
    secret = browser.locator("code.code").inner_text()
    code = hotp_value(secret, int(timezone.now().timestamp()) // 30)
    browser.get_by_label("Code").fill(f"{code:06}")
    browser.get_by_role("button", name="Switch it on").click()
    axe(browser)
    shoot(browser, "codes-1440-light")
    recovery = browser.locator(".codes li").first.inner_text()
    browser.goto(f"{live_server.url}/settings/security/")
    shoot(browser, "security-on-1440-light")

    other = page()
    other.complaints = _Only(404)
    _other_sign_in(other, live_server)
    axe(other)
    shoot(other, "code-1440-light")
    other.get_by_label("Code").fill(recovery)
    other.get_by_role("button", name="Sign in").click()
    other.goto(f"{live_server.url}/settings/security/")
    assert other.get_by_role("button", name="Sign out everywhere else").is_visible()
    shoot(other, "sessions-1440-light")


def test_the_theme_is_kept_by_the_shells_switch(owner, live_server, page):
    browser = page(theme="light")
    browser.complaints = _Only(404)
    _sign_in(browser, live_server)
    browser.goto(f"{live_server.url}/settings/profile/")
    with browser.expect_response("**/settings/theme/") as answer:
        browser.keyboard.press("Shift+D")
    assert answer.value.status == 204
    browser.reload()
    assert browser.locator("html").get_attribute("data-theme") == "dark"


def test_everything_works_without_javascript(company, live_server, page):
    browser = page(java_script_enabled=False)
    browser.complaints = _Only(404)
    _sign_in(browser, live_server)
    browser.goto(f"{live_server.url}/settings/members/new/")
    form = browser.locator("form", has=browser.get_by_role("button", name="Send the invitation"))
    form.get_by_label("E-mail address").fill("tom@heliogrid.example")
    form.get_by_label("Seller").check()
    form.get_by_role("button", name="Send the invitation").click()
    assert "/invitation/" in browser.get_by_label("Invitation link").input_value()
    browser.get_by_role("button", name="Withdraw the invitation").click()
    assert "signed out everywhere" in browser.locator("#toasts").inner_text()


class _Only(list):
    """Complaints, without those about pages that are meant to answer with these numbers."""

    def __init__(self, *statuses):
        self._expected = tuple(f"status of {status}" for status in statuses)

    def append(self, text):
        if not any(each in text for each in self._expected):
            super().append(text)


def _other_sign_in(browser, site):
    browser.goto(f"{site.url}/sign-in/")
    browser.get_by_label("E-mail address").fill("olga@heliogrid.example")
    browser.get_by_label("Password").fill(PASSWORD)
    browser.get_by_role("button", name="Sign in").click()
    browser.get_by_label("Code").wait_for()
