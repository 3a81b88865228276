"""As near to Windows as another system comes."""

from pathlib import Path

#: Takes from each Python what Windows does not have, before anything else is imported.
POORER = {"PYTHONPATH": str(Path(__file__).parent)}
