"""The command line: paths on stdout, progress on stderr, and an exit code that a script can trust."""

from __future__ import annotations

import argparse
import contextlib
import sys
import time
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import mbreports as mb
from mbreports.report.choose import chronic_students

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence


__all__ = ["main"]

USAGE, NOT_ALLOWED, NETWORK, NOTHING, DOUBTFUL, INTERRUPTED = 2, 3, 4, 5, 6, 130


class NothingMatchedError(mb.MBReportsError):
    """What was asked for by name or id is not there."""


def main(arguments: Sequence[str] | None = None) -> int:
    """
    Run one command.

    Parameters
    ----------
    arguments
        The words after ``mbreports``; None takes them from the process.

    Returns
    -------
    int
        0 done; 2 usage; 3 not allowed; 4 network; 5 nothing matched; 6 written, but numbers do not reconcile or
        coverage is below the policy's.
    """
    options = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = options.command
    try:
        with _plain_warnings():
            return command(options)
    except mb.NotAllowed as error:
        return _complain(error, NOT_ALLOWED)
    except (mb.NotFound, NothingMatchedError) as error:
        return _complain(error, NOTHING)
    except mb.ApiError as error:
        return _complain(error, NETWORK)
    except (mb.MBReportsError, ValueError) as error:
        return _complain(error, USAGE)
    except KeyboardInterrupt:
        _say("stopped")
        return INTERRUPTED


def run() -> NoReturn:
    """Run the command of this process and leave with its exit code."""
    sys.exit(main())


# -- the commands ---------------------------------------------------------------------------------------------------


def _demo(options: argparse.Namespace) -> int:
    folder = _folder(options.output)
    with mb.sample_school(students=options.students) as school:
        _say(f"An invented school answers at {school.url}")
        with school.client(cache=False) as client:
            terms = mb.fetch.terms(client)
            ids = [int(term_id) for term_id in terms.loc[terms["active"], "term_id"]]  # one of each programme
            term = mb.fetch.term(client, ids, until=school.today)
    report = mb.AbsenceReport(term)
    _write(report, [folder / "report.html", folder / "report.pdf", folder / "report.xlsx"])
    _say(_summary(report))
    return 0


def _sample_school(options: argparse.Namespace) -> int:
    with mb.sample_school(port=options.port) as school:
        print(f"export MANAGEBAC_URL={school.url}")
        print(f"export MANAGEBAC_TOKEN={school.token}", flush=True)
        _say(
            f"An invented school answers at {school.url} until Ctrl-C. In another terminal, paste the two lines above."
        )
        with contextlib.suppress(KeyboardInterrupt):
            while True:
                time.sleep(3600)
    return 0


def _check(_options: argparse.Namespace) -> int:
    from mbreports.api.rights import check_rights  # noqa: PLC0415 -- the one command that asks

    with mb.Client() as client:
        print(check_rights(client))
    return 0


def _terms(_options: argparse.Namespace) -> int:
    with mb.Client() as client:
        terms = mb.fetch.terms(client)
    if terms.empty:
        raise NothingMatchedError("this school has no terms")
    print(terms.drop(columns="academic_year_id").to_string(index=False))
    return 0


def _fetch(options: argparse.Namespace) -> int:
    term = _fetch_term(options)
    print(term.save(options.save))
    return 0


def _report(options: argparse.Namespace) -> int:
    paths = [Path(path) for path in (options.html, options.pdf, options.xlsx) if path]
    if not paths:
        raise ValueError("nothing to write: give at least one of --html, --pdf, --xlsx")
    _check_suffixes(options)
    policy = mb.Policy.from_toml(options.policy) if options.policy else mb.Policy()
    term = mb.TermAttendance.load(options.saved) if options.saved else _fetch_term(options)
    report = mb.AbsenceReport(term, policy, basis=options.basis, title=options.title)
    if options.year_group:
        report = _of_year_groups(report, options.year_group)
    report = _selected(report, options.students)
    _write(report, paths)
    _say(_summary(report))
    doubts = _doubts(report)
    for doubt in doubts:
        _say(f"Note: {doubt}")
    return DOUBTFUL if doubts else 0


# -- what they share ------------------------------------------------------------------------------------------------


def _fetch_term(options: argparse.Namespace) -> mb.TermAttendance:
    with mb.Client() as client:
        return mb.fetch.term(
            client,
            options.term,
            year_group_ids=options.year_group or None,
            class_marks=options.basis == "class",
            until=options.until,
        )


def _of_year_groups(report: mb.AbsenceReport, wanted: Sequence[int]) -> mb.AbsenceReport:
    """The report of some year groups; what their students are compared with stays the whole of what was saved."""
    groups = report.term.students["year_group_id"]
    if missing := sorted(set(wanted) - set(groups.dropna())):
        there = ", ".join(str(group) for group in sorted(groups.dropna().unique()))
        raise NothingMatchedError(f"no year group {', '.join(map(str, missing))} in this term; it holds {there}")
    return report.of_students(report.term.students.loc[groups.isin(wanted), "student_id"].tolist())


