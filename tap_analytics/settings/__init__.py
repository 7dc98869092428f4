"""The settings, and everything that can be wrong with what a user gives.

In: the configuration and the catalog. Out: the settings' JSON schema, and all faults in one list.
Called by the tap, before the first request.
"""
