"""An instrumented agent: `POST /chat` with memory, feedback, `/metrics` and traces, over any model.

It is also the example of an application that uses the SDK: `app` opens a step for each request, `model` sends the
step's header fields with the call, and so the gateway's span joins the agent's.
"""
