"""`sereno up`: starts, watches, restarts and drains the processes."""
