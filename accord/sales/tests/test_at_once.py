"""Several people at once, on connections of their own."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from django.db import connection

from accord.engine.errors import Refused
from accord.platform.models import Event
from accord.sales import deals
from accord.sales.models import Deal, Stage, StageChange
from accord.sales.pipeline import pipelines, stages

pytestmark = pytest.mark.django_db(transaction=True)


def _at_once(*acts):
    """Do all of them at the same time; True for each that was not refused."""

    def run(act):
        try:
            act()
        except Refused:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_a_deal_ends_once(deal, best_fit, too_dear, ben, olga):
    done = _at_once(
        lambda: deals.win(Deal.objects.get(pk=deal.pk), reason=best_fit, by=ben),
        lambda: deals.lose(Deal.objects.get(pk=deal.pk), reason=too_dear, by=olga),
        lambda: deals.win(Deal.objects.get(pk=deal.pk), reason=best_fit, by=olga),
    )
    assert sum(done) == 1
    ended = Event.objects.filter(deal_id=deal.pk, name__in=["deal.won", "deal.lost"])
    assert ended.count() == 1 and StageChange.objects.filter(deal=deal).count() == 2


def test_of_two_moves_of_one_version_one_is_told(deal, at, ben, olga):
    done = _at_once(
        lambda: deals.move(Deal.objects.get(pk=deal.pk), to=at["Proposal"], version=1, by=ben),
        lambda: deals.move(Deal.objects.get(pk=deal.pk), to=at["Discovery"], version=1, by=olga),
    )
    assert sum(done) == 1 and Deal.objects.get().version == 2


def test_nothing_moves_into_a_stage_that_is_being_archived(deal, at, ben, olga):
    others = [deals.create(values={"name": str(n), "amount": "1 EUR"}, by=ben) for n in range(3)]
    acts = [
        lambda one=one: deals.move(Deal.objects.get(pk=one.pk), to=at["Proposal"], by=ben)
        for one in others
    ]
    _at_once(*acts, lambda: stages.archive(at["Proposal"], move_to=at["Negotiation"], by=olga))
    assert Stage.objects.get(pk=at["Proposal"].pk).archived_at
    assert not Deal.objects.filter(stage=at["Proposal"]).exists()
    assert Deal.objects.filter(value=Decimal(1)).count() == 3


def test_two_processes_make_one_first_pipeline(db):
    _at_once(pipelines.ensure, pipelines.ensure, pipelines.ensure)
    assert [each.name for each in pipelines.every()] == ["Sales"]
