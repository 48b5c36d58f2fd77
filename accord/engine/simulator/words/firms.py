"""Names of companies that buy: stems nobody is called, trades in the language of the country."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Trade:
    """What a plant does. industry: of the product's list; thirst: how much energy, around 1.

    plant: how people there call it; names: the word on the sign, by language, English elsewhere.
    """

    plant: str
    industry: str
    thirst: float
    share: float
    names: tuple[tuple[str, str], ...]


def _trade(kind: tuple[str, str], thirst: float, share: float, names: str) -> Trade:
    pairs = (each.split("=") for each in names.split(", "))
    return Trade(*kind, thirst, share, tuple((code, word) for code, word in pairs))


TRADES = (
    _trade(
        ("foundry", "Manufacturing"),
        1.5,
        12,
        "en=Castings, de=Gießerei, nl=Gieterij, sv=Gjuteri, pl=Odlewnia, cs=Slévárna, fr=Fonderie,"
        " it=Fonderia, es=Fundición, da=Støberi, fi=Valimo",
    ),
    _trade(
        ("forge", "Manufacturing"),
        1.2,
        10,
        "en=Forgings, de=Schmiedetechnik, nl=Smederij, sv=Smide, pl=Kuźnia, cs=Kovárna, fr=Forges,"
        " it=Forgiatura, es=Forja, da=Smedje, fi=Takomo",
    ),
    _trade(
        ("dairy", "Food and beverages"),
        1.1,
        13,
        "en=Dairies, de=Molkerei, nl=Zuivel, sv=Mejeri, pl=Mleczarnia, cs=Mlékárna, fr=Laiterie,"
        " it=Latteria, es=Lácteos, da=Mejeri, fi=Meijeri",
    ),
    _trade(
        ("bakery", "Food and beverages"),
        0.9,
        9,
        "en=Bakeries, de=Backwaren, nl=Bakkerij, sv=Bageri, pl=Piekarnia, cs=Pekárna,"
        " fr=Boulangerie, it=Panificio, es=Panadería, da=Bageri, fi=Leipomo",
    ),
    _trade(
        ("paint works", "Chemicals"),
        1.3,
        9,
        "en=Coatings, de=Lacke, nl=Verf, sv=Färg, pl=Farby, cs=Barvy, fr=Peintures, it=Vernici,"
        " es=Pinturas, da=Farver, fi=Maalit",
    ),
    _trade(
        ("packaging plant", "Printing and packaging"),
        1.0,
        9,
        "en=Packaging, de=Verpackungen, nl=Verpakkingen, sv=Förpackning, pl=Opakowania, cs=Obaly,"
        " fr=Emballages, it=Imballaggi, es=Envases, da=Emballage, fi=Pakkaus",
    ),
    _trade(
        ("drivetrain plant", "Automotive"),
        1.2,
        9,
        "en=Drivetrain, de=Antriebstechnik, nl=Aandrijvingen, sv=Drivlina, pl=Napędy, cs=Pohony,"
        " fr=Transmissions, it=Trasmissioni, es=Transmisiones, da=Transmission, fi=Voimansiirto",
    ),
    _trade(
        ("smelter", "Mining and metals"),
        1.6,
        6,
        "en=Alloys, de=Metallwerke, nl=Metaal, sv=Metall, pl=Metale, cs=Kovy, fr=Alliages,"
        " it=Leghe, es=Aleaciones, da=Metal, fi=Metalli",
    ),
    _trade(
        ("brickworks", "Construction"),
        1.1,
        6,
        "en=Brickworks, de=Ziegelwerk, nl=Steenfabriek, sv=Tegelbruk, pl=Cegielnia, cs=Cihelna,"
        " fr=Briqueterie, it=Laterizi, es=Ladrillos, da=Teglværk, fi=Tiilitehdas",
    ),
    _trade(
        ("clean room plant", "Pharmaceuticals"),
        1.0,
        5,
        "en=Sterile Products, de=Arzneimittel, nl=Farma, sv=Läkemedel, pl=Farmacja, cs=Léčiva,"
        " fr=Laboratoires, it=Farmaceutici, es=Laboratorios, da=Medicin, fi=Lääke",
    ),
    _trade(
        ("cold store", "Logistics"),
        0.8,
        6,
        "en=Cold Stores, de=Kühllogistik, nl=Koelhuizen, sv=Kyllager, pl=Chłodnia, cs=Mrazírny,"
        " fr=Frigorifiques, it=Frigoriferi, es=Frigoríficos, da=Kølehuse, fi=Kylmävarasto",
    ),
    _trade(
        ("board shop", "Electronics"),
        0.8,
        6,
        "en=Circuits, de=Leiterplatten, nl=Printplaten, sv=Kretskort, pl=Obwody, cs=Spoje,"
        " fr=Circuits, it=Circuiti, es=Circuitos, da=Printkort, fi=Piirilevy",
    ),
)

STEMS = [
    "Varnholt",
    "Kolmstedt",
    "Brandauer",
    "Ostrel",
    "Wendmark",
    "Halvorn",
    "Tessmark",
    "Orvell",
    "Lindmora",
    "Kassbach",
    "Rethwisch",
    "Morvane",
    "Ellgau",
    "Sundhagen",
    "Torvald",
    "Brixholm",
    "Nordelin",
    "Caldera",
    "Falkenau",
    "Grevenich",
    "Hestermann",
    "Ivarsen",
    "Jolmes",
    "Kirnbach",
    "Lauterholm",
    "Merovia",
    "Novaric",
    "Oderwald",
    "Pellgrin",
    "Quellhorst",
    "Rosmark",
    "Stavelin",
    "Tamsell",
    "Ulvania",
    "Vasterik",
    "Welzow",
    "Yverne",
    "Zellmark",
    "Arvanto",
    "Bohlenau",
    "Corvane",
    "Dremmel",
    "Eskeld",
    "Fontevane",
    "Glanmoor",
    "Harvane",
    "Ilmgau",
    "Jarnvik",
    "Kestrelin",
    "Lomberg",
    "Marwitz",
    "Nellhof",
    "Orsava",
    "Pramstett",
    "Ravensund",
    "Selvane",
    "Trellis",
    "Umbrecht",
    "Velmora",
    "Wiesmoor",
]

FORMS = {
    "DE": ("GmbH", "GmbH & Co. KG", "AG", "KG"),
    "AT": ("GmbH", "GesmbH", "AG"),
    "CH": ("AG", "GmbH"),
    "NL": ("B.V.", "N.V."),
    "SE": ("AB",),
    "DK": ("A/S", "ApS"),
    "FI": ("Oy", "Oyj"),
    "PL": ("Sp. z o.o.", "S.A."),
    "CZ": ("s.r.o.", "a.s."),
    "FR": ("SAS", "SA"),
    "IT": ("S.r.l.", "S.p.A."),
    "ES": ("S.L.", "S.A."),
    "GB": ("Ltd", "plc"),
    "IE": ("Ltd", "DAC"),
    "US": ("Inc.", "LLC"),
    "GR": ("A.E.",),
    "BG": ("OOD", "AD"),
    "JP": ("K.K.",),
}
