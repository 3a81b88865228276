"""Other ways to make sources: each is a program that its own users could have written."""
