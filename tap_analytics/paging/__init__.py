"""What an answer holds: its records, and how to ask for the next one.

In: an answer. Out: a page with its records, and the query parameters of the page after it.
Called by `http`; the paginators are declared by the streams.
"""
