"""The way in: from text and answers to a fit, its tables and its gates."""
