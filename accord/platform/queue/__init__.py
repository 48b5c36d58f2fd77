"""The work queue: jobs with leases, and the worker that does them."""
