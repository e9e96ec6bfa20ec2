"""Adapters where they lie: folders, GGUF files and S3, read and hashed; and the model servers that load them."""
