import pytest

from accord.platform import views
from accord.platform.access.permissions import Forbidden
from accord.platform.models import SavedView

pytestmark = pytest.mark.django_db


def test_a_view_is_kept_and_changed_by_its_owner(ben, mia):
    view = views.save("contact", name=" Mine ", query="f=owner%3Ais%3Ame", by=ben)
    assert view.name == "Mine" and views.usable("contact", mia) == []
    views.change(view, query="sort=name", by=ben)
    assert views.usable("contact", ben)[0].query == "sort=name"
    with pytest.raises(Forbidden):
        views.delete(view, by=mia)


def test_the_same_name_twice_is_refused(ben):
    views.save("contact", name="Mine", query="", by=ben)
    with pytest.raises(views.NameTaken):
        views.save("contact", name="Mine", query="sort=name", by=ben)


def test_only_who_may_share_shares(ben, mia):
    with pytest.raises(Forbidden):
        views.save("contact", name="All", query="", shared=True, by=ben)
    assert not SavedView.objects.exists()
    shared = views.save("contact", name="All", query="", shared=True, by=mia)
    assert views.usable("contact", ben) == [shared]


@pytest.mark.parametrize("name", ["", "   ", "x" * 81])
def test_a_view_needs_a_name(ben, name):
    with pytest.raises(views.Nameless):
        views.save("contact", name=name, query="", by=ben)


def test_a_view_gets_another_name_but_not_a_taken_one(ben, mia):
    view = views.save("contact", name="Fair", query="", by=ben)
    views.save("contact", name="Mine", query="", by=ben)
    views.rename(view, name="  Fair  2026 ", by=ben)
    assert SavedView.objects.get(pk=view.pk).name == "Fair 2026"
    views.rename(view, name="Fair 2026", by=ben)
    with pytest.raises(views.NameTaken):
        views.rename(view, name="Mine", by=ben)
    with pytest.raises(Forbidden):
        views.rename(view, name="Theirs", by=mia)


def test_a_view_is_shared_and_taken_back(ben, mia):
    view = views.save("contact", name="Fair", query="", by=mia)
    views.share(view, shared=True, by=mia)
    assert views.usable("contact", ben) == [view]
    with pytest.raises(Forbidden):
        views.share(view, shared=False, by=ben)
    views.share(view, shared=False, by=mia)
    assert views.usable("contact", ben) == []
    own = views.save("contact", name="Own", query="", by=ben)
    with pytest.raises(Forbidden):
        views.share(own, shared=True, by=ben)
