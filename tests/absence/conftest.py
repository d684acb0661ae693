"""What the tests of the numbers share."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # `import oracle`, a folder of tests being no package
