from django.urls import path

from accord.web.sales import boards, creating, moving, people, products, record

urlpatterns = [
    path("deals/", boards.deals, name="deals"),
    path("deals/columns/<int:pk>/", boards.column, name="deals-column"),
    path("deals/new/", creating.new, name="deal-new"),
    path("deals/new/people/", creating.found, name="deal-new-people"),
    path("deals/<int:pk>/", record.deal, name="deal"),
    path("deals/<int:pk>/credit/", record.credit, name="deal-credit"),
    path("deals/<int:pk>/stage/", moving.stage, name="deal-stage"),
    path("deals/<int:pk>/outcome/", moving.outcome, name="deal-outcome"),
    path("deals/<int:pk>/people/", people.people, name="deal-people"),
    path("deals/<int:pk>/products/", products.products, name="deal-products"),
]
