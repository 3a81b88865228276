"""A local portal to run, test and demonstrate against."""
