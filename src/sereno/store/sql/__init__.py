"""What the SQL stores share: the same tables asked in the same way.

A backend brings a connection, the numbers of its texts and a `dialect.Dialect`: what its database does its own way.
`columns`, `content` and `clean` are what a row holds; `filters`, `ordering`, `reading`, `aggregate`, `users` and
`conversations`
answer questions, `covering` says from what; `cells` are roll-ups at rest.
"""
