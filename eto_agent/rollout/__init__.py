"""Episodes: many environments and one policy, from the start of a task or from the middle of a recorded episode."""
