"""Consent: purposes, the ledger, suppression, and what people say themselves."""
