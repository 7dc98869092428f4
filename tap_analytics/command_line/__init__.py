"""The command `tap-analytics`: its options, its signals, and what its log may show.

In: the arguments and the environment. Out: an exit code, and one line on stderr for each failure.
Called by `__main__` and by the tap.
"""
