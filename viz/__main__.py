"""``python -m viz`` is the command line too."""

import sys

from viz.cli import main

sys.exit(main())
