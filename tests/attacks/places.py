"""What strangers may open, and every parameter each of these pages reads."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

FORM = (
    ("email", "ana@acme.example"), ("first_name", "Ana"), ("phone", "+49 30 1234567"),
    ("country", "DE"), ("message", "Hello"), ("born_on", "1990-02-28"), ("{box}", "1"),
    ("staff", "250"), ("homepage", "https://acme.example/"), ("interests", "Solar"),
    ("interests", "Wind"), ("owns_house", "yes"),
    ("website-url", ""), ("_page", "https://acme.example/"), ("_visitor", "v-1"),
    ("_referrer", "https://search.example/"), ("_version", "1"), ("_ticket", ""), ("_number", "1"),
)  # fmt: skip
LANGUAGE = ("lang", "de")
ONWARD = ("next", "/contacts/")
SENTENCE = "a long sentence of mine"
SIGN_IN = (ONWARD, ("login", "ben@acme.example"), ("password", "x"), ("oldpassword", "x"))
ACCOUNT = (ONWARD, ("name", "Ana"), ("password", SENTENCE))
HEADERS = (
    "User-Agent", "Referer", "Accept", "Accept-Language", "Accept-Encoding", "Cookie", "Origin",
    "Content-Type", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "Sec-GPC",
    "If-None-Match", "If-Modified-Since", "Host", "HX-Request", "HX-Target",
)  # fmt: skip


@dataclass(frozen=True)
class Place:
    """A page for everybody: name of its route, how it is asked, and what it reads.

    given: every parameter (of the query or of the body), with a value people send.
    """

    name: str
    method: str
    given: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return f"{self.method} {self.name}"

    def body(self, pairs: tuple[tuple[str, str], ...]) -> tuple[str, str]:
        """Query and body that say this."""
        text = urlencode(pairs, errors="surrogatepass")
        return (text, "") if self.method == "GET" else ("", text)


PLACES = (
    Place("setup", "GET", (ONWARD,)),
    Place("setup", "POST", (*ACCOUNT, ("email", "ana@acme.example"), ("company", "Acme"))),
    Place("invitation", "GET", (ONWARD,)),
    Place("invitation", "POST", ACCOUNT),
    Place("account_login", "GET", (ONWARD,)),
    Place("account_login", "POST", SIGN_IN),
    Place("mfa_authenticate", "GET", (ONWARD,)),
    Place("mfa_authenticate", "POST", (("code", "123456"), ONWARD)),
    Place("account_inactive", "GET", (ONWARD,)),
    Place("sign-out", "GET", (ONWARD,)),
    Place("sign-out", "POST", (ONWARD,)),
    Place("account_reset_password", "GET", (ONWARD,)),
    Place("account_reset_password", "POST", (("email", "ben@acme.example"), ONWARD)),
    Place("account_reset_password_done", "GET", (ONWARD,)),
    Place("account_reset_password_from_key", "GET", (ONWARD,)),
    Place(
        "account_reset_password_from_key",
        "POST",
        (ONWARD, ("password1", SENTENCE), ("password2", SENTENCE)),
    ),
    Place("account_reset_password_from_key_done", "GET", (ONWARD,)),
    Place("form-page", "GET", (LANGUAGE,)),
    Place("form-page", "POST", FORM),
    Place("form-part", "GET", (LANGUAGE,)),
    Place("form-part", "POST", FORM),
    Place("form-start", "POST"),
    Place("form-thanks", "GET", (LANGUAGE, ("mail", "1"))),
    Place("form-confirmation", "GET", (LANGUAGE,)),
    Place("form-confirmation", "POST"),
    Place("brand-colour", "GET", (LANGUAGE,)),
    Place("brand-logo", "GET", (LANGUAGE,)),
    Place("privacy-policy", "GET", (LANGUAGE,)),
    Place("preferences", "GET", (LANGUAGE, ("done", "saved"))),
    Place("preferences", "POST", (("on", "{box_of_centre}"),)),
    Place("preferences-pause", "POST", (("days", "30"), ("end", "1"))),
    Place("preferences-confirmation", "GET", (LANGUAGE,)),
    Place("preferences-confirmation", "POST"),
    Place("privacy-ask", "GET", (LANGUAGE, ("kind", "access"))),
    Place("privacy-ask", "POST", (("kind", "erasure"), ("email", "ana@acme.example"))),
    Place("privacy-asked", "GET", (LANGUAGE,)),
    Place("privacy-confirmation", "GET", (LANGUAGE,)),
    Place("privacy-confirmation", "POST"),
    Place("unsubscribe", "GET", (LANGUAGE,)),
    Place("unsubscribe", "POST", (("List-Unsubscribe", "One-Click"),)),
)  # fmt: skip
