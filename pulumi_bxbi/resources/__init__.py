"""What each resource means, apart from any engine."""
