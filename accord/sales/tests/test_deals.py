from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.db.utils import DatabaseError
from django.utils import timezone

from accord.engine.errors import Refused
from accord.people import contacts, fields, records
from accord.people.fields import Money
from accord.platform.access.permissions import Forbidden
from accord.platform.models import AuditEntry, Event, FieldChange
from accord.platform.trail import history
from accord.sales import deals
from accord.sales.models import Deal, DealContact, StageChange
from accord.sales.pipeline import pipelines, stage_changes, stages
from accord.sales.pipeline.moves import NotAnOpenStage, StageGone


def _names(deal):
    found = Event.objects.filter(deal_id=deal.pk).order_by("id")
    return list(found.values_list("name", flat=True))


def _everything():
    """All there is about deals, to see that a refusal changes nothing."""
    tables = (Deal, DealContact, StageChange, FieldChange, AuditEntry, Event)
    return [sorted(map(str, table.objects.values_list())) for table in tables]


def test_a_new_deal_starts_in_the_first_stage_and_tells_it(deal, at, ana, ben, acme):
    assert (deal.stage, deal.pipeline) == (at["Qualified"], at["Qualified"].pipeline)
    assert (deal.owner, deal.company, deal.outcome, deal.version) == (ben, acme, "", 1)
    assert (deal.amount, deal.currency, deal.value) == (Decimal(1000), "EUR", Decimal(1000))
    first = StageChange.objects.get(deal=deal)
    assert (first.previous, first.stage, first.at) == (None, at["Qualified"], deal.opened_at)
    assert (first.amount, first.currency, first.owner) == (Decimal(1000), "EUR", ben)
    assert AuditEntry.objects.get(verb="deal.created").subject_id == deal.pk
    created = Event.objects.get(name="deal.created")
    assert (created.deal_id, created.contact_id, created.company_id) == (deal.pk, ana.pk, acme.pk)
    ana.refresh_from_db()
    assert ana.stage == "opportunity"


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({}, "Give the deal a name"),
        ({"name": "A", "amount": "a lot"}, "Amount: .*not an amount"),
        ({"name": "A", "shoe_size": 4}, "no field “shoe_size”"),
        ({"name": "A", "outcome": "won"}, "Outcome is filled by Accord"),
        ({"name": "A", "value": "1 EUR"}, "Value is filled by Accord"),
        ({"name": "A", "company": "No Such"}, "There is no company"),
        ({"name": "A" * 301}, "at most 300 characters"),
        ({"name": "A", "opened_at": "2150-01-01"}, "cannot have been opened on a day to come"),
        ({"name": "A", "stage": "Won"}, "opened in an open stage"),
        ({"name": "A", "stage": "Prospecting"}, "not one of the choices"),
    ],
)
def test_a_bad_deal_is_refused_with_a_sentence(pipeline, ben, values, sentence):
    with pytest.raises(Refused, match=sentence):
        deals.create(values=values, by=ben)
    assert not Deal.objects.exists() and not Event.objects.exists()


def test_a_deal_opened_before_is_dated_then_and_may_have_an_unknown_day(pipeline, at, ben):
    old = deals.create(
        values={"name": "Old", "opened_at": "2026-01-05", "stage": "Proposal"}, by=ben
    )
    assert timezone.localdate(old.opened_at) == date(2026, 1, 5) and old.stage == at["Proposal"]
    assert old.stage_since == old.opened_at == StageChange.objects.get(deal=old).at
    unknown = deals.create(values={"name": "Unknown", "opened_at": None}, by=ben)
    assert unknown.opened_at is None and StageChange.objects.get(deal=unknown).at is None


def test_sellers_open_deals_for_themselves_and_marketers_none(pipeline, ben, mia, lars):
    with pytest.raises(Forbidden):
        deals.create(values={"name": "Not mine"}, by=mia)
    with pytest.raises(Forbidden):
        deals.create(values={"name": "His", "owner": lars}, by=ben)
    deals.create(values={"name": "Nobody's", "owner": None}, by=ben)
    deals.create(values={"name": "His", "owner": ben}, by=lars)
    assert Deal.objects.count() == 2


