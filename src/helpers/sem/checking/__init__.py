"""After the fit: what it misses, what compares with it, what it says of each respondent."""
