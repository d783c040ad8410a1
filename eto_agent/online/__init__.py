"""What online methods share: sampled episodes, advantages, losses, the learner."""
