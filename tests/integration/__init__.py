"""The tap as a process, against the sandbox."""
