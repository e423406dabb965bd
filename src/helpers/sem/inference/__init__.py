"""What holds of errors and tests when answers are not normal, and how well the model fits."""
