"""``python -m deployments``: the command line that ``./arshjul`` starts."""

import sys

from deployments.program import main

sys.exit(main(sys.argv[1:]))
