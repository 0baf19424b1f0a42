"""noteproc: clinical notes in, PHI out, suggested codes with the words that support them."""
