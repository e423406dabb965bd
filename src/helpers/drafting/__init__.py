"""A draft study from a foreign data file: what its columns seem to be, with what each guess rests on."""
