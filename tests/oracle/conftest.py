"""Scripts that draw what R computes; nothing here is a test."""

collect_ignore_glob = ["*.py"]
