"""
mbreports: ManageBac attendance as DataFrames, charts, and absence reports.

``mb.Client`` connects, ``mb.fetch`` reads, ``mb.write`` writes, `TermAttendance` holds a term, `Policy` says what its
codes mean, `AbsenceReport` gives the numbers and the pages, ``mb.charts`` draws, `sample_school` is a school to try
it on.
"""

from mbreports.absence.policy import Policy
from mbreports.api import fetch, write
from mbreports.api.client import Client
from mbreports.errors import (
    ApiError,
    BadAnswer,
    FrameError,
    MBReportsError,
    NotAllowed,
    NotFound,
    OutcomeUnknown,
    PolicyError,
    ReadOnly,
    Rejected,
    ReportError,
    TryLater,
)
from mbreports.frames.term import TermAttendance
from mbreports.report import charts
from mbreports.report.absence_report import AbsenceReport
from mbreports.report.look import Look
from mbreports.sample.school import sample_school

__version__ = "0.1.0"

__all__ = [
    "AbsenceReport",
    "ApiError",
    "BadAnswer",
    "Client",
    "FrameError",
    "Look",
    "MBReportsError",
    "NotAllowed",
    "NotFound",
    "OutcomeUnknown",
    "Policy",
    "PolicyError",
    "ReadOnly",
    "Rejected",
    "ReportError",
    "TermAttendance",
    "TryLater",
    "charts",
    "fetch",
    "sample_school",
    "write",
]
