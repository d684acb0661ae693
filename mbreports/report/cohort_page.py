"""`cohort_page`: an analysis → what stands on the pages about everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mbreports.absence.cohort import chronic_bands
from mbreports.absence.shares import percent
from mbreports.report import cohort_checks, cohort_groups, cohort_lists, wording
from mbreports.report.cohort_names import heading_of, year_group_names
from mbreports.report.cohort_parts import BandShare, CohortPage, Finding, without_empty
from mbreports.report.cohort_students import band_shades, list_students, shade_of

if TYPE_CHECKING:
    from mbreports.absence.analysis import AbsenceAnalysis
    from mbreports.report.cohort_parts import Listing
    from mbreports.report.look import Look

__all__ = ["BAR_WIDTH", "cohort_page"]

BAR_WIDTH = 100
"""The bar of bands, from end to end, in per cent."""

_LEAST_WIDTH = 1.2


def cohort_page(report: AbsenceAnalysis, look: Look) -> CohortPage:
    """
    Give what stands on the pages about everybody.

    Parameters
    ----------
    report
        The numbers.
    look
        The school's own title, name and footer.
    """
    term = report.term
    names = tuple(year_group_names(report).values())
    headline, rest = _headline(report)
    return CohortPage(
        school=look.name or wording.clean(term.school),
        title=look.title or ", ".join(filter(None, ("Attendance", wording.clean(term.term_name)))),
        span=wording.date_range(term.starts_on, term.ends_on),
        footer=look.footer or f"mbreports · policy “{report.policy.name}”",
        heading=heading_of(names),
        facts=_facts(report),
        warnings=_warnings(report),
        headline=headline,
        rest=rest,
        bands=_bands(report),
        year_groups=cohort_groups.list_year_groups(report),
        weekdays=cohort_groups.draw_weekdays(report),
        findings=_findings(report),
        rules=tuple(report.rule),
        students=without_empty(list_students(report), "Year group"),
        listings=tuple(without_empty(listing, "Year group") for listing in _listings(report)),
        year_group_names=tuple(name for name in names if name),
        band_names=tuple(report.bands.loc[report.bands["students"] > 0, "band"]),
    )


def _listings(report: AbsenceAnalysis) -> tuple[Listing, ...]:
    """Give the sections behind the list of students, in their order."""
    return (
        cohort_groups.list_homerooms(report),
        cohort_groups.list_weeks(report),
        cohort_lists.list_unexplained(report),
        cohort_lists.list_movers(report),
        *((cohort_lists.list_mismatch(report),) if len(report.term.class_marks) else ()),
        cohort_lists.list_registers(report),
        cohort_checks.list_reconciliation(report),
        cohort_checks.list_unclassified(report),
        cohort_checks.list_checks(report),
        cohort_checks.list_codes(report),
        cohort_checks.define_words(report),
    )


def _facts(report: AbsenceAnalysis) -> str:
    cohort, term = report.cohort, report.term
    running = cohort.as_of is not None and term.ends_on is not None and cohort.as_of < term.ends_on
    days = wording.plural(cohort.school_days, "school day") + (" so far" if running else "")
    as_of = f"as of {wording.long_date(cohort.as_of)}" if cohort.as_of is not None else ""
    students = wording.plural(cohort.students, "student")
    if report.whole is not report:
        students = f"{students} chosen, of {report.whole.cohort.students:,}"
    return " · ".join(filter(None, (students, days, as_of)))


def _warnings(report: AbsenceAnalysis) -> tuple[str, ...]:
    """Say at the top what to know before any number is believed."""
    said = []
    if report.term.stale:
        when = (
            f" The oldest answer is of {wording.long_date(at)}." if (at := report.term.fetched_at) is not None else ""
        )
        said.append(f"ManageBac could not be reached, and older answers had to serve.{when}")
    if report.cohort.below_min_coverage:
        opened, sessions = report.cohort.unrecorded, len(report.rows)
        said.append(
            f"Too few registers were taken: {_covered(report)} of the sessions have an entry ({sessions - opened:,} of "
            f"{sessions:,}), below the {percent(report.policy.min_coverage)} that these numbers need. Absence may be "
            "higher than it looks."
        )
    return tuple(said)


def _headline(report: AbsenceAnalysis) -> tuple[str, str]:
    """Give the sentence that matters: its strong part, and the rest of it."""
    cohort, policy = report.cohort, report.policy
    if not cohort.students:
        return "This term has no students.", ""
    if not cohort.possible:
        return f"No attendance of the {wording.plural(cohort.students, 'student')} is recorded yet.", ""
    rate = wording.percent(cohort.absent, cohort.possible, policy)
    rest = f". Absence is {rate} ({cohort.absent:,} of {wording.plural(cohort.possible, 'session')})"
    explained = f", {wording.share(cohort.excused, cohort.absent)} of it explained" if cohort.absent else ""
    return _chronic(report), f"{_severe(report)}{rest}{explained}."


def _chronic(report: AbsenceAnalysis) -> str:
    cohort = report.cohort
    if cohort.unlabelled == cohort.students:
        return "Nobody has sessions enough for a label yet"
    share, be = wording.share(cohort.chronic, cohort.students), "is" if cohort.chronic == 1 else "are"
    return f"{cohort.chronic:,} of {_all_of_them(report)} ({share}) {be} chronically absent"


def _severe(report: AbsenceAnalysis) -> str:
    cohort = report.cohort
    if len(chronic_bands(report.policy)) == 1 or not cohort.chronic:
        return ""
    if cohort.chronic == 1:
        return f", {'' if cohort.severe else 'not '}{_last_word(report)}"
    return f", {f'{cohort.severe:,}' if cohort.severe else 'none'} of them {_last_word(report)}"


def _all_of_them(report: AbsenceAnalysis) -> str:
    """Say whose share it is: of a part of a report, the chosen students'."""
    if report.whole is report:
        return wording.plural(report.cohort.students, "student")
    return wording.plural(report.cohort.students, "chosen student")


