"""What is learned from: preference pairs and selections of episodes."""
