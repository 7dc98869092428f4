"""Requests to an API: address, credentials, rate limit and retries, and what a failure means.

In: a path and query parameters. Out: pages, or an error that says what to do.
Called by `sync`, whose streams hold a `Client`.
"""
