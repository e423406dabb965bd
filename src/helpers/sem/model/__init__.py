"""What a model says: parameters in matrices, and the moments that they imply."""
