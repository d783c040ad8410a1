"""Batched decoding on Transformers, independent of the batch."""
