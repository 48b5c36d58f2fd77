from decimal import Decimal

import pytest

from accord.people.fields import Money
from accord.sales import deals
from accord.sales.pipeline import pipelines, reasons, stages


@pytest.fixture
def at(db):
    """The stages of the usual pipeline by name."""
    pipelines.ensure()
    return {stage.name: stage for stage in stages.of(pipelines.default())}


@pytest.fixture
def too_dear(at):
    return reasons.to_pick("lost")[0]


@pytest.fixture
def deal(at, ben, ana, acme):
    """Ben hopes to sell to Acme, where Ana buys."""
    values = {"name": "Grid rollout", "company": acme, "contacts": [ana]}
    return deals.create(values=values | {"amount": Money(Decimal(1000), "EUR")}, by=ben)


@pytest.fixture
def signed_in(client, ben, at):
    client.force_login(ben)
    return client
