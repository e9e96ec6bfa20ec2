"""The embedded model server of `sereno demo`, and the demonstration that talks to it through the gateway.

A real model (SmolLM2-135M-Instruct) runs in a real engine (llama.cpp by xllamacpp) behind Ollama's API.
Every answer, token count and duration comes from the engine; nothing is written in advance.

- `weights`: where the model file lies; `gguf`: what its header says.
- `catalogue`: the two models it is offered as; `prompts`: ChatML from messages, tool calls out of text.
- `options`: Ollama's and OpenAI's request options for the engine.
- `engine`: loading, unloading, generating, embedding; `residence`: how long a model stays loaded.
- `completion`: one request for text, from prompt to counts.
- `ollama_api`, `openai_api`: the routes in the shapes of a real Ollama; `answers`: its JSON and its errors.
- `server`: the application and the process that serves it.
- `script`: the conversations; `visitors`: the clients that hold them; `record`: what Sereno says of them.
"""
