from django.urls import path

from accord.web.search import search

urlpatterns = [path("search/", search.search, name="search")]
