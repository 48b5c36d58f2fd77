"""The people who work at the demo company, its teams, price list, rates and campaigns."""

from __future__ import annotations

from accord.demo.places import Loading, unused
from accord.marketing.models import Campaign, CampaignCost
from accord.platform.access import preferences
from accord.platform.models import ExchangeRate, Team, User
from accord.sales.models import CloseReason, Product
from accord.sales.pipeline import pipelines

PREFIX = "demo:"
POSTAL_ADDRESS = "Example Street 1\n20095 Hamburg\nGermany"


def load(loading: Loading) -> None:
    _users(loading)
    _prices(loading)
    _stages(loading)
    _reasons(loading)
    _campaigns(loading)


def _users(loading: Loading) -> None:
    """Colleagues without a way to sign in, so that they own records and nothing else."""
    world = loading.world
    teams = {team.key: Team.objects.create(name=unused(Team, team.name)) for team in world.teams}
    loading.book.teams = [team.pk for team in teams.values()]
    for each in world.users:
        made = User(
            name=each.name,
            roles=list(each.roles),
            team=teams[each.team] if each.team else None,
            is_active=False,
            external_id=PREFIX + each.key,
        )
        made.set_unusable_password()
        made.save(force_insert=True)
        loading.users[each.key] = made.pk
    loading.book.users = list(loading.users.values())
    for team in world.teams:
        Team.objects.filter(pk=teams[team.key].pk).update(lead=loading.users[team.lead])


def _prices(loading: Loading) -> None:
    for each in loading.world.products:
        made, new = Product.objects.get_or_create(
            name=each.name,
            defaults={
                "series": each.series,
                "price": each.price,
                "currency": "EUR",
                "import_id": loading.book.import_id,
            },
        )
        loading.products[each.key] = made.pk
        if new:
            loading.book.products.append(made.pk)
    for rate in loading.world.rates:
        if rate.currency == preferences.current().reporting_currency:
            continue
        made_rate, new = ExchangeRate.objects.get_or_create(
            currency=rate.currency, on=rate.on, defaults={"rate": rate.rate}
        )
        if new:
            loading.book.rates.append(made_rate.pk)


def _stages(loading: Loading) -> None:
    """The stages of the first pipeline, by name; of the same kind where a name is another."""
    stages = list(pipelines.default().stages.filter(archived_at=None))
    for each in loading.world.stages:
        named = [stage for stage in stages if stage.name == each.name]
        alike = [stage for stage in stages if stage.kind == each.kind]
        loading.stages[each.key] = (named or alike)[0].pk


def _reasons(loading: Loading) -> None:
    wanted = {(deal.outcome, deal.reason) for deal in loading.world.deals if deal.outcome}
    for outcome, label in sorted(wanted):
        made, new = CloseReason.objects.get_or_create(
            outcome=outcome, label=label, defaults={"position": 100}
        )
        loading.reasons[outcome, label] = made.pk
        if new:
            loading.book.reasons.append(made.pk)


def _campaigns(loading: Loading) -> None:
    for each in loading.world.campaigns:
        made = Campaign.objects.create(
            name=unused(Campaign, each.name),
            goal=each.goal,
            channel=each.channel,
            marks=list(each.marks),
            starts_on=each.starts_on,
            ends_on=each.ends_on,
            owner_id=loading.user(each.owner),
        )
        loading.book.campaigns.append(made.pk)
        CampaignCost.objects.bulk_create(
            CampaignCost(
                campaign=made,
                on=cost.on,
                amount=cost.amount,
                currency=cost.currency,
                note=cost.note,
            )
            for cost in each.costs
        )
