"""What episodes are worth: scores, intervals, failures, comparisons. Reads trajectories, runs nothing."""
