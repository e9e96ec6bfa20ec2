"""Drift at the command line: what is compared is read here, from files and from the record.

`source` names what may be given; `files` reads CSV and Parquet, `record` time ranges of stored calls; `arrow` makes
columns of either.
"""
