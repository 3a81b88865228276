"""The documented API: editions, records, the checks of values, and the errors."""
