"""Calls as OpenTelemetry spans, sent over OTLP (HTTP or gRPC).

`attributes` and `parameters` say what a span carries, by the GenAI conventions whose names stand once in `names`;
`span` makes the protobuf message; `otlp_http` and `otlp_grpc` send batches and tell what became of them (`outcome`).
"""
