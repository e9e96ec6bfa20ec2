"""An Ollama that has no model, as a process of its own that can be killed: `python model_server.py PORT`."""

from __future__ import annotations

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Ollama(BaseHTTPRequestHandler):
    """Answers polls as Ollama 0.24.0 does."""

    def do_GET(self) -> None:
        found: dict[str, object] = {"version": "0.24.0"} if self.path == "/api/version" else {"models": []}
        body = json.dumps(found).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Ollama).serve_forever()
