"""How a noun that has a list stands in an address."""

from django.urls import register_converter


class Plural:
    """contacts, companies or deals: nouns with a record page."""

    regex = "contacts|companies|deals"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class Listed(Plural):
    """Every noun that has a list."""

    regex = f"{Plural.regex}|campaigns"


register_converter(Plural, "plural")
register_converter(Listed, "listed")
