"""`python -m eto_agent` is the command `eto-agent`."""

import sys

from eto_agent.cli import main

if __name__ == "__main__":
    sys.exit(main())
