"""What prompts are about: a bounded list of categories, told from words and patterns, offline, with its evidence.

`category` says what a category is, `folding` how a text is read, `pattern` which regular expressions are safe,
`rules` what counts how much, `categorise` decides, `calls` reads a call, `builtin` is the list that comes with Sereno.
"""
