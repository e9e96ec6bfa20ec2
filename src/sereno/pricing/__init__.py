"""What a call cost, and from where we know: configured prices first, then the genai-prices catalogue for clouds.

`prices.price(call, prices)` answers `(USD, source)` or None; unknown stays unknown and free is 0.0.
"""
