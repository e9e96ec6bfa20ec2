"""The control plane: reads the journal, decodes, stores, rolls up, serves."""
