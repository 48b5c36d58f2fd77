from django.urls import path

from accord.web.today import privacy, today

urlpatterns = [
    path("", today.today, name="today"),
    path("today/privacy/", privacy.card, name="today-privacy"),
    path("today/first-steps/", today.first_steps, name="first-steps"),
]
