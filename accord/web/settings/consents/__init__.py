"""Settings of consent and suppression."""
