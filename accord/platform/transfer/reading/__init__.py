"""Reading and writing the formats of files."""
