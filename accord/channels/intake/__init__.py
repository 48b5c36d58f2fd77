"""Intake: what the collect server keeps, taken apart into events, visitors and failures."""
