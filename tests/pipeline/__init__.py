"""Through Meltano into real targets."""
