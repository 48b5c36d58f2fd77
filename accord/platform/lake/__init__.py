"""The lake: events and records as Parquet files, for questions about everybody at once.

The files that count stand in a manifest in the database. What changed since they were written
stands in `platform_lakechange`, filled by triggers in the transaction of the change, and is read
from the database with them: in one snapshot both together are the database, row by row. It can
always be built anew. Importing a module of this folder does not load DuckDB; using it does.
"""
