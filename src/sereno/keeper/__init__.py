"""The keeper: one process per DATA folder that turns the journal into a record and answers questions about it.

*Ingest* tails every worker's journal, decodes, threads conversations and commits batches together with the journal
positions, exactly once. *Jobs* run on a schedule: polls of the model servers, retention, the gateways' policy.
*Running* is what the gateways are doing now, read from their status files. The *view* offers all of it to API and
pages; *serve* puts them on a TCP port and on the Unix socket that the gateways use.
"""
