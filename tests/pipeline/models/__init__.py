"""The dbt package, built on what the targets load from the sandbox."""