def _selected(report: mb.AbsenceReport, which: str) -> mb.AbsenceReport:
    """The report of some of its students; the rest of the school stays what they are compared with."""
    if report.students.empty:
        raise NothingMatchedError("this term has no students")
    if which == "all":
        return report
    ids = chronic_students(report) if which == "chronic" else _ids(which)
    unknown = sorted(set(ids) - set(report.students["student_id"]))
    if unknown:
        raise NothingMatchedError(
            f"no student {', '.join(map(str, unknown))} among the {len(report.students)} of this term"
        )
    if not ids:
        raise NothingMatchedError("no student of this term is chronically absent; nothing was written")
    return report.of_students(ids)


def _ids(text: str) -> list[int]:
    try:
        return [int(word) for word in text.split(",")]
    except ValueError:
        raise ValueError(f"--students must be all, chronic, or ids with commas between, not {text!r}") from None


def _check_suffixes(options: argparse.Namespace) -> None:
    for name in ("html", "pdf", "xlsx"):
        path = getattr(options, name)
        if path and Path(path).suffix.lower() != f".{name}":
            raise ValueError(f"--{name} writes a .{name} file, not {path}")


def _write(report: mb.AbsenceReport, paths: Sequence[Path]) -> None:
    for path in paths:
        _say(f"Writing {path} …")
        print(report.save(path), flush=True)


def _summary(report: mb.AbsenceReport) -> str:
    cohort = report.cohort
    return (
        f"{cohort.students} students, {cohort.chronic} of them chronically absent; "
        f"{cohort.absent} of {cohort.possible} sessions missed."
    )


def _doubts(report: mb.AbsenceReport) -> list[str]:
    doubts = []
    if differing := report.reconciliation["student_id"].nunique():
        doubts.append(f"the numbers of {differing} students differ from ManageBac's own totals; the report lists them")
    if report.cohort.below_min_coverage:
        doubts.append("fewer registers were taken than the policy's min_coverage asks for; the report says which")
    return doubts


def _folder(path: str) -> Path:
    folder = Path(path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise mb.ReportError(f"cannot write into {folder}: {error.strerror}") from error
    return folder


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _complain(error: Exception, code: int) -> int:
    _say(f"mbreports: {error}")
    return code


@contextlib.contextmanager
def _plain_warnings() -> Iterator[None]:
    """Say each warning once, in its own words: a secretary has no use for a line of code."""
    with warnings.catch_warnings():
        warnings.showwarning = lambda message, *_args, **_kwargs: _say(f"Note: {message}")
        yield


# -- the words after mbreports --------------------------------------------------------------------------------------


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="mbreports", description="ManageBac attendance → absence reports.")
    parser.add_argument("--version", action="version", version=f"mbreports {mb.__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    demo = _command(commands, "demo", _demo, "a term's report of an invented school: HTML, PDF and workbook")
    demo.add_argument("--output", default="mbreports-demo", metavar="DIR", help="where to write (default: %(default)s)")
    demo.add_argument("--students", type=int, default=240, metavar="N", help="how many students (default: %(default)s)")

    school = _command(commands, "sample-school", _sample_school, "serve the invented school until Ctrl-C")
    school.add_argument("--port", type=int, default=0, metavar="N", help="port on 127.0.0.1 (default: a free one)")

    _command(commands, "check", _check, "whose token this is, and which operations it may call")
    _command(commands, "terms", _terms, "the school's terms and their ids")

    fetch = _command(commands, "fetch", _fetch, "fetch a term and save it in a folder")
    _term_options(fetch, required=True)
    fetch.add_argument("--save", required=True, metavar="DIR", help="the folder to save it in")
    fetch.add_argument("--basis", choices=["homeroom", "class"], help="class: fetch the class marks too")

    report = _command(commands, "report", _report, "write a term's report")
    _term_options(report, required=False)
    report.add_argument("--policy", metavar="FILE", help="a policy's TOML (default: Attendance Works)")
    report.add_argument("--basis", choices=["homeroom", "class"], help="which marks to count (default: homeroom)")
    report.add_argument("--students", default="all", metavar="WHICH", help="all, chronic, or ids with commas between")
    report.add_argument("--title", help="the report's heading")
    for name in ("html", "pdf", "xlsx"):
        report.add_argument(f"--{name}", metavar="F", help=f"write this .{name} file")
    return parser


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    function: Callable[[argparse.Namespace], int],
    what: str,
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=what, description=what[0].upper() + what[1:] + ".")
    parser.set_defaults(command=function)
    return parser


def _term_options(parser: argparse.ArgumentParser, *, required: bool) -> None:
    source = parser.add_mutually_exclusive_group(required=True) if not required else parser
    source.add_argument(
        "--term",
        type=int,
        nargs="+",
        required=required,
        metavar="ID",
        help="the term's id; one of each programme for several (see: mbreports terms)",
    )
    if not required:
        source.add_argument("--from", dest="saved", metavar="DIR", help="a folder that fetch has saved")
    parser.add_argument("--year-group", type=int, nargs="+", metavar="ID", help="only these year groups")
    parser.add_argument("--until", metavar="DATE", help="the last day to ask for (yyyy-mm-dd; default: today)")
