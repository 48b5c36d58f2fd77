from django.urls import path

from accord.web.people import affiliations, companies, consent, contacts, merges

urlpatterns = [
    path("contacts/<int:pk>/", contacts.contact, name="contact"),
    path("contacts/<int:pk>/alike/", merges.alike, name="contact-alike"),
    path("contacts/<int:pk>/alike/different/", merges.tell_apart, name="contact-different"),
    path("contacts/<int:pk>/devices/<int:visitor>/", merges.device, name="contact-device"),
    path("contacts/<int:pk>/merge/", merges.merge, name="contact-merge"),
    path("contacts/merges/<int:pk>/", merges.merged, name="merge"),
    path("contacts/merges/<int:pk>/undo/", merges.undo, name="merge-undo"),
    path("contacts/<int:pk>/stage/", contacts.stage, name="contact-stage"),
    path("contacts/<int:pk>/addresses/", contacts.address, name="contact-addresses"),
    path("contacts/<int:pk>/companies/", affiliations.of_contact, name="contact-companies"),
    path("contacts/<int:pk>/consent/", consent.page, name="contact-consent"),
    path("contacts/<int:pk>/consent/stop/", consent.stop, name="contact-consent-stop"),
    path("contacts/consent/<int:pk>/retract/", consent.retract, name="contact-consent-retract"),
    path("contacts/<int:pk>/consent/parent/", consent.parent, name="contact-consent-parent"),
    path(
        "contacts/<int:pk>/consent/published/",
        consent.published,
        name="contact-consent-published",
    ),
    path("contacts/<int:pk>/consent/lift/", consent.lift, name="contact-consent-lift"),
    path(
        "contacts/<int:pk>/consent/suppression/",
        consent.suppression,
        name="contact-consent-suppression",
    ),
    path("contacts/<int:pk>/consent/pause/", consent.pause, name="contact-consent-pause"),
    path(
        "contacts/<int:pk>/consent/restriction/",
        consent.restriction,
        name="contact-consent-restriction",
    ),
    path("companies/<int:pk>/people/", affiliations.of_company, name="company-people"),
    path("companies/<int:pk>/", companies.company, name="company"),
]
