"""`python -m eto_envs` is the command `eto-envs`."""

import sys

from eto_envs.cli import main

if __name__ == "__main__":
    sys.exit(main())
