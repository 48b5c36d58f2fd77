"""Phone numbers, in the one form that records are matched by: E.164."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers
from phonenumbers import PhoneNumberFormat, ValidationResult

from accord.engine.cleaning import wording
from accord.engine.errors import Unreadable

LONGEST = 60

_SEPARATORS = str.maketrans("", "", " -./()")
_INTERNATIONAL = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)
_NATIONAL = re.compile(r"[0-9]{4,15}", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Plan:
    """How numbers of a country look, where that is simple: no prefix but one, never rewritten."""

    country_code: str
    prefix: str
    lengths: frozenset[int]
    national: re.Pattern[str]
    abroad: re.Pattern[str]


def read(text: str, *, region: str | None = None) -> str:
    """Read a phone number such as +49 30 1234567, 0049 (0)30 1234567 or (030) 123 45 67.

    region: the country (ISO 3166-1 alpha-2) of numbers written without one. Gives E.164
    (+49301234567), with ;ext=12 behind it where an extension is written. A number has to be
    possible in its country's plan; whether anybody answers is another question.
    Raises Unreadable otherwise.
    """
    if len(text) > LONGEST:
        raise _unreadable(text, region)
    plain = wording.plain(text).strip()
    if not region and plain.startswith("00"):
        plain = "+" + plain[2:]
    digits = plain.translate(_SEPARATORS)
    return _read_plain(digits, region) or _read_any(plain, region)


def _read_plain(digits: str, region: str | None) -> str | None:
    """Read what needs no grammar, many times as fast as the library; None for all else."""
    if _INTERNATIONAL.fullmatch(digits):
        plan = next((p for n in (2, 3, 4) if (p := _plan_of_code(digits[1:n]))), None)
        rest = digits[1 + len(plan.country_code) :] if plan else ""
        return digits if plan and _in_plan(rest, plan) else None
    plan = _plan_of_region(region) if region and _NATIONAL.fullmatch(digits) else None
    if plan is None or plan.abroad.match(digits):
        return None
    rest = digits.removeprefix(plan.prefix)
    if not _in_plan(rest, plan) or not plan.national.fullmatch(rest):
        return None
    return f"+{plan.country_code}{rest}"


def _in_plan(rest: str, plan: _Plan) -> bool:
    prefixed = plan.prefix and rest.startswith(plan.prefix)
    return len(rest) in plan.lengths and not prefixed


def _read_any(plain: str, region: str | None) -> str:
    try:
        number = phonenumbers.parse(plain, region)
    except phonenumbers.NumberParseException:
        raise _unreadable(plain, region) from None
    if phonenumbers.is_possible_number_with_reason(number) != ValidationResult.IS_POSSIBLE:
        raise _unreadable(plain, region)
    written = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    # Some impossible numbers lose a leading zero or prefix each time they are read.
    if written != _again(written):
        raise _unreadable(plain, region)
    return f"{written};ext={number.extension}" if number.extension else written


def _again(written: str) -> str:
    number = phonenumbers.parse(written, None)
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


@lru_cache(maxsize=512)
def _plan_of_code(code: str) -> _Plan | None:
    region = phonenumbers.region_code_for_country_code(int(code))
    return None if region == phonenumbers.UNKNOWN_REGION else _plan_of_region(region)


@lru_cache(maxsize=512)
def _plan_of_region(region: str) -> _Plan | None:
    code = phonenumbers.country_code_for_region(region.upper())
    own = phonenumbers.PhoneMetadata.metadata_for_region(region.upper())
    # Lengths are those of the country that gives the code its plan, as +1 has the United States.
    main = phonenumbers.PhoneMetadata.metadata_for_region(
        phonenumbers.region_code_for_country_code(code)
    )
    if not (own and own.general_desc and main and main.general_desc):
        return None
    simple = own.national_prefix_for_parsing in (None, own.national_prefix)
    if not simple or own.national_prefix_transform_rule:
        return None
    return _Plan(
        country_code=str(code),
        prefix=own.national_prefix or "",
        lengths=frozenset(main.general_desc.possible_length),
        national=re.compile(own.general_desc.national_number_pattern or "", re.ASCII),
        abroad=re.compile(own.international_prefix or "", re.ASCII),
    )


def _unreadable(text: str, region: str | None) -> Unreadable:
    sample = phonenumbers.example_number(region.upper()) if region else None
    if sample is None:
        place, example = "", "with its country code, like +49 30 1234567"
    else:
        number = phonenumbers.format_number(sample, PhoneNumberFormat.INTERNATIONAL)
        place, example = f" in {region}", f"like {number}"
    return Unreadable(f"{wording.quoted(text)} is not a phone number{place}. Write it {example}.")
