"""What people may ask of us as those whose data we keep: a copy, erasure, restriction."""