def _last_word(report: AbsenceAnalysis) -> str:
    first = report.policy.band_names[-1].split()[0]
    return "severely" if first.lower() == "severe" else f"with the label “{report.policy.band_names[-1]}”"


def _bands(report: AbsenceAnalysis) -> tuple[BandShare, ...]:
    """Lay the bands side by side: each as wide as its share, none too narrow to be seen."""
    shades, table = band_shades(report.policy), report.bands
    counts = [int(count) for count in table["students"]]
    shown = sum(1 for count in counts if count)
    free, total = BAR_WIDTH - _LEAST_WIDTH * shown, sum(counts) or 1
    laid, start = [], 0.0
    for band, rule, count in zip(table["band"], table["rule"], counts, strict=True):
        if not count and band not in shades:
            continue
        width = round(_LEAST_WIDTH + free * count / total, 2) if count else 0.0
        shade = shades[band] if band in shades else shade_of(shades, None)
        laid.append(BandShare(band, rule, shade, count, wording.share(count, total), round(start, 2), width))
        start += width
    return tuple(laid)


def _findings(report: AbsenceAnalysis) -> tuple[Finding, ...]:
    """Say what needs a look, with how many of how many, and where it is listed."""
    cohort = report.cohort
    rising = int((report.movers["trend"] == "rising").sum())
    never, due = int((~report.registers["taken"]).sum()), len(report.registers)
    covered = "" if cohort.coverage is None else f"; {_covered(report)} of sessions have an entry"
    differing = int(report.reconciliation["student_id"].nunique())
    students = f"of {wording.plural(cohort.students, 'student')}"
    found = [
        _to_phone(report),
        Finding(rising, f"{students}: absence rose by over 5 percentage points in the last 20 school days", "movers"),
        *_missed_classes(report),
        Finding(never, f"of {wording.plural(due, 'register')} never taken{covered}", "registers"),
    ]
    if report.basis == "homeroom" and len(report.term.totals):
        text = f"{students} have numbers that differ from ManageBac's own totals"
        found.append(Finding(differing, text, "reconciliation"))
    if left_out := int(report.unclassified["marks"].sum()):
        found.append(Finding(left_out, f"of {len(report.rows):,} marks have a code without a meaning", "unclassified"))
    if cohort.unlabelled:
        found.append(Finding(cohort.unlabelled, f"{students} have too few sessions for a label", "students"))
    return tuple(found)


def _to_phone(report: AbsenceAnalysis) -> Finding:
    """Say how many absences of the chronically absent are unexplained; of everybody, where nobody is."""
    chronic = chronic_bands(report.policy)
    theirs = report.students["band"].isin(chronic)
    if not theirs.any():
        have = "has" if report.cohort.absent == 1 else "have"
        said = f"of {wording.plural(report.cohort.absent, 'absence')} {have} no explanation yet"
        return Finding(len(report.unexplained), said, "unexplained")
    absent = int(report.students.loc[theirs, "absent"].sum())
    said = f"of {absent:,} absences of chronically absent students have no explanation yet"
    return Finding(int(report.unexplained["band"].isin(chronic).sum()), said, "unexplained")


def _covered(report: AbsenceAnalysis) -> str:
    sessions = len(report.rows)
    return wording.percent(sessions - report.cohort.unrecorded, sessions, report.policy)


def _missed_classes(report: AbsenceAnalysis) -> tuple[Finding, ...]:
    if not len(report.term.class_marks):
        return ()
    missed = report.mismatch[report.mismatch["kind"] == cohort_lists.MISSED_A_CLASS]
    students, times = int(missed["student_id"].nunique()), wording.plural(len(missed), "time")
    all_of_them = wording.plural(report.cohort.students, "student")
    text = f"of {all_of_them} attended homeroom and missed a class the same day ({times})"
    return (Finding(students, text, "mismatch"),)
