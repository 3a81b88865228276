"""Which portal, which credentials, which limits: what the settings are and how they are read."""
