"""What everybody may open of forms."""

from django.urls import path

from accord.web.forms import hosted

urlpatterns = [
    path("f/<slug:slug>/", hosted.page, name="form-page"),
    path("f/<slug:slug>/part/", hosted.part, name="form-part"),
    path("f/<slug:slug>/start/", hosted.start, name="form-start"),
    path("f/<slug:slug>/thanks/", hosted.thanks, name="form-thanks"),
    path("confirm/<str:token>/", hosted.confirmation, name="form-confirmation"),
]
