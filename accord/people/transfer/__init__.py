"""What contacts and companies are to an import: their slots, match rules and writing steps."""
