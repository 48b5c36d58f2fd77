"""What a captured event means: its message, who sent it, how they came, which visit it is of."""
