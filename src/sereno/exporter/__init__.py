"""`sereno exporter`: the metrics of one or several Ollama servers, without a gateway and without a store.

It polls and serves `ollama_*` (and `sereno_upstream_up`) and the meters of its own machine (`sereno_gpu_*`,
`sereno_cpu_*`) on `/metrics`; `/healthz` says that it lives. Metrics of calls need the gateway.
"""
