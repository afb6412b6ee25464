"""The documents as a site: methods, decisions, commands and dbt's docs, read offline, with search.

`make docs` builds it (docs_site.__main__). Pages are those of the repository; a mart's page also
shows its columns and its lineage, out of dbt's manifest.
"""
