"""What the estimates would have been with other respondents: draws, intervals, effects."""
