"""`bxbi recover`: the objects that a killed deployment created, and their way into the state."""
