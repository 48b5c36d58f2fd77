"""Forms of coming in. allauth's own keep their checks and get our words."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from django import forms
from django.http import HttpRequest

from accord.platform.access import preferences
from accord.web.accounts import letters

_EMAIL = "E-mail address"
_HINT = "At least 10 characters. A few words you remember are better than signs you do not."


def _speak(form: forms.Form, labels: dict[str, str], hints: dict[str, str] | None = None) -> None:
    """Label above, hint below, nothing inside the field."""
    for name, field in form.fields.items():
        field.widget.attrs.pop("placeholder", None)
        field.label = labels.get(name, field.label)
        field.help_text = (hints or {}).get(name, "")


class SignInForm(account.LoginForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _speak(self, {"login": _EMAIL})
        self.fields["login"].widget.attrs |= {"autocomplete": "username", "data-autofocus": ""}


class AgainForm(account.ReauthenticateForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _speak(self, {})


class ForgottenForm(account.ResetPasswordForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _speak(self, {"email": _EMAIL})

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        email: str = self.cleaned_data["email"]
        letters.ask_for_new_password(email)
        return email


class NewPasswordForm(account.ResetPasswordKeyForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = {"password1": "New password", "password2": "The same again"}
        _speak(self, labels, {"password1": _HINT})


class ChangePasswordForm(account.ChangePasswordForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = {
            "oldpassword": "Present password",
            "password1": "New password",
            "password2": "The same again",
        }
        _speak(self, labels, {"password1": _HINT})


class _Code:
    """A field for six digits, or for a recovery code."""

    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = "Code"
        self.fields["code"].widget = forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "data-autofocus": ""}
        )


class CodeForm(_Code, mfa.AuthenticateForm):  # type: ignore[misc]
    pass


class CodeAgainForm(_Code, mfa.ReauthenticateForm):  # type: ignore[misc]
    pass


class FirstCodeForm(_Code, totp.ActivateTOTPForm):  # type: ignore[misc]
    pass


class WelcomeForm(forms.Form):
    """What somebody says who takes up an invitation."""

    name = forms.CharField(
        label="Your name",
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    password = forms.CharField(
        label="Password",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        strip=False,
        help_text=_HINT,
    )


class SetupForm(WelcomeForm):
    """What the first owner says."""

    email = forms.EmailField(
        label="Your e-mail address",
        max_length=320,
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
        help_text="You sign in with it.",
    )
    company = forms.CharField(
        label="Your company",
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    field_order = ("company", "name", "email", "password")


def default_company() -> str:
    """What the company was called before, unless nobody has ever named it."""
    name = preferences.current().company_name
    return "" if name == preferences.Preferences().company_name else name
