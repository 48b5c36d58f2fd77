from django.urls import path

from accord.web.segments import builder, pages, people

urlpatterns = [
    path("segments/", pages.segments, name="segments"),
    path("segments/new/", builder.new, name="segment-new"),
    path("segments/look/", builder.look, name="segment-look"),
    path("segments/lists/new/", pages.new_list, name="segment-list-new"),
    path("segments/lists/choice/", people.choose, name="segment-bulk"),
    path("segments/lists/people/", people.put, name="segment-bulk-apply"),
    path("segments/<int:pk>/", pages.segment, name="segment"),
    path("segments/<int:pk>/name/", pages.name, name="segment-name"),
    path("segments/<int:pk>/rule/", builder.rule, name="segment-rule"),
    path("segments/<int:pk>/people/", people.people, name="segment-people"),
    path("segments/<int:pk>/people/add/", people.add, name="segment-people-add"),
    path("segments/<int:pk>/people/removal/", people.remove, name="segment-people-remove"),
    path("segments/<int:pk>/test/", people.test, name="segment-test"),
    path("segments/<int:pk>/overlap/", people.overlap, name="segment-overlap"),
    path("segments/<int:pk>/reach/", people.reach, name="segment-reach"),
    path("segments/<int:pk>/copy/", pages.copy, name="segment-copy"),
    path("segments/<int:pk>/archival/", pages.archive, name="segment-archive"),
    path(
        "segments/<int:pk>/versions/<int:number>/restoration/",
        pages.restore,
        name="segment-version-restore",
    ),
    path("contacts/<int:pk>/segments/", people.of_contact, name="contact-segments"),
]
