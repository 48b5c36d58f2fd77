"""Where people come from: channels, their rules, touches."""
