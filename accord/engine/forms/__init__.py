"""Forms: what is asked, which answers are good, what shows, and what looks like spam."""
