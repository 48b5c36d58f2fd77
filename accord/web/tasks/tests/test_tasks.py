"""My tasks: added, ticked, put off, deleted and brought back."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accord.people import contacts, lifecycle
from accord.sales.agenda import tasks
from accord.sales.models import Task

pytestmark = pytest.mark.django_db
HX = {"HX-Request": "true"}


@pytest.fixture
def signed_in(client, ben):
    lifecycle.ensure()
    client.force_login(ben)
    return client


def plan(ben, title="Call Ana", days=0):
    return tasks.add(title=title, due_at=timezone.now() + timedelta(days=days), by=ben)


def test_tasks_stand_in_their_sections(signed_in, ben, ana, django_assert_max_num_queries):
    tasks.add(title="Late one", due_at=timezone.now() - timedelta(days=3), contact=ana, by=ben)
    plan(ben)
    plan(ben, "Soon", 2)
    tasks.finish(plan(ben, "Finished"), by=ben)
    signed_in.get("/tasks/")
    with django_assert_max_num_queries(9):
        page = signed_in.get("/tasks/").text
    order = [page.index(text) for text in ("Overdue", "Late one", "Call Ana", "Soon", "Finished")]
    assert order == sorted(order) and f'href="/contacts/{ana.pk}/"' in page


def test_a_task_is_added_and_its_words_are_escaped(signed_in, ben):
    title = "<script>alert(1)</script>"
    answer = signed_in.post("/tasks/", {"title": title, "kind": "call", "due": "2026-01-02"})
    assert answer.url == "/tasks/" and Task.objects.get().owner == ben
    page = signed_in.get("/tasks/").text
    assert title not in page and "&lt;script&gt;alert(1)" in page


@pytest.mark.parametrize("due", ["soon", "2026-13-40"])
def test_a_day_nobody_can_read_is_refused(signed_in, due):
    answer = signed_in.post("/tasks/", {"title": "Call", "due": due})
    assert answer.status_code == 422 and "year-month-day" in answer.text
    assert not Task.objects.exists()


def test_a_day_beyond_reason_never_breaks_the_page(signed_in):
    answer = signed_in.post("/tasks/", {"title": "Call", "due": "9999-12-31"})
    assert answer.status_code in (302, 422)
    assert signed_in.get("/tasks/").status_code == 200


def test_a_task_is_ticked_and_unticked_without_leaving(signed_in, ben):
    task = plan(ben)
    answer = signed_in.post(f"/tasks/{task.pk}/done/", {"done": "1"}, headers=HX).text
    assert f'hx-target="#task-{task.pk}"' in answer and "data-undo" in answer
    signed_in.post(f"/tasks/{task.pk}/done/", {"done": "1"}, headers=HX)
    task.refresh_from_db()
    assert task.done_at
    signed_in.post(f"/tasks/{task.pk}/done/", {"done": "0"}, headers=HX)
    task.refresh_from_db()
    assert not task.done_at


def test_without_scripts_it_goes_back_to_pages_of_ours_only(signed_in, ben):
    task = plan(ben)
    away = signed_in.post(f"/tasks/{task.pk}/done/", {"back": "https://evil.example/"})
    assert away.url == "/tasks/"
    assert signed_in.post(f"/tasks/{task.pk}/done/", {"back": "/contacts/1/"}).url == "/contacts/1/"


def test_a_task_is_put_off_and_keeps_its_hour(signed_in, ben):
    at = timezone.localtime().replace(hour=15, minute=30, second=0, microsecond=0)
    task = tasks.add(title="Meet", due_at=at, all_day=False, by=ben)
    answer = signed_in.post(f"/tasks/{task.pk}/due/", {"due": "2031-05-06"}, headers=HX)
    task.refresh_from_db()
    assert timezone.localtime(task.due_at).strftime("%Y-%m-%d %H:%M") == "2031-05-06 15:30"
    assert 'hx-target="#tasks"' in answer.text and f'value="{at:%Y-%m-%d}"' in answer.text


def test_a_task_is_deleted_and_brought_back(signed_in, ben):
    task = plan(ben)
    answer = signed_in.post(f"/tasks/{task.pk}/deletion/", headers=HX).text
    assert f"/tasks/{task.pk}/restoration/" in answer
    assert "Call Ana" not in signed_in.get("/tasks/").text
    signed_in.post(f"/tasks/{task.pk}/restoration/", headers=HX)
    assert "Call Ana" in signed_in.get("/tasks/").text


def test_a_stranger_s_task_is_left_alone(signed_in, mia, ana):
    contacts.change(ana, values={"owner": mia}, by=None)
    task = tasks.add(title="Mia's", due_at=timezone.now(), contact=ana, by=mia)
    before = Task.objects.filter(pk=task.pk).values().get()
    for what in ("done", "due", "deletion", "restoration"):
        assert signed_in.post(f"/tasks/{task.pk}/{what}/").status_code == 403
    assert Task.objects.filter(pk=task.pk).values().get() == before
    assert "Mia&#x27;s" not in signed_in.get("/tasks/").text


def test_readers_have_no_form_to_add(client, mia):
    mia.roles = ["read_only"]
    mia.save(update_fields=["roles"])
    client.force_login(mia)
    assert 'id="task-title"' not in client.get("/tasks/").text
    assert client.post("/tasks/", {"title": "Call"}).status_code == 403


def test_who_leads_sees_the_tasks_of_others_and_who_sells_does_not(client, signed_in, ben, olga):
    mine = plan(ben)
    assert "whose=all" not in signed_in.get("/tasks/").text
    client.force_login(olga)
    own = client.get("/tasks/").text
    assert "Call Ana" not in own and "Everybody’s tasks" in own
    every = client.get("/tasks/?whose=all").text
    assert "Call Ana" in every and 'aria-label="Ben"' in every
    values = {"due": "2026-01-02", "whose": "all"}
    answer = client.post(f"/tasks/{mine.pk}/due/", values, headers=HX).text
    assert "Call Ana" in answer


def test_a_seller_who_asks_for_everybodys_tasks_gets_their_own(signed_in, ben, olga):
    plan(olga, "Call the board")
    assert "Call the board" not in signed_in.get("/tasks/?whose=all").text
