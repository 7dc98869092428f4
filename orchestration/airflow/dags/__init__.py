"""What goes into the folder of DAGs."""
