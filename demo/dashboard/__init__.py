"""Draws the marts of the dbt package as one HTML page that needs nothing else.

In come the rows of the marts, out goes a page. The demo calls it, and so may whoever has built the marts elsewhere.
"""
