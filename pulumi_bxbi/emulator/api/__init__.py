"""What the documentation fixes: editions, records, the checks of values, and the errors."""
