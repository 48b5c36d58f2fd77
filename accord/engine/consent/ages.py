"""From which age people agree for themselves, country by country: our reading, no legal advice.

GDPR article 8(1): from 16, or from 13 to 15 where a member state says so: the table of the
Commission's staff working document SWD(2020) 115 final, page 17, and what came later: Slovenia
(ZVOP-2, 2023) and Denmark (from 1 January 2024) 15. Norway (personopplysningsloven, section 5)
and Iceland (act 90/2018, article 10) 13. United Kingdom: Data Protection Act 2018, section 9.
United States: COPPA, 16 CFR part 312. Anywhere else, or nobody knows where: 16.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import MAXYEAR, UTC, date, datetime

DEFAULT = 16
AGES: Mapping[str, int] = {
    **dict.fromkeys(("BE", "EE", "FI", "GB", "IS", "LV", "MT", "NO", "PT", "SE", "US"), 13),
    **dict.fromkeys(("AT", "BG", "CY", "ES", "IT", "LT"), 14),
    **dict.fromkeys(("CZ", "DK", "FR", "GR", "SI"), 15),
    **dict.fromkeys(("DE", "HR", "HU", "IE", "LI", "LU", "NL", "PL", "RO", "SK"), 16),
}


def of_age(born_on: date, country: str) -> date:
    """The birthday from which somebody agrees for themselves there ("" is nobody knows where).

    Whoever was born on 29 February has it on 1 March in a year without one.
    """
    year = min(born_on.year + AGES.get(country, DEFAULT), MAXYEAR)
    try:
        return born_on.replace(year=year)
    except ValueError:
        return date(year, 3, 1)


def is_child(born_on: date | None, at: datetime, country: str) -> bool:
    """Whether somebody is too young at this instant to agree for themselves there.

    Days are those of UTC. Whose date of birth is not known is taken for grown up.
    """
    return born_on is not None and at.astimezone(UTC).date() < of_age(born_on, country)
