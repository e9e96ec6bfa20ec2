"""`python -m sereno` is `sereno`."""

import sys

from sereno.cli import main

sys.exit(main())
