"""The supervisor: what `sereno up` runs. It starts children, restarts them, drains them, and forwards no byte itself.

A *child* is a command line (`ChildSpec`). It is *ready* when its check says so, and *stable* when it ran for a while,
which resets its back-off. The listening socket is made here and inherited by number, so that a killed worker refuses
no connection: the backlog waits for its successor. Every child holds the read end of a pipe whose write end only the
supervisor has; when that ends, for whatever reason, they see it and end too.
"""
