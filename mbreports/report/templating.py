"""The templates: ours, with a school's laid over them, and errors that name file and line."""

from __future__ import annotations

import functools
import os
import traceback
from pathlib import Path
from typing import Any

import jinja2

from mbreports.errors import ReportError
from mbreports.report import wording
from mbreports.report.student_height import runs_over

__all__ = ["OURS", "environment", "render", "template_folder"]

OURS = "mbreports"
"""Before the name of a template: ours, though a school's lies over it."""

_FILTERS = {
    "clean": wording.clean,
    "css_text": wording.css_text,
    "day": wording.day,
    "long_date": wording.long_date,
    "short_date": wording.short_date,
    "signed": wording.signed,
    "tied": wording.tied,
    "whole": wording.whole,
}
_FUNCTIONS = {
    "date_range": wording.date_range,
    "day_range": wording.day_range,
    "percent": wording.percent,
    "plural": wording.plural,
    "runs_over": runs_over,
    "share": wording.share,
}


@functools.cache
def template_folder() -> Path:
    """
    Give the folder of our templates: beside the package in a checkout, inside it once installed.

    Raises
    ------
    ReportError
        There is none: the installation is not whole.
    """
    package = Path(__file__).resolve().parent.parent
    folders = (package / "templates", package.parent / "templates")
    for folder in folders:
        if (folder / "student.html").is_file():
            return folder
    raise ReportError(f"the templates are not where they belong ({folders[0]}); install mbreports again")


def environment(folder: str | os.PathLike[str] | None = None) -> jinja2.Environment:
    """
    Give the Jinja environment that every page is made with: all is escaped, a name that is not there is an error.

    Parameters
    ----------
    folder
        A school's own templates, laid over ours. ``student.html`` there replaces ours, and may begin with
        ``{% extends "mbreports/student.html" %}`` to change one block of it.

    Returns
    -------
    jinja2.Environment
        With the filters and functions of `mbreports.report.wording`. The same folder gives the same one.
    """
    return _environment(None if folder is None else os.fspath(folder))


@functools.lru_cache(maxsize=8)
def _environment(folder: str | None) -> jinja2.Environment:
    ours = jinja2.FileSystemLoader(template_folder())
    laid_over = [] if folder is None else [jinja2.FileSystemLoader(folder)]
    env = jinja2.Environment(
        loader=jinja2.ChoiceLoader([*laid_over, ours, jinja2.PrefixLoader({OURS: ours})]),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=folder is not None,  # a school tries its templates in a notebook
    )
    env.filters.update(_FILTERS)
    env.globals.update(_FUNCTIONS)
    return env


def render(env: jinja2.Environment, name: str, **values: Any) -> str:
    """
    Fill a template.

    Parameters
    ----------
    env
        As `environment` gives it.
    name
        The template's name: ``student.html``.
    **values
        What it prints.

    Returns
    -------
    str
        The text.

    Raises
    ------
    ReportError
        The template is not there, is not well formed, or asks for something that is not there: names file and line.
    """
    try:
        return env.get_template(name).render(**values)
    except jinja2.TemplateSyntaxError as error:
        raise ReportError(f"{error.filename or error.name or name}, line {error.lineno}: {error.message}") from error
    except jinja2.TemplateNotFound as error:
        where = _template_line(error)
        raise ReportError(f"{where + ': ' if where else ''}there is no template {error.message!r}") from error
    except ReportError:
        raise
    except Exception as error:  # whatever a school's template does wrong
        where = _template_line(error) or name
        raise ReportError(f"{where}: {error or type(error).__name__}") from error


def _template_line(error: BaseException) -> str | None:
    """Say in which template, and in which line of it, an error arose."""
    frames = traceback.extract_tb(error.__traceback__)
    in_templates = [frame for frame in frames if not frame.filename.endswith((".py", ">"))]
    return f"{in_templates[-1].filename}, line {in_templates[-1].lineno}" if in_templates else None
