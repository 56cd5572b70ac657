"""Start ECGTwin Desktop from a source tree: the window, or any command of the command line."""

import sys

from ecgtwin_app.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
