"""Configurations of dlt's REST API source, run as they stand against an API that a description serves."""
