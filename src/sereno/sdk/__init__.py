"""The small SDK: `from sereno import span, traced`. Nothing beyond the standard library, nothing loaded early.

`span` is a context manager, `traced` a decorator. Both make OpenTelemetry spans of the application's own steps and give
the header fields with which a call to a model joins them: who asks, in which conversation, in which trace.
"""
