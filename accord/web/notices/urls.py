from django.urls import path

from accord.web.notices import notices

urlpatterns = [path("notices/", notices.notices, name="notices")]
