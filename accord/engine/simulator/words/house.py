"""Tallywatt, the company whose demo this is: it makes energy metering software for factories."""

from __future__ import annotations

from decimal import Decimal

from accord.engine.simulator.world import Product, Stage, Team, User

NAME = "Tallywatt"
DOMAIN = "tallywatt.example"

TEAMS = (Team("marketing", "Marketing", "noor"), Team("sales", "Sales", "tobias"))


def _user(key: str, name: str, title: str, team: str | None, *roles: str) -> User:
    return User(key, name, f"{key}@{DOMAIN}", title, team, roles)


USERS = (
    _user("henrike", "Henrike Vos", "Managing Director", None, "manager", "analyst"),
    _user("pavel", "Pavel Novotný", "Revenue Operations", None, "admin", "analyst"),
    _user("noor", "Noor Haddad", "Head of Marketing", "marketing", "manager", "marketer"),
    _user("emil", "Emil Sørensen", "Demand Generation", "marketing", "marketer"),
    _user("kasia", "Katarzyna Wójcik", "Content and Events", "marketing", "marketer"),
    _user("tobias", "Tobias Krämer", "Head of Sales", "sales", "manager", "seller"),
    _user("aoife", "Aoife Brennan", "Account Executive", "sales", "seller"),
    _user("luis", "Luís Carvalho", "Account Executive", "sales", "seller"),
    _user("yuki", "Yuki Tanaka", "Account Executive", "sales", "seller"),
    _user("zeynep", "Zeynep Aydın", "Sales Development", "sales", "seller"),
)
# Who works deals, with the share of new companies each gets.
SELLERS = (("tobias", 1.0), ("aoife", 3.0), ("luis", 2.6), ("yuki", 2.4), ("zeynep", 1.6))
MARKETERS = ("noor", "emil", "kasia")

GATEWAY, METER, SITE, AUDIT, PEAK, CARBON, ONBOARDING, TRAINING = PRODUCTS = (
    Product("gateway", "Tally Gateway", "Hardware", "piece", Decimal("690.00")),
    Product("meter", "Meter point licence", "Platform", "meter point a year", Decimal("84.00")),
    Product("site", "Site licence", "Platform", "site a year", Decimal("3600.00")),
    Product("audit", "Audit Report (ISO 50001)", "Modules", "site a year", Decimal("2400.00")),
    Product("peak", "Peak Guard", "Modules", "site a year", Decimal("4200.00")),
    Product("carbon", "Carbon Ledger", "Modules", "site a year", Decimal("3100.00")),
    Product("onboarding", "Onboarding on site", "Services", "day", Decimal("1450.00")),
    Product("training", "Training", "Services", "day", Decimal("1250.00")),
)

STAGES = (
    Stage("qualified", "Qualified", "open", Decimal("0.1")),
    Stage("discovery", "Discovery", "open", Decimal("0.25")),
    Stage("proposal", "Proposal", "open", Decimal("0.5")),
    Stage("negotiation", "Negotiation", "open", Decimal("0.75")),
    Stage("won", "Won", "won", Decimal(1)),
    Stage("lost", "Lost", "lost", Decimal(0)),
)

# Path and title of pages, the likelier to be looked at the more they weigh.
PAGES = (
    (("/", "Tallywatt: every kilowatt hour accounted for"), 9.0),
    (("/pricing/", "Pricing"), 8.0),
    (("/product/peak-guard/", "Peak Guard"), 7.0),
    (("/product/gateway/", "Tally Gateway"), 5.0),
    (("/product/carbon-ledger/", "Carbon Ledger"), 4.0),
    (("/iso-50001/", "ISO 50001 without spreadsheets"), 6.0),
    (("/customers/", "Customers"), 5.0),
    (("/customers/foundry-saves-peak/", "How a foundry cut its peak by 18 %"), 4.0),
    (("/customers/dairy-night-load/", "The dairy that found its night load"), 3.0),
    (("/docs/meters/", "Which meters work"), 5.0),
    (("/security/", "Security and hosting"), 4.0),
    (("/guides/peak-load/", "Guide: reading a load profile"), 3.0),
    (("/guides/compressed-air/", "Guide: leaks in compressed air"), 3.0),
    (("/about/", "About us"), 1.0),
)

# Forms in which somebody becomes a lead, with path, title and how likely each is.
FORMS = (
    (("/demo/", "Book a demo"), 5.0),
    (("/quote/", "Ask for a quote"), 3.0),
    (("/contact/", "Talk to an engineer"), 3.0),
    (("/calculator/", "Peak load calculator"), 4.0),
    (("/trial/", "Try one meter for 30 days"), 2.0),
)

ISSUES = (
    "What a kilowatt at the wrong hour costs",
    "Five alarms worth setting up",
    "The new audit rules in plain words",
    "Night load: who left the lights on?",
    "A dairy, two chillers and one surprise",
    "Meters you already have",
    "Carbon numbers your customer will ask for",
    "What we learned from 200 load profiles",
    "Compressed air is never free",
    "Before the budget round: three figures",
)
