from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("accord.web.today.urls")),
    path("", include("accord.web.search.urls")),
    path("", include("accord.web.notices.urls")),
    path("", include("accord.web.tasks.urls")),
    path("", include("accord.web.marketing.urls")),
    path("", include("accord.web.segments.urls")),
    path("", include("accord.web.accounts.urls")),
    path("", include("accord.web.insight.urls")),
    path("", include("accord.web.people.urls")),
    path("", include("accord.web.sales.urls")),
    path("", include("accord.web.records.urls")),
    path("", include("accord.web.settings.trade.trade_urls")),
    path("", include("accord.web.transfer.urls")),
    path("", include("accord.web.lists.urls")),
    path("", include("accord.web.public.urls")),
    path("", include("accord.web.privacy.urls")),
    path("", include("accord.web.forms.public_urls")),
    path("", include("accord.web.forms.urls")),
    path("settings/", include("accord.web.settings.urls")),
]
handler500 = "accord.web.errors.server_error"
