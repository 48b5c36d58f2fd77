"""Forms: building and publishing them, and what becomes of what people send."""
