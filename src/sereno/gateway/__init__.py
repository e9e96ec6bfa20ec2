"""The data plane: forwards bytes, times every chunk, hands one `Exchange` a call to the journal."""
