"""``python -m mgmine``."""

from mgmine.cli import main

main()
