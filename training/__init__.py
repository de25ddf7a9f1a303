"""Trains the networks of the built-in enlargement. The program itself never imports this."""
