"""`python -m headroom.cli`: the same as the installed command."""

from headroom.cli import main

main()
