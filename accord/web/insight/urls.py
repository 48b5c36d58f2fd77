from django.urls import path

from accord.web.insight import reports

urlpatterns = [
    path("reports/", reports.index, name="reports"),
    path("reports/<slug:name>/", reports.report, name="report"),
    path("reports/<slug:name>/rows/", reports.rows, name="report-rows"),
    path("reports/<slug:name>/table.csv", reports.export, name="report-export"),
]
