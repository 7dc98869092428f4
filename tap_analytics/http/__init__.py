"""Requests to an API: address, credentials, rate limit and retries, and what a failure means.

In: a request, and what a page changes in it. Out: pages, or an error that says what to do.
Called by `sync`, whose streams hold a `Client`.
"""
