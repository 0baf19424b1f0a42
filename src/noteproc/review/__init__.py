"""The review workbench: the notes of a run, the words behind each code, and a person's decisions on them."""
