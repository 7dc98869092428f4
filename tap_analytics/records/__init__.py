"""An object of an API becomes a record: names, dates, types, and what the schema does not know.

In: a JSON object and a schema. Out: a record that fits the schema.
Called by `sync`.
"""
