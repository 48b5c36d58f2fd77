"""Names of people, by country, with their cities and telephone numbers kept free for fiction.

Numbers: the ranges which the regulators of Germany, the United Kingdom, France, Sweden and North
America set aside for films and books. Elsewhere there is none, so people there have no number.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Country:
    """Where people live. phones: a prefix, and how many digits may follow it freely.

    first, last: as written there, "native=latin" where the script is another one.
    share: of all companies.
    """

    code: str
    language: str
    share: float
    first: tuple[str, ...]
    last: tuple[str, ...]
    cities: tuple[str, ...]
    phones: tuple[tuple[str, int], ...] = ()


def _words(text: str) -> tuple[str, ...]:
    """Names apart by spaces; an underscore is a space within a name."""
    return tuple(word.replace("_", " ") for word in text.split())


_GERMAN_PHONES = (
    ("+493023125", 3),
    ("+496990009", 3),
    ("+494066969", 3),
    ("+492214710", 3),
    ("+498999998", 3),
    ("+4917139200", 2),
)

COUNTRIES = (
    Country(
        "DE",
        "de",
        36,
        _words(
            "Jörg Anke Matthias Sabine Jürgen Katrin Sönke Heike Uwe Birgit Torsten Ayşe Björn"
            " Silke Holger Günther Mareike Cem Lena Rüdiger Änne Dirk Svenja Ömer Ulrike Henning"
        ),
        _words(
            "Brandstätter Müßig Köhnke Sölter Grünewald Fröhlich Haßelmann Lüdecke Wegener Rößler"
            " Tiedemann Özkan Schäfer Vollmer Krüger Pförtner Weißhaupt Jäckel Demir Bürkle"
            " Holtkamp Nöthen Strüver Zöllner Arndt Mühlbauer Kaya Lindenau"
        ),
        _words(
            "Dortmund Kassel Bielefeld Chemnitz Ulm Siegen Hagen Osnabrück Heilbronn Zwickau Mainz"
            " Göttingen Lübeck Saarbrücken"
        ),
        _GERMAN_PHONES,
    ),
    Country(
        "AT",
        "de",
        7,
        _words("Franz Hannelore Lukas Gerlinde Stefan Verena Manfred Elfriede Jakob Magdalena"),
        _words("Hölzl Gruber Steinböck Pichler Moosbrugger Wögerer Aigner Lechner Kröll Zauner"),
        _words("Linz Graz Wels Steyr Villach Dornbirn"),
    ),
    Country(
        "CH",
        "de",
        6,
        _words("Urs Regula Beat Vreni Reto Nadja Luca Céline Rolf Seraina"),
        _words("Zürcher Ammann Bächtold Rüegg Favre Caduff Wüthrich Monnier Stähli Bianchi"),
        _words("Winterthur Aarau Thun Biel Schaffhausen Emmen"),
    ),
    Country(
        "NL",
        "nl",
        7,
        _words("Sander Marloes Joost Femke Ruben Anouk Daan Saskia Maarten Liesbeth"),
        _words(
            "Hoekstra Vermeulen Dijkgraaf Terpstra Koopmans Wijngaard Schouten Brouwer Noë Postma"
        ),
        _words("Eindhoven Enschede Tilburg Breda Zwolle Venlo"),
    ),
    Country(
        "SE",
        "sv",
        5,
        _words("Åsa Göran Linnéa Björn Ingrid Håkan Örjan Malin Sören Märta"),
        _words("Åkesson Öberg Lindström Sjögren Hägglund Wikström Nyqvist Björklund Ström Ekdahl"),
        _words("Västerås Norrköping Borås Skellefteå Gävle"),
        (("+463139006", 2), ("+464062804", 2), ("+468465004", 2)),
    ),
    Country(
        "DK",
        "da",
        4,
        _words("Søren Mette Jørgen Kirsten Rasmus Bodil Anders Birgitte Åge Sofie"),
        _words(
            "Kjærgaard Østergaard Søndergaard Nørgaard Bach Lauridsen Thygesen Brøns Højlund Skov"
        ),
        _words("Odense Esbjerg Kolding Vejle"),
    ),
    Country(
        "FI",
        "fi",
        3,
        _words("Päivi Jukka Satu Mikko Terhi Väinö Aino Heikki Sirpa Olli"),
        _words(
            "Mäkelä Hämäläinen Lehtinen Kärkkäinen Väisänen Salonen Pöyry Rantala Yli-Mäki Koski"
        ),
        _words("Tampere Oulu Lahti Pori"),
    ),
    Country(
        "PL",
        "pl",
        6,
        _words("Paweł Małgorzata Łukasz Agnieszka Grzegorz Żaneta Wojciech Ewa Michał Jagoda"),
        _words("Wróblewski Kościelny Dąbek Szczepański Żuraw Łęcki Gołąb Świderski Błaszczyk Mróz"),
        _words("Gliwice Łódź Poznań Rzeszów Bydgoszcz"),
    ),
    Country(
        "CZ",
        "cs",
        4,
        _words("Jiří Markéta Ondřej Lenka Tomáš Zdeňka Radek Šárka Vojtěch Hana"),
        _words("Dvořáček Kučera Řezník Procházka Šťastný Žižka Havlík Němec Bartoš Vávra"),
        _words("Ostrava Plzeň Brno Liberec"),
    ),
    Country(
        "FR",
        "fr",
        5,
        _words("Benoît Hélène Jérôme Maëlle François Océane Thierry Cécile Loïc Amélie"),
        _words(
            "Lefèvre Beaumont Guérin Chevallier Delaunay Bérard Rousselle N'Diaye Pécheux Vasseur"
        ),
        _words("Grenoble Mulhouse Valenciennes Limoges"),
        (("+3319900", 4), ("+3326191", 4), ("+3335301", 4), ("+3346571", 4), ("+3353649", 4)),
    ),
    Country(
        "IT",
        "it",
        4,
        _words("Niccolò Chiara Matteo Federica Davide Lucia Gianluca Ilaria Fabio Noemi"),
        _words(
            "Bortolotti Ferraresi Colombo De_Marchi Galli Rinaldi Pesaro Zanetti Moretti D'Angelo"
        ),
        _words("Brescia Bergamo Vicenza Modena"),
    ),
    Country(
        "ES",
        "es",
        3,
        _words("Íñigo Begoña José Nuria Álvaro Rocío Andrés Inés Iker Maite"),
        _words("Muñoz Echeverría Ibáñez Peña Cañizares Gutiérrez Larrañaga Solís Núñez Ferrer"),
        _words("Zaragoza Bilbao Valladolid Vitoria"),
    ),
    Country(
        "GB",
        "en",
        5,
        _words("Gareth Priya Alistair Siobhan Nigel Chloe Imran Fiona Rhys Gemma"),
        _words(
            "Whitcombe O'Rourke Patel Haverley McAllister Thornbury Okafor Llewellyn Hartley Singh"
        ),
        _words("Sheffield Leeds Coventry Wrexham Sunderland"),
        (("+442079460", 3), ("+441134960", 3), ("+441144960", 3)),
    ),
    Country(
        "IE",
        "en",
        1.5,
        _words("Aoibhinn Cormac Niamh Declan Órla Seán"),
        _words("Ó_Briain Gallagher Ní_Dhomhnaill Byrne Fitzmaurice Keane"),
        _words("Cork Limerick Galway"),
    ),
    Country(
        "US",
        "en",
        4,
        _words("Marcus Denise Tyler Guadalupe Warren Keisha Brandon Lori Hector Megan"),
        _words("Hollister Ramirez Whitfield Nguyen Carmody Jefferson Lindqvist Delgado Boone Tran"),
        _words("Toledo Akron Peoria Duluth"),
        (("+141955501", 2), ("+133055501", 2), ("+130955501", 2)),
    ),
    Country(
        "GR",
        "el",
        1.5,
        _words("Γιώργος=giorgos Ελένη=eleni Νίκος=nikos Μαρία=maria Δημήτρης=dimitris Σοφία=sofia"),
        _words(
            "Παπαδάκης=papadakis Αντωνίου=antoniou Βλάχος=vlachos Κουρής=kouris Σταύρου=stavrou"
        ),
        _words("Volos Patras Larissa"),
    ),
    Country(
        "BG",
        "bg",
        1.5,
        _words("Иван=ivan Десислава=desislava Георги=georgi Росица=rositsa Петър=petar Яна=yana"),
        _words(
            "Стоянов=stoyanov Димитрова=dimitrova Колев=kolev Йорданова=yordanova Цветков=tsvetkov"
        ),
        _words("Plovdiv Ruse Burgas"),
    ),
    Country(
        "JP",
        "ja",
        1,
        _words("健太=kenta 美咲=misaki 隆=takashi 由美=yumi 翔=sho 直子=naoko"),
        _words("藤原=fujiwara 小林=kobayashi 石田=ishida 松井=matsui 黒木=kuroki"),
        _words("Hamamatsu Kawasaki"),
    ),
)

TITLES = (
    ("Energy Manager", 15, "uses"),
    ("Head of Maintenance", 10, "uses"),
    ("Plant Manager", 12, "decides"),
    ("Facility Manager", 8, "uses"),
    ("Technical Director", 8, "decides"),
    ("Managing Director", 6, "signs"),
    ("Chief Financial Officer", 6, "signs"),
    ("Head of Purchasing", 6, "signs"),
    ("Sustainability Manager", 9, "champions"),
    ("Environment, Health and Safety Lead", 5, "champions"),
    ("Controller", 5, "advises"),
    ("Automation Engineer", 7, "advises"),
    ("OT Network Engineer", 3, "advises"),
    ("Production Planner", 4, "uses"),
)

FREE_MAIL = ("quickpost.example", "mailhaus.example", "letterbox.example")
