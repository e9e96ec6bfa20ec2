"""LoRA adapters: what their files say, versions, aliases, and whether one may be promoted. Pure."""
