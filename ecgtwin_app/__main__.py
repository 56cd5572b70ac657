"""`python -m ecgtwin_app`: the same as the command `ecgtwin`."""

import sys

from ecgtwin_app.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
