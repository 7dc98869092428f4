"""What can be read apart: the shards of many accounts, for whatever runs them.

In: names of accounts, groups of streams, and a range of days. Out: shards, as JSON on stdout; nothing is requested.
Called by the command `tap-analytics-shards`; the tap itself knows no shards.
"""
