"""Commands for who works on the tap: they write the files that follow from its code, and draft schema files."""
