"""One file = one method, read from top to bottom."""
