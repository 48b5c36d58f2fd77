"""Import and export: how files are read, mapped, written in sets, undone and given out again.

Knows no trade words. Folders above register what can be imported (`targets.offer`).
"""
