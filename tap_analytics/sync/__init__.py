"""One run: what every stream reads, how many are read at once, and how far they have come.

In: streams and their bookmarks. Out: records, in order, for the messages of `singer`.
Called by the tap; the streams of `apis` are built on it.
"""
