"""The demo: a real small model behind the Ollama API, and real conversations."""
