"""On Apache Airflow; `README.md` says how."""
