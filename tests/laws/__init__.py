"""What holds whatever happens: laws that chance tries to break."""
