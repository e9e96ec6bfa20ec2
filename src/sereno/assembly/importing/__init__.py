"""`sereno import`: calls exported by another Sereno, and recorded captures, brought into the store.

`files` opens what is named (plain, .gz, .zst) and finds its format; `messages` turns an exported message back into
the call it told of; `run` stores them in batches, counted like live ones. A call whose id is there already is left
alone, so importing a file twice changes nothing.
"""
