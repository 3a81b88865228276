"""An application of OAuth 2.0: its tokens, where they are kept, and the server that renews them."""
