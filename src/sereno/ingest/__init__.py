"""Real series to look at: daily prices of the S&P 500, from a CSV, Yahoo Finance, or a sample that needs no network."""
