"""The data plane: forwards bytes, times every chunk, hands one `Exchange` a call to the journal.

A *worker* is one process with one event loop. A *client connection* (`server`) reads requests; each request that
passes the *gate* (`access`) and finds its *route* (`routes`) becomes a *relay* between that client and one *upstream
connection* (`upstream`, kept in a `pool`). The relay streams both ways and fills a *recording* (`exchange`), which
ends as one `Exchange` in the journal. Heads (`request_head`, `response_head`) and chunk framing (`chunked`) are
parsed by pure functions: what they do not recognise exactly is refused, never repaired.
"""
