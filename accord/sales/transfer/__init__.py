"""What deals and products are to an import: their slots, match rules and writing steps."""
