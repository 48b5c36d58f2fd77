"""Who is who: evidence about visitors, contacts merged and taken apart, people who look alike."""
