"""``python -m pulumi_bxbi.cli`` is the command ``bxbi``."""

from pulumi_bxbi.cli import main

main(prog_name="bxbi")
