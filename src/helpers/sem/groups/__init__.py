"""Whether groups and waves are measured alike, and how their constructs then differ."""
