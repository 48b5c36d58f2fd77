"""Keeping the instance: backups, dumps, the quarantine after a restore, secrets."""
