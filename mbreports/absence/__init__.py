"""DataFrames to numbers: pure functions; no network, no drawing, no clock."""