def test_a_change_is_kept_with_old_and_new_and_told(deal, ben):
    deals.change(
        deal,
        values={"amount": "2500 EUR", "close_on": "2026-12-24", "tags": ["hot"]},
        version=1,
        by=ben,
    )
    assert (deal.amount, deal.value, deal.version) == (Decimal(2500), Decimal(2500), 2)
    assert deal.close_on == date(2026, 12, 24)
    change = history.of(deal, "amount")[0]
    assert (change.old["amount"], change.new["amount"], change.by) == (1000, 2500, ben)
    told = Event.objects.get(name="deal.changed").properties
    assert told["fields"] == ["amount", "close_on", "tags"]
    assert told["changes"]["close_on"] == [None, "2026-12-24"]
    deals.change(deal, values={"amount": "2500 EUR"}, by=ben)
    assert deal.version == 2 and Event.objects.filter(name="deal.changed").count() == 1


def test_an_amount_may_be_empty_and_has_no_currency_then(deal, ben):
    deals.change(deal, values={"amount": ""}, by=ben)
    assert (deal.amount, deal.currency, deal.value) == (None, "", None)


def test_who_saves_an_old_version_sees_both_values(deal, ben, olga):
    mine = Deal.objects.get(pk=deal.pk)
    deals.change(deal, values={"close_on": "2026-12-24"}, version=1, by=olga)
    before = _everything()
    with pytest.raises(deals.Conflict) as caught:
        deals.change(mine, values={"close_on": "2026-12-31"}, version=1, by=ben)
    assert caught.value.mine["close_on"] == date(2026, 12, 31)
    assert caught.value.theirs["close_on"] == date(2026, 12, 24)
    assert caught.value.version == 2
    assert _everything() == before


def test_a_custom_field_of_a_deal_is_kept_typed(deal, ben, olga):
    from accord.people.fields import custom_fields

    custom_fields.add(noun="deal", label="Seats", kind="number", by=olga)
    deals.change(deal, values={"seats": "40"}, by=ben)
    assert fields.read(deal, fields.field("deal", "seats")) == Decimal(40)


def test_an_external_id_is_given_once(deal, ben):
    deals.change(deal, values={"external_id": "OPP-1"}, by=ben)
    with pytest.raises(Refused, match="Another deal has this external id"):
        deals.create(values={"name": "Second", "external_id": "OPP-1"}, by=ben)
    deals.delete(deal, by=ben)
    second = deals.create(values={"name": "Second", "external_id": "OPP-1"}, by=ben)
    with pytest.raises(Refused, match="Another deal has this external id"):
        deals.restore(deal, by=ben)
    assert Deal.objects.alive().get() == second


def test_a_move_is_kept_with_what_was_hoped_for_then(deal, at, ben, olga):
    deals.change(deal, values={"amount": "1500 EUR", "close_on": "2026-12-24"}, by=ben)
    deals.move(deal, to=at["Proposal"], version=2, by=ben)
    deals.change(deal, values={"amount": "9000 EUR"}, by=ben)
    last = StageChange.objects.filter(deal=deal).latest("pk")
    assert (last.previous, last.stage) == (at["Qualified"], at["Proposal"])
    assert (last.amount, last.close_on, last.owner) == (Decimal(1500), date(2026, 12, 24), ben)
    assert deal.stage_since == last.at and deal.version == 4
    told = Event.objects.get(name="deal.moved").properties
    assert (told["from"], told["to"]) == (at["Qualified"].pk, at["Proposal"].pk)
    assert AuditEntry.objects.filter(verb="deal.moved", by=ben).count() == 1
    assert [each.stage for each in stage_changes.of(deal)] == [at["Qualified"], at["Proposal"]]


def test_a_move_from_an_old_board_is_refused(deal, at, ben, olga):
    deals.move(deal, to=at["Discovery"], version=1, by=olga)
    before = _everything()
    with pytest.raises(deals.Conflict) as caught:
        deals.move(deal, to=at["Proposal"], version=1, by=ben)
    assert caught.value.theirs == {"stage": str(at["Discovery"].pk)}
    assert _everything() == before


