"""The platform around the methods: requests, tokens, limits, batch and OAuth."""
