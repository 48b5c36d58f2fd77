"""Moves over the web: what the board swaps, what is refused, what Undo brings back."""

import re

import pytest

from accord.sales import deals
from accord.sales.models import Deal
from accord.sales.pipeline import reasons

pytestmark = pytest.mark.django_db
HX = {"HX-Request": "true"}


def move(client, deal, to, headers=HX, **more):
    target = {"HX-Target": f"li#deal-{deal.pk}"}
    values = {"stage": to.pk, "before": "", "version": deal.version} | more
    return client.post(f"/deals/{deal.pk}/stage/?board=1", values, headers=headers | target)


def undo(client, answer):
    """Press Undo in the toast of an answer."""
    form = re.search(r'<form method="post" action="([^"]+)".*?data-undo>(.*?)</form>', answer, re.S)
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form[2]))
    return client.post(form[1].replace("&amp;", "&"), fields, headers=HX)


def test_a_move_answers_heads_sums_card_and_undo(signed_in, deal, at):
    answer = move(signed_in, deal, at["Proposal"])
    assert answer.status_code == 200
    for target in (f"head-{at['Qualified'].pk}", f"head-{at['Proposal'].pk}", "sums"):
        assert f'hx-target="#{target}"' in answer.text
    assert f'hx-target="#deal-{deal.pk}" hx-swap="outerMorph"' in answer.text
    assert 'data-version="2"' in answer.text and "€500" in answer.text
    deal.refresh_from_db()
    assert deal.stage == at["Proposal"]
    back = undo(signed_in, answer.text)
    deal.refresh_from_db()
    assert deal.stage == at["Qualified"]
    assert f'hx-target="#s-{at["Qualified"].pk}"' in back.text


def test_order_within_a_stage_changes_without_a_toast(signed_in, deal, at, ben):
    second = deals.create(values={"name": "Second"}, by=ben)
    answer = move(signed_in, deal, at["Qualified"], before=second.pk)
    assert "toasts" not in answer.text
    ranked = Deal.objects.order_by("rank").values_list("pk", flat=True)
    assert list(ranked) == [deal.pk, second.pk]


def test_a_stale_move_is_told_and_the_card_goes_where_it_is(signed_in, deal, at, olga):
    deals.move(Deal.objects.get(pk=deal.pk), to=at["Discovery"], by=olga)
    answer = move(signed_in, deal, at["Proposal"])
    assert answer.status_code == 409
    assert "it is in Discovery now" in answer.text and 'hx-swap="delete"' in answer.text
    assert f'hx-target="#s-{at["Discovery"].pk}"' in answer.text


def test_a_lost_deal_needs_a_reason_and_can_be_undone(signed_in, deal, at, too_dear):
    asked = move(signed_in, deal, at["Lost"])
    assert asked.status_code == 422
    assert 'hx-target="#dialog"' in asked.text and "Why was it lost?" in asked.text
    assert too_dear.label in asked.text and reasons.NOT_RECORDED not in asked.text
    url = f"/deals/{deal.pk}/outcome/?board=1"
    values = {"stage": at["Lost"].pk, "version": 1, "on": deal.opened_at.date(), "note": "Too dear"}
    again = signed_in.post(url, values | {"reason": ""}, headers=HX)
    assert again.status_code == 422 and "Choose a reason." in again.text
    reserved = reasons.not_recorded("lost").pk
    assert signed_in.post(url, values | {"reason": reserved}, headers=HX).status_code == 422
    lost = signed_in.post(url, values | {"reason": too_dear.pk}, headers=HX)
    assert lost.status_code == 200 and "Grid rollout is lost." in lost.text
    deal.refresh_from_db()
    assert (deal.outcome, deal.reason, deal.reason_note) == ("lost", too_dear, "Too dear")
    undo(signed_in, lost.text)
    deal.refresh_from_db()
    assert (deal.outcome, deal.stage, deal.reason) == ("", at["Qualified"], None)


def test_a_close_date_to_come_is_refused_beside_its_field(signed_in, deal, at, too_dear):
    url, values = f"/deals/{deal.pk}/outcome/?board=1", {"stage": at["Lost"].pk, "version": 1}
    for day, sentence in (("2199-01-01", "on a day to come"), ("2999-01-01", "1900 and 2199")):
        asked = values | {"on": day, "reason": too_dear.pk}
        answer = signed_in.post(url, asked, headers=HX)
        assert answer.status_code == 422 and sentence in answer.text
        assert "Why was it lost?" in answer.text


def test_a_closed_deal_is_not_moved(signed_in, deal, at, ben, too_dear):
    deals.lose(deal, reason=too_dear, by=ben)
    answer = move(signed_in, deal, at["Proposal"])
    assert answer.status_code == 422 and "Reopen it first" in answer.text


def test_who_may_not_write_a_deal_does_not_move_it(client, mia, deal, at):
    client.force_login(mia)
    for to in ("Proposal", "Lost"):
        assert move(client, deal, at[to]).status_code == 403
    url = f"/deals/{deal.pk}/outcome/"
    assert client.get(f"{url}?stage={at['Lost'].pk}").status_code == 403
    assert client.post(url, {"reopen": 1}).status_code == 403
    assert Deal.objects.get().version == 1


def test_moves_work_by_plain_forms(signed_in, deal, at, too_dear):
    url = f"/deals/{deal.pk}/"
    moved = signed_in.post(f"{url}stage/", {"stage": at["Proposal"].pk, "version": 1})
    assert moved.url == url
    page = signed_in.get(f"{url}outcome/?stage={at['Lost'].pk}").text
    assert "Why was it lost?" in page
    values = {"stage": at["Lost"].pk, "version": 2, "reason": too_dear.pk, "on": "2026-01-01"}
    refused = signed_in.post(f"{url}outcome/", values)
    assert refused.status_code == 422 and "before it was opened" in refused.text
    values["on"] = deal.opened_at.date()
    assert signed_in.post(f"{url}outcome/", values).url == url
    assert signed_in.post(f"{url}outcome/", {"reopen": 1}).url == url
    deal.refresh_from_db()
    assert (deal.outcome, deal.stage) == ("", at["Proposal"])
