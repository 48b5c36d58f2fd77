"""Pipelines and their stages: how a deal stands and moves."""
