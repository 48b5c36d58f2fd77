from django.urls import path

from accord.web.forms import building, forms, proposals, submissions

urlpatterns = [
    path("forms/", forms.forms, name="forms"),
    path("forms/new/", forms.new, name="form-new"),
    path("forms/<int:pk>/", forms.form, name="form"),
    path("forms/<int:pk>/edit/", building.edit, name="form-edit"),
    path("forms/<int:pk>/preview/", building.preview, name="form-preview"),
    path("forms/<int:pk>/publication/", building.publication, name="form-publication"),
    path("forms/<int:pk>/closure/", forms.closure, name="form-closure"),
    path("forms/<int:pk>/deletion/", forms.deletion, name="form-deletion"),
    path("forms/<int:pk>/handling/", forms.handling, name="form-handling"),
    path("forms/<int:pk>/submissions/", submissions.page, name="form-submissions"),
    path(
        "forms/<int:pk>/submissions/<int:submission>/release/",
        submissions.release,
        name="submission-release",
    ),
    path(
        "forms/<int:pk>/submissions/<int:submission>/removal/",
        submissions.removal,
        name="submission-removal",
    ),
    path(
        "contacts/<int:pk>/proposals/<int:proposal>/",
        proposals.decision,
        name="contact-proposal",
    ),
]
