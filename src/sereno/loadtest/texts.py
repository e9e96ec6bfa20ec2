"""Texts of the report: (English, Spanish)."""

from __future__ import annotations

from typing import Literal, get_args

Language = Literal["en", "es"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

TEXTS: dict[str, tuple[str, str]] = {
    "title": ("Load test", "Prueba de carga"),
    "summary": ("Summary", "Resumen"),
    "started": ("started", "inicio"),
    "took": ("took", "duración"),
    "load": ("load", "carga"),
    "open": ("open: requests arrive whether or not earlier ones have ended",
             "abierta: las peticiones llegan aunque las anteriores no hayan terminado"),
    "closed": ("closed: each user waits for the answer", "cerrada: cada usuario espera su respuesta"),
    "poisson": ("Poisson arrivals", "llegadas de Poisson"),
    "constant": ("even arrivals", "llegadas uniformes"),
    "model": ("model", "modelo"),
    "requests": ("requests", "peticiones"),
    "succeeded": ("answered", "respondidas"),
    "failed": ("failed", "fallidas"),
    "timed_out": ("timed out", "sin respuesta a tiempo"),
    "cut": ("cut short by the stop", "cortadas por la parada"),
    "sessions": ("conversations", "conversaciones"),
    "users": ("users", "usuarios"),
    "throughput": ("answered per second", "respondidas por segundo"),
    "tokens": ("tokens in / out", "tokens de entrada / salida"),
    "speed": ("output tokens per second", "tokens de salida por segundo"),
    "unknown": ("unknown", "desconocido"),
    "times": ("Times", "Tiempos"),
    "what": ("time", "tiempo"),
    "count": ("count", "número"),
    "mean": ("mean", "media"),
    "latency": ("latency, from the intended start", "latencia, desde el inicio previsto"),
    "service": ("service time, from the real start", "tiempo de servicio, desde el inicio real"),
    "first_chunk": ("to the first chunk", "hasta el primer fragmento"),
    "per_token": ("per output token", "por token de salida"),
    "gaps": ("between chunks", "entre fragmentos"),
    "delay": ("late start", "retraso del inicio"),
    "curve": ("Latency by percentile", "Latencia por percentil"),
    "latency_over_time": ("Latency over time, by intended start", "Latencia en el tiempo, por inicio previsto"),
    "rate_over_time": ("Requests per second", "Peticiones por segundo"),
    "busy_over_time": ("Requests under way", "Peticiones en curso"),
    "due": ("due", "previstas"),
    "in_flight": ("under way", "en curso"),
    "as_table": ("As a table", "Como tabla"),
    "at": ("at", "en"),
    "no_values": ("Nothing was measured.", "No se midió nada."),
    "failures": ("Failures", "Fallos"),
    "type": ("type", "tipo"),
    "message": ("what was said", "mensaje"),
    "objectives": ("Objectives", "Objetivos"),
    "objective": ("objective", "objetivo"),
    "target": ("target", "meta"),
    "attained": ("attained", "alcanzado"),
    "verdict": ("verdict", "veredicto"),
    "kept": ("kept", "cumplido"),
    "not_measured": ("no request of this run has what it measures",
                     "ninguna petición de esta prueba tiene lo que mide"),
    "missed": ("missed", "incumplido"),
    "warning_gone": ("The server stopped answering; the run ended there.",
                     "El servidor dejó de responder; la prueba terminó ahí."),
    "warning_refused": ("The server refused the first hundred requests and answered none; the run ended there.",
                        "El servidor rechazó las cien primeras peticiones y no respondió a ninguna; ahí terminó."),
    "warning_interrupted": ("The run was stopped before its end.", "La prueba se detuvo antes de su fin."),
    "warning_requests": ("The run ended at its greatest number of requests (--requests).",
                         "La prueba terminó al alcanzar su número máximo de peticiones (--requests)."),
    "warning_nothing": ("No request ended.", "Ninguna petición terminó."),
    "warning_lower_bound": ("Requests that timed out count with the time waited: they would have taken longer.",
                            "Las peticiones sin respuesta a tiempo cuentan con lo esperado: habrían tardado más."),
    "warning_queued": (("More requests were due than --in-flight lets run at once; those that waited count from when "
                       "they were due."),
                       ("Había más peticiones previstas de las que --in-flight permite a la vez; las que esperaron "
                       "cuentan desde que estaban previstas.")),
    "warning_late": ("The load generator itself was late; give it a machine with more free time, or less load.",
                     "El propio generador de carga se retrasó; dele una máquina más libre o menos carga."),
    "warning_closed": (("Closed load: users wait for the server, so a slow server gets fewer requests. "
                       "--rate shows what independent users would feel."),
                       ("Carga cerrada: los usuarios esperan al servidor, y uno lento recibe menos peticiones. "
                       "--rate muestra lo que notarían usuarios independientes.")),
}  # fmt: skip
"""By key."""


def texts(language: Language) -> dict[str, str]:
    """All texts in a language."""
    at = LANGUAGES.index(language)
    return {key: pair[at] for key, pair in TEXTS.items()}
