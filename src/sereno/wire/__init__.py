"""Wire protocols: pure functions from the bytes of an `Exchange` to the `Call` it meant."""
