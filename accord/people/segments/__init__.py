"""Segments over the records of this instance: what the engine's rules find where."""
