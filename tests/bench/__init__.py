"""How long deployments take, and how many calls they cost. Run it with ``make bench``."""
