"""Running Accord: the supervisor, its PostgreSQL, and what a start prepares."""
