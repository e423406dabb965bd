"""Where a discrepancy between data and model is smallest, and how precise that makes the estimates."""
