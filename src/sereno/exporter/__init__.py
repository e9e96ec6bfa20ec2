"""`sereno exporter`: Ollama's metrics without the gateway."""
