from decimal import Decimal

import pytest

from accord.people.fields import Money
from accord.sales import deals
from accord.sales.pipeline import pipelines, reasons, stages


@pytest.fixture
def pipeline(db):
    """The usual pipeline, called Sales."""
    pipelines.ensure()
    return pipelines.default()


@pytest.fixture
def at(pipeline):
    """The stages of the usual pipeline by name."""
    return {stage.name: stage for stage in stages.of(pipeline)}


@pytest.fixture
def best_fit(pipeline):
    return reasons.to_pick("won")[0]


@pytest.fixture
def too_dear(pipeline):
    return reasons.to_pick("lost")[0]


@pytest.fixture
def deal(pipeline, ben, ana, acme):
    """Ben hopes to sell to Acme, where Ana buys."""
    values = {"name": "Grid rollout", "company": acme, "contacts": [ana]}
    return deals.create(values=values | {"amount": Money(Decimal(1000), "EUR")}, by=ben)
