"""ManageBac to DataFrames: knows HTTP, and nothing of absence rules."""
