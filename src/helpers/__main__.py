"""``python -m helpers``: the command ``assurance`` where no scripts folder is on the path."""

import sys

from helpers.cli import main

if __name__ == "__main__":
    sys.exit(main())
