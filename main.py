"""Start ECGTwin Desktop from a source tree or packaged: the window, or any command of the command line."""

import sys
from multiprocessing import freeze_support

from ecgtwin_app.cli.main import main

if __name__ == "__main__":
    freeze_support()  # the processes of a cohort are this program again, where it is packaged
    sys.exit(main())