def test_who_may_not_write_a_deal_changes_nothing(deal, best_fit, ben, mia, olga):
    ana, at = deal.people.get().contact, {stage.name: stage for stage in deal.pipeline.stages.all()}
    other = contacts.create(values={"first_name": "Otto"}, by=olga)
    deals.change(deal, values={"owner": olga}, by=olga)
    before = _everything()
    for who in (ben, mia):
        for act in (
            lambda by: deals.change(deal, values={"name": "Mine"}, by=by),
            lambda by: deals.move(deal, to=at["Proposal"], by=by),
            lambda by: deals.move(deal, to=at["Qualified"], by=by),
            lambda by: deals.win(deal, reason=best_fit, by=by),
            lambda by: deals.lose(deal, reason=best_fit, by=by),
            lambda by: deals.reopen(deal, by=by),
            lambda by: deals.delete(deal, by=by),
            lambda by: deals.add_contact(deal, other, role="Signs", by=by),
            lambda by: deals.remove_contact(deal, ana, by=by),
            lambda by: deals.set_lines(deal, [], by=by),
        ):
            with pytest.raises(Forbidden):
                act(by=who)
    assert _everything() == before


def test_a_manager_changes_deals_of_the_teams_they_lead(deal, lars, olga):
    deals.change(deal, values={"name": "Led"}, by=lars)
    deals.change(deal, values={"owner": olga}, by=olga)
    with pytest.raises(Forbidden):
        deals.change(deal, values={"name": "Not led"}, by=lars)


def test_a_deal_moves_into_another_pipeline_but_not_into_a_stage_out_of_use(deal, at, ben, olga):
    renewals = pipelines.add(name="Renewals", by=olga)
    deals.move(deal, to=stages.of(renewals)[1], by=ben)
    assert deal.pipeline == renewals
    stages.archive(at["Proposal"], by=olga)
    with pytest.raises(StageGone):
        deals.move(deal, to=at["Proposal"], by=ben)
    with pytest.raises(StageGone):
        deals.create(values={"name": "Late", "stage": at["Proposal"]}, by=ben)


def test_cards_keep_their_order(pipeline, at, ben):
    made = {name: deals.create(values={"name": name}, by=ben) for name in "abc"}

    def order(stage="Qualified"):
        found = Deal.objects.filter(stage=at[stage]).order_by("rank", "pk")
        return "".join(found.values_list("name", flat=True))

    assert order() == "cba"
    deals.move(made["a"], to=at["Qualified"], before=made["b"].pk, by=ben)
    assert order() == "cab"
    deals.move(made["c"], to=at["Qualified"], by=ben)
    assert order() == "abc"
    deals.move(made["b"], to=at["Discovery"], by=ben)
    deals.move(made["c"], to=at["Discovery"], before=made["b"].pk, by=ben)
    deals.move(made["a"], to=at["Discovery"], before=made["b"].pk, by=ben)
    assert order("Discovery") == "cab"
    assert {each.version for each in Deal.objects.all()} == {2}


def test_a_stage_whose_ranks_have_no_room_left_is_numbered_anew(pipeline, at, ben):
    a, b, c = (deals.create(values={"name": name}, by=ben) for name in "abc")
    Deal.objects.update(rank=1.0)
    deals.move(c, to=at["Qualified"], before=b.pk, by=ben)
    assert list(Deal.objects.order_by("rank").values_list("name", flat=True)) == ["a", "c", "b"]
    for _ in range(60):
        deals.move(a, to=at["Qualified"], before=b.pk, by=ben)
        deals.move(c, to=at["Qualified"], before=b.pk, by=ben)
    assert list(Deal.objects.order_by("rank").values_list("name", flat=True)) == ["a", "c", "b"]
    assert len(set(Deal.objects.values_list("rank", flat=True))) == 3


def test_a_card_dropped_at_one_that_is_gone_goes_to_the_end(deal, at, ben):
    other = deals.create(values={"name": "Other", "stage": at["Proposal"]}, by=ben)
    deals.move(deal, to=at["Proposal"], before=999_999, by=ben)
    assert deal.rank > other.rank


