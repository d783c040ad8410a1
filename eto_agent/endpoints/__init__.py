"""OpenAI-compatible endpoints: requests, budgets, and the teacher that writes thoughts."""
