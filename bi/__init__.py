"""`make bi`: Apache Superset on the marts, with a dashboard kept as code in `dashboard.yml`."""
