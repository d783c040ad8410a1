"""Chat messages as token ids, with the mask of what the agent said."""
