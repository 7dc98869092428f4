"""Both APIs, end to end: sandbox, Meltano and PostgreSQL, started here and stopped here."""
