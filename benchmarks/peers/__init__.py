"""Other ways of reading the same pages, each a script that runs in an environment of its own."""
