"""Settings of selling: pipelines, reasons, products, currencies, lifecycle."""
