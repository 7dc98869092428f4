"""One request to an API: its address, credentials, pace and retries, and what is said when it fails.

In: a path and query parameters. Out: a decoded page, or an error that says what to do.
Called by `sync`.
"""
