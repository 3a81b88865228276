"""One call: how it is authorized, sent, spaced and answered, and what its error means."""