def test_people_join_and_leave_a_deal(deal, ben, olga, ana):
    otto = contacts.create(values={"first_name": "Otto"}, by=olga)
    deals.add_contact(deal, otto, role="  Signs  ", by=ben)
    deals.add_contact(deal, otto, role="Signs", by=ben)
    assert DealContact.objects.get(contact=otto).role == "Signs"
    otto.refresh_from_db()
    assert otto.stage == "opportunity"
    deals.add_contact(deal, otto, role="Decides", by=ben)
    deals.remove_contact(deal, ana, by=ben)
    deals.remove_contact(deal, ana, by=ben)
    assert _names(deal) == ["deal.created", "deal.contact_added", "deal.contact_removed"]
    assert [each.new for each in history.of(deal, "contacts")] == [
        [[otto.pk, "Decides"]],
        [[ana.pk, ""], [otto.pk, "Decides"]],
        [[ana.pk, ""], [otto.pk, "Signs"]],
    ]
    contacts.delete(otto, by=olga)
    with pytest.raises(deals.Deleted):
        deals.add_contact(deal, otto, by=ben)


def test_a_deleted_deal_comes_back_within_thirty_days(deal, ben):
    deals.delete(deal, by=ben)
    assert not Deal.objects.visible_to(ben).exists()
    for act in (
        lambda: deals.change(deal, values={"name": "Gone"}, by=ben),
        lambda: deals.move(deal, to=deal.stage, by=ben),
        lambda: deals.add_contact(deal, deal.people.get().contact, by=ben),
        lambda: deals.set_lines(deal, [], by=ben),
        lambda: deals.delete(deal, by=ben),
    ):
        with pytest.raises(deals.Deleted):
            act()
    deals.restore(deal, by=ben)
    assert Deal.objects.visible_to(ben).get() == deal
    assert _names(deal)[-2:] == ["deal.deleted", "deal.restored"]
    deals.delete(deal, by=ben)
    Deal.objects.update(deleted_at=timezone.now() - timedelta(days=31))
    with pytest.raises(records.TooLate):
        deals.restore(deal, by=ben)


def test_a_deal_deleted_long_ago_is_removed_with_its_history(deal, ben):
    deals.delete(deal, by=ben)
    assert records.purge(Deal, now=timezone.now() + timedelta(days=31)) == 1
    assert not Deal.objects.exists() and not StageChange.objects.exists()


def test_stage_history_is_only_added(deal):
    for statement in ("UPDATE sales_stagechange SET at = now()", "DELETE FROM sales_stagechange"):
        with pytest.raises(DatabaseError, match="append-only"):
            from django.db import transaction

            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)


def test_fields_read_what_lists_show_of_a_deal(deal, ana, django_assert_num_queries):
    from accord.sales.agenda import tasks

    due = timezone.now() + timedelta(days=2)
    tasks.add(title="Call Ana", due_at=due, deal=deal, by=deal.owner)
    contacts.change(ana, values={"source": "google", "campaign": "spring"}, by=None)
    [row] = Deal.objects.select_related("company", "owner", "stage")
    deals.attach([row])
    catalogue = fields.catalogue("deal")
    with django_assert_num_queries(0):
        found = {
            name: fields.read(row, field)
            for name, field in catalogue.items()
            if field.listed and name != "team"
        }
    assert found["name"] == "Grid rollout" and found["amount"] == Money(Decimal(1000), "EUR")
    assert found["value"] == Money(Decimal(1000), "EUR")
    assert (found["next_step"], found["source"], found["campaign"]) == (
        "Call Ana",
        "google",
        "spring",
    )
    assert (found["age"], found["stage"]) == (0, str(row.stage_id))
    assert fields.show(catalogue["stage"], found["stage"]) == "Qualified"


def test_a_stage_given_among_values_moves_the_deal(deal, at, ben, too_dear):
    deals.change(deal, values={"stage": "Proposal", "amount": "5 EUR"}, version=1, by=ben)
    assert (deal.stage, deal.amount) == (at["Proposal"], Decimal(5))
    with pytest.raises(Refused, match="choose a reason"):
        deals.change(deal, values={"stage": at["Lost"]}, by=ben)
    values = {"stage": str(at["Lost"].pk), "reason": str(too_dear.pk), "reason_note": "10 percent"}
    deals.change(deal, values=values, by=ben)
    assert (deal.outcome, deal.reason, deal.reason_note) == ("lost", too_dear, "10 percent")
    with pytest.raises(NotAnOpenStage):
        deals.reopen(deal, to=at["Won"], by=ben)
