"""What happened to whom and by whom: history of fields, audit log, append-only tables."""
