"""`sereno loadtest`: load on an LLM API, open or closed, and what its users felt.

Latency counts from the moment at which a request was meant to start, so a server that stalls cannot hide the requests
that it kept from being sent (coordinated omission). Answers are read by `sereno.wire`, so time to first chunk, tokens
and status mean here what they mean in the record.
"""
