"""The addresses of every list. Each noun's own pages come first, in the noun's own module."""

from django.urls import path

from accord.web.lists import arranging, bulk, cells, creating, filtering, peeks, saving, tables

urlpatterns = [
    path("contacts/", tables.table, {"plural": "contacts"}, name="contacts"),
    path("companies/", tables.table, {"plural": "companies"}, name="companies"),
    path("<listed:plural>/", tables.table, name="list"),
    path("<listed:plural>/new/", creating.new, name="list-new"),
    path("<listed:plural>/filter/", filtering.choose, name="list-filter"),
    path("<listed:plural>/filter/add/", filtering.add, name="list-filter-add"),
    path("<listed:plural>/columns/", arranging.columns, name="list-columns"),
    path("<listed:plural>/order/", arranging.order, name="list-order"),
    path("<listed:plural>/views/", saving.new, name="list-views"),
    path("<listed:plural>/views/<int:pk>/", saving.update, name="list-view"),
    path("<listed:plural>/views/<int:pk>/name/", saving.rename, name="list-view-name"),
    path("<listed:plural>/views/<int:pk>/sharing/", saving.share, name="list-view-sharing"),
    path("<listed:plural>/views/<int:pk>/delete/", saving.delete, name="list-view-delete"),
    path("<listed:plural>/bulk/", bulk.choose, name="list-bulk"),
    path("<listed:plural>/bulk/apply/", bulk.apply, name="list-bulk-apply"),
    path("<listed:plural>/bulk/<int:pk>/", bulk.state, name="list-bulk-state"),
    path("<listed:plural>/bulk/<int:pk>/undo/", bulk.undo, name="list-bulk-undo"),
    path("<listed:plural>/<int:pk>/peek/", peeks.peek, name="list-peek"),
    path("<listed:plural>/<int:pk>/fields/<slug:name>/", cells.cell, name="list-cell"),
]
