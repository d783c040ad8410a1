"""Supervised and preference training on masked conversations, carried out by TRL."""
