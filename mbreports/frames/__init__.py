"""The columns and dtypes of every public frame, and the term that holds them together."""
