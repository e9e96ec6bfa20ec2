"""The command line: one file a command."""


def main() -> int:
    """Run the command named by the arguments."""
    raise SystemExit(2)
