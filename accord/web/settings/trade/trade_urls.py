"""Settings of the record and of selling: fields, pipelines, prices, reasons, currencies."""

from django.urls import path

from accord.web.settings import fields
from accord.web.settings.trade import currencies, lifecycle, pipelines, products, reasons

urlpatterns = [
    path("settings/fields/", fields.fields, name="settings-fields"),
    path("settings/fields/<int:pk>/", fields.field, name="settings-field"),
    path("settings/fields/<int:pk>/archive/", fields.archive, name="settings-field-archive"),
    path("settings/lifecycle/", lifecycle.lifecycle, name="settings-lifecycle"),
    path("settings/pipelines/", pipelines.pipelines, name="settings-pipelines"),
    path("settings/pipelines/<int:pk>/", pipelines.pipeline, name="settings-pipeline"),
    path(
        "settings/pipelines/<int:pk>/archive/", pipelines.archive, name="settings-pipeline-archive"
    ),
    path("settings/pipelines/<int:pk>/stages/", pipelines.add_stage, name="settings-stages"),
    path("settings/stages/<int:pk>/", pipelines.stage, name="settings-stage"),
    path(
        "settings/stages/<int:pk>/archive/", pipelines.archive_stage, name="settings-stage-archive"
    ),
    path("settings/reasons/", reasons.reasons, name="settings-reasons"),
    path("settings/reasons/<int:pk>/", reasons.reason, name="settings-reason"),
    path("settings/reasons/<int:pk>/archive/", reasons.archive, name="settings-reason-archive"),
    path("settings/products/", products.products, name="settings-products"),
    path("settings/products/<int:pk>/", products.product, name="settings-product"),
    path("settings/products/<int:pk>/archive/", products.archive, name="settings-product-archive"),
    path("settings/currencies/", currencies.currencies, name="settings-currencies"),
    path("settings/currencies/<int:pk>/remove/", currencies.remove, name="settings-rate-remove"),
]
