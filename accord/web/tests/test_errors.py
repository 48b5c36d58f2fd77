import logging

from django.http import HttpRequest
from django.test import Client
from django.urls import path

handler500 = "accord.web.errors.server_error"


def broken(request: HttpRequest):
    raise ZeroDivisionError


urlpatterns = [path("broken/", broken)]


def test_a_broken_page_names_an_incident_that_the_log_knows(settings, caplog):
    settings.ROOT_URLCONF = __name__
    with caplog.at_level(logging.ERROR):
        answer = Client(raise_request_exception=False).get("/broken/")
    incident = answer.headers["X-Incident"]
    assert answer.status_code == 500
    assert incident in answer.content.decode()
    logged = [record for record in caplog.records if record.msg == "incident"]
    assert [(record.incident, record.path) for record in logged] == [(incident, "/broken/")]
