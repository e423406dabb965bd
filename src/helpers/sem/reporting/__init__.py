"""What a report estimates: the declared rules, and every other defensible way."""
