"""The JSON form of rules: read, written, and described by `rule.schema.json`."""
