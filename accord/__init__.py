"""Accord: marketing and sales on one record."""

__version__ = "0.1.0.dev0"
