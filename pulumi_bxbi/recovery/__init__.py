"""`bxbi recover`: what a killed deployment has made, and how the state gets it."""
