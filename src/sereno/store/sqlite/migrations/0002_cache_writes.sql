-- Input tokens that went into a cache: their price is another one.
ALTER TABLE calls ADD COLUMN cache_write_tokens INTEGER;
ALTER TABLE calls ADD COLUMN cache_write_hour_tokens INTEGER;  -- of these, kept for an hour
