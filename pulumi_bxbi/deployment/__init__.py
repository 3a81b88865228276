"""The parts that every engine adapter needs: the operations, and the session of a deployment."""
