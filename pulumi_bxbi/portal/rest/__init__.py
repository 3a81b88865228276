"""One call: its authorization, rate limit, transport and answer, and what its error means."""
