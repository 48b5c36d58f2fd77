"""What everybody may open without signing in."""

from django.urls import URLPattern, URLResolver, path

from accord.web.public import brand, policy, preferences

urlpatterns: list[URLPattern | URLResolver] = [
    path("brand/colour.css", brand.sheet, name="brand-colour"),
    path("brand/logo/<str:name>", brand.logo, name="brand-logo"),
    path("privacy-policy/", policy.page, name="privacy-policy"),
    path(
        "preferences/confirmation/<str:token>/",
        preferences.confirmation,
        name="preferences-confirmation",
    ),
    path("preferences/<str:token>/", preferences.page, name="preferences"),
    path("preferences/<str:token>/pause/", preferences.pause, name="preferences-pause"),
    path("u/<str:token>/", preferences.stop, name="unsubscribe"),
]
