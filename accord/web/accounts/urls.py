"""Coming in and going out. The names with an underscore are the ones allauth looks up."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from django.urls import URLPattern, URLResolver, path
from django.views.decorators.http import require_http_methods

from accord.web.accounts import welcome

# Django's form views take a PUT for a POST; ours do not.
form = require_http_methods(["GET", "HEAD", "POST"])

urlpatterns: list[URLPattern | URLResolver] = [
    path("setup/<str:token>/", welcome.setup, name="setup"),
    path("invitation/<str:token>/", welcome.invitation, name="invitation"),
    path("sign-in/", form(account.login), name="account_login"),
    path("sign-in/code/", form(mfa.authenticate), name="mfa_authenticate"),
    path("sign-in/again/", form(account.reauthenticate), name="account_reauthenticate"),
    path("sign-in/again/code/", form(mfa.reauthenticate), name="mfa_reauthenticate"),
    path("sign-in/off/", account.account_inactive, name="account_inactive"),
    path("sign-out/", account.logout, name="sign-out"),
    path("password/", form(account.password_reset), name="account_reset_password"),
    path("password/sent/", account.password_reset_done, name="account_reset_password_done"),
    path(
        "password/new/<str:uidb36>/<str:key>/",
        form(account.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path(
        "password/done/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
]
