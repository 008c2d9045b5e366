"""What happened, appended only: audit, trigger of later work, ground of the proofs."""
