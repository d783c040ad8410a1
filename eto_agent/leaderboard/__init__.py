"""The leaderboard: submissions with their trajectories, checked by playing them again, and a static site of them."""
