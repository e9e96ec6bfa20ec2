"""What prompts are about: a bounded list of categories, told from words and patterns, offline, with its evidence.

`category` says what a category is, `folding` how a text is read, `pattern` which regular expressions are safe,
`rules` what counts how much, `text` where it stands, `categorise` decides, `calls` reads a call, `hints` what else it
tells, `builtin` is the list that comes with Sereno.
"""
