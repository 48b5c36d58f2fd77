"""The menus lead only to pages that answer, whoever reads them."""

import re

import pytest

from accord.people import lifecycle
from accord.platform.models import Role, User
from accord.sales.pipeline import pipelines

pytestmark = pytest.mark.django_db
LINK = re.compile(r'<a[^>]*\bhref="(/[^"#?]*)"')


@pytest.mark.parametrize("role", Role)
def test_every_link_of_the_frame_opens_a_page(client, role):
    lifecycle.ensure()
    pipelines.ensure()
    user = User.objects.create_user("ida@example.com", name="Ida", roles=[role])
    client.force_login(user)
    waiting, seen = ["/", "/settings/", "/reports/"], set()
    while waiting:
        path = waiting.pop()
        answer = client.get(path, follow=True)
        assert answer.status_code == 200, path
        seen.add(path)
        frames = re.findall(r"<(?:nav|aside)\b.*?</(?:nav|aside)>", answer.text, re.S)
        found = {href for frame in frames for href in LINK.findall(frame)}
        waiting += sorted(found - seen - set(waiting))
    assert {"/", "/tasks/", "/settings/profile/"} <= seen
