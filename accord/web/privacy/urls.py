from django.urls import URLPattern, URLResolver, path

from accord.web.privacy import contact, public, requests

urlpatterns: list[URLPattern | URLResolver] = [
    path("settings/privacy/", requests.page, name="settings-privacy"),
    path("settings/privacy/<int:pk>/", requests.one, name="settings-privacy-request"),
    path(
        "settings/privacy/<int:pk>/<slug:what>/",
        requests.step,
        name="settings-privacy-step",
    ),
    path("settings/privacy/erasures/<int:pk>/", requests.erasure, name="settings-erasure"),
    path("contacts/<int:pk>/privacy/", contact.page, name="contact-privacy"),
    path("contacts/<int:pk>/privacy/copy/", contact.copy, name="contact-privacy-copy"),
    path("contacts/<int:pk>/privacy/erasure/", contact.erasure, name="contact-erasure"),
    path("privacy/", public.ask, name="privacy-ask"),
    path("privacy/asked/", public.asked, name="privacy-asked"),
    path("privacy/<str:token>/", public.confirmation, name="privacy-confirmation"),
]
