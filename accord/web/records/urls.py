"""The addresses every record has besides its own page."""

from django.urls import path

from accord.web.lists import converters
from accord.web.records import deleting, entries, feed, past

__all__ = ["converters", "urlpatterns"]

urlpatterns = [
    path("<plural:plural>/<int:pk>/feed/", feed.feed, name="record-feed"),
    path("<plural:plural>/<int:pk>/activities/", feed.activity, name="record-activity"),
    path("<plural:plural>/<int:pk>/activities/<int:activity>/", entries.entry, name="record-entry"),
    path(
        "<plural:plural>/<int:pk>/activities/<int:activity>/deletion/",
        entries.delete,
        name="record-entry-delete",
    ),
    path(
        "<plural:plural>/<int:pk>/activities/<int:activity>/restoration/",
        entries.restore,
        name="record-entry-restore",
    ),
    path("<plural:plural>/<int:pk>/tasks/", feed.task, name="record-task"),
    path("<plural:plural>/<int:pk>/history/", past.past, name="record-history"),
    path("<plural:plural>/<int:pk>/delete/", deleting.delete, name="record-delete"),
    path("<plural:plural>/<int:pk>/deleted/", deleting.deleted, name="record-deleted"),
]
