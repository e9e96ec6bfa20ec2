"""Sereno, the night watchman of a local LLM stack.

A *gateway* stands in front of the model server, passes every byte through untouched and appends one
`Exchange` a call to a *journal*. A *keeper* reads the journal, decodes each exchange to a `Call`,
stores it, rolls it up and answers questions about it.
"""

__version__ = "0.1.0"
