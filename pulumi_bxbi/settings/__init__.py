"""The settings: which portal, which credentials and which limits, and how they are read."""
