"""The day before the month, as on every page."""

DATE_FORMAT = "j F Y"
