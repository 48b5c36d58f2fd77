"""What holds for every answer, and what Django's own check says of a public instance."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.test import Client

pytestmark = pytest.mark.django_db

DEPLOYED = """
import django
from django.conf import settings
django.setup()
from django.core import checks
found = checks.run_checks(include_deployment_checks=True)
for each in found:
    print(each)
print("names", settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME)
print("secure", settings.SESSION_COOKIE_SECURE, settings.CSRF_COOKIE_SECURE)
print("hosts", settings.ALLOWED_HOSTS)
print("checked", len(found))
"""


def test_a_public_instance_passes_djangos_deployment_checks():
    # The browser tests allow this for themselves; an instance never has it.
    inherited = {k: v for k, v in os.environ.items() if k != "DJANGO_ALLOW_ASYNC_UNSAFE"}
    environment = inherited | {
        "ACCORD_URL": "https://crm.heliogrid.example",
        "DJANGO_SETTINGS_MODULE": "accord.settings",
    }
    result = subprocess.run(
        [sys.executable, "-c", DEPLOYED],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert "checked 0" in result.stdout, result.stdout
    assert "names __Host-accord __Host-accord-csrf" in result.stdout
    assert "secure True True" in result.stdout
    assert "'crm.heliogrid.example'" in result.stdout


def test_scripts_come_from_accord_alone(client):
    policy = client.get("/sign-in/").headers["Content-Security-Policy"]
    parts = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert parts["script-src"] == "'self'"
    assert parts["default-src"] == "'self'"
    assert parts["object-src"] == parts["base-uri"] == parts["frame-ancestors"] == "'none'"
    assert "unsafe-eval" not in policy
    assert policy.count("unsafe-inline") == policy.count("style-src-attr 'unsafe-inline'") == 1


def test_an_unknown_host_is_turned_away(client):
    assert client.get("/sign-in/", headers={"host": "evil.example"}).status_code == 400


def test_a_form_from_elsewhere_is_turned_away(olga):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(olga)
    answer = browser.post("/settings/theme/", {"theme": "dark"})
    assert answer.status_code == 403
    assert "This form has expired" in answer.content.decode()


def test_cookies_are_kept_from_scripts_and_other_sites(client):
    client.get("/sign-in/")
    cookie = client.cookies[settings.CSRF_COOKIE_NAME]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_pages_are_not_framed_sniffed_or_leaked(client):
    headers = client.get("/sign-in/").headers
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"


def test_what_staff_see_is_not_kept_by_shared_caches(client, olga):
    client.force_login(olga)
    assert "private" in client.get("/settings/profile/").headers["Cache-Control"]
