"""mbreports: ManageBac attendance as DataFrames, charts, and absence reports."""

__version__ = "0.1.0"
