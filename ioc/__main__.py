"""`python -m ioc` is the command `ioc`."""

import sys

from ioc.cli import main

sys.exit(main())
