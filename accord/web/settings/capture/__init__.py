"""Settings of what is captured: tracking, banner, channels, failed events."""
