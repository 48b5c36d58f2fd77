"""Rules in words: a sentence for a rule, a tick or a cross for each of its lines."""
