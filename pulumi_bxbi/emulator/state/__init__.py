"""What a portal holds and keeps count of between two requests."""
