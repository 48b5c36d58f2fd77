"""An invented company for the gallery; nothing of it is stored."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.utils import timezone


@dataclass(frozen=True)
class Named:
    pk: int
    name: str

    def __str__(self):
        return self.name


BEN, MIA, LENA = Named(2, "Ben Ode"), Named(3, "Mia Krall"), Named(4, "Lena Fuchs")
COMPANIES = [
    Named(10 + at, name)
    for at, name in enumerate(
        [
            "Föhr Fähren",
            "Netze Lippe",
            "Nordwind Energie",
            "Isar Volt",
            "Baltic Wind",
            "Tauern Hydro",
        ]
    )
]
NAMES = [
    "Jan Petersen", "Silke Brandt", "Maren Vogt", "Ömer Aydın", "Anke Sievers", "Bastian Krüger",
    "Hanna Lindqvist", "Markus Thaler", "Ines Carvalho", "Georg Wimmer", "Lea Hofmann",
    "Piotr Zieliński", "Sofia Marino", "Uwe Jansen", "Carla Stein", "Nils Dahl", "Teresa Quint",
    "Wolfeschlegelsteinhausenbergerdorff von Hohenheim-Württemberg",
]  # fmt: skip
STAGES = [("MQL", "mkt"), ("Opportunity", "sales"), ("Accepted", "sales"), ("Lead", "mkt")]
SOURCES = ["Webinar", "Paid search", "Organic", "Referral", "Partner"]


def contacts():
    now = timezone.now()
    return [
        {
            "pk": 100 + at,
            "name": name,
            "person": Named(100 + at, name),
            "company": COMPANIES[at % len(COMPANIES)],
            "stage": STAGES[at % 4][0],
            "tone": STAGES[at % 4][1],
            "score": 40 + at * 13 % 60,
            "last": now - timedelta(hours=at * at * 3, minutes=12),
            "source": SOURCES[at % 5],
            "owner": (BEN, MIA, LENA, None)[at % 4],
            "amount": Decimal(12_500 * at) if at % 3 else None,
            "phone": f"+49 40 5550 18{at:02}",
        }
        for at, name in enumerate(NAMES)
    ]


def deal(key, company, title, amount, step, **more):
    return {
        "pk": key, "company": COMPANIES[company], "title": title, "amount": Decimal(amount),
        "close": timezone.localdate() + timedelta(days=key % 40), "owner": (BEN, LENA)[key % 2],
        "step": step, "age": key % 25, "source": SOURCES[key % 5],
        "team": ("mkt", "sales")[key % 2], "version": 1, **more,
    }  # fmt: skip


def board():
    """Stages with their deals, as the deals page gets them."""
    return [
        {"key": "qualified", "name": "Qualified", "dot": "var(--c8)", "deals": [
            deal(412, 2, "Grid forecasting rollout", 84_000, "Call Maren Vogt", today=True),
            deal(413, 3, "Dispatch optimiser pilot", 22_500, "First call"),
            deal(415, 0, "Metering data hub", 36_500, ""),
        ]},
        {"key": "discovery", "name": "Discovery", "dot": "var(--c6)", "deals": [
            deal(418, 1, "Load forecasting, 3 regions", 112_000, "Follow up", overdue=True),
            deal(371, 4, "Balancing group portal", 67_000, "Workshop with IT"),
        ]},
        {"key": "proposal", "name": "Proposal", "dot": "var(--c1)", "deals": [
            deal(390, 5, "Reservoir planning", 73_500, "Price approval"),
        ]},
        {"key": "won", "name": "Won this month", "dot": "var(--ok)", "deals": []},
        {"key": "lost", "name": "Lost", "dot": "var(--c5)", "deals": []},
    ]  # fmt: skip
