"""What every test shares."""

import os
import shutil
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # `from factory import …`, whichever folder a test stands in


def _need(what: str, *, there: bool) -> None:
    """Skip a test where a tool is missing; in CI, which installs it, that is a failure."""
    if there:
        return
    if os.environ.get("CI") == "true":
        pytest.fail(f"CI has {what}")
    pytest.skip(f"{what} is not installed")


@pytest.fixture
def poppler() -> None:
    """Poppler's command-line tools."""
    _need("poppler", there=shutil.which("pdftotext") is not None)
