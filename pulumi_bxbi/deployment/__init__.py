"""What every adapter of an engine needs: the operations, and what a deployment shares."""
