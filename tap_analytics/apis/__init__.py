"""The streams of each API, a package for each; these do not know one another.

In: the words of the base stream. Out: stream classes with their schemas.
Called by the tap, which takes the streams of the API that the user chose.
"""
