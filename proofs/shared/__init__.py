"""What the proofs have in common."""
