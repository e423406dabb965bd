"""The audit of a printed table: each number against what the other printed numbers allow, a file for each question."""
