"""Every setting is typed: what cannot be read is named, with what to write instead."""

import pytest

from accord import environment


def read(monkeypatch, kind, value, *more, **most):
    monkeypatch.setitem(environment.SETTINGS, "ACCORD_TEST", None)
    monkeypatch.setenv("ACCORD_TEST", value)
    return kind("ACCORD_TEST", *more, **most)


PORT = {"least": 1, "most": 65535}
URL = {"shown_default": "http://localhost:PORT"}
LEVELS = ("INFO", "", ["DEBUG", "INFO"])


@pytest.mark.parametrize(
    ("kind", "value", "more", "most", "wanted"),
    [
        (environment.number, "eight", (1, ""), PORT, "a whole number from 1 to 65535"),
        (environment.number, "0", (1, ""), PORT, "from 1 to 65535"),
        (environment.number, "99999", (1, ""), PORT, "from 1 to 65535"),
        (environment.flag, "maybe", (False, ""), {}, "1 or 0"),
        (environment.choice, "LOUD", LEVELS, {}, "one of DEBUG, INFO"),
        (environment.zone, "Europe/Berln", ("UTC", ""), {}, "a time zone like"),
        (environment.zone, "../passwd", ("UTC", ""), {}, "a time zone like"),
        (environment.address, "accord.acme.example", ("", ""), URL, "https://accord.company.com"),
        (environment.address, "ftp://accord.acme.example", ("", ""), URL, "https://accord"),
        (environment.address, "https://acme.example/crm", ("", ""), URL, "https://accord"),
        (environment.address, "https://acme.example:99999", ("", ""), URL, "https://accord"),
        (environment.server, "mysql://root@db/x", ("",), {}, "postgresql://user:password"),
    ],
)
def test_what_cannot_be_read_is_named(monkeypatch, kind, value, more, most, wanted):
    with pytest.raises(environment.BadSetting, match="ACCORD_TEST is ") as refusal:
        read(monkeypatch, kind, value, *more, **most)
    assert wanted in str(refusal.value)
    assert str(refusal.value).endswith("or leave it unset.")


def test_what_can_be_read_has_its_type(monkeypatch):
    assert read(monkeypatch, environment.number, "8300", 1, "", **PORT) == 8300
    assert read(monkeypatch, environment.flag, "yes", False, "") is True
    assert read(monkeypatch, environment.choice, "debug", *LEVELS) == "DEBUG"
    assert read(monkeypatch, environment.zone, "Asia/Tokyo", "UTC", "") == "Asia/Tokyo"
    assert read(monkeypatch, environment.names, " a, b ,", "", "") == ["a", "b"]
    url = read(monkeypatch, environment.address, "https://crm.acme.example:8443/", "", "", **URL)
    assert url == "https://crm.acme.example:8443"


def test_an_empty_setting_is_the_default(monkeypatch):
    assert read(monkeypatch, environment.number, "", 8200, "", **PORT) == 8200
    assert read(monkeypatch, environment.server, "", "") == ""


def test_a_password_in_a_wrong_address_is_not_repeated(monkeypatch):
    with pytest.raises(environment.BadSetting) as refusal:
        read(monkeypatch, environment.server, "mysql://me:hush@db/x", "")
    assert "hush" not in str(refusal.value)
