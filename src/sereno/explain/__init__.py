"""Charts that explain themselves: facts computed from frames, told in words, each number of the words checked. Pure."""
