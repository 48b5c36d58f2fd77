"""Where a list of people is from, and what proves it."""
