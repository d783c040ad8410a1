"""The stages that methods are built of: experts, imitation, sampling, preference pairs, evaluation."""
