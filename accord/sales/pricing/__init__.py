"""What is sold and what a deal is worth."""
