"""Answers of an API become pages: their records, and how to ask for the next page.

In: an answer of a good status. Out: a `Page` with its records, and what the request for the page after it changes.
Called by `http`, which sends the requests; streams declare a paginator and a selector.
"""
