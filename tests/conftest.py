"""What every test shares."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # `from factory import …`, whichever folder a test stands in
