"""Singer messages: records, state and versions on stdout.

In: records and bookmarks. Out: whole lines on stdout.
All that leans on private parts of the SDK stands here or in the tap.
Called by `sync` and by the tap.
"""
