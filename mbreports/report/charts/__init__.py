"""Charts of a report: each draws on the axes that it is given, or the current ones, and gives them back."""

from mbreports.report.charts.groups import bands, periods, reasons, weekdays
from mbreports.report.charts.limits import funnel
from mbreports.report.charts.time import calendar, spells, trend

__all__ = ["bands", "calendar", "funnel", "periods", "reasons", "spells", "trend", "weekdays"]
