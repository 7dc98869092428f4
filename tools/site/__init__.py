"""The documentation site, which Sphinx builds from the Markdown files of the repository."""
