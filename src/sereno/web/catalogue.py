"""Every text of the pages, in English and Spanish; a test checks that both have all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

Language = Literal["en", "es"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

# key: (English, Spanish)
TEXTS: Mapping[str, tuple[str, str]] = {
    "calls": ("Calls", "Llamadas"),
    "call": ("Call", "Llamada"),
    "last_day": ("Last 24 hours", "Últimas 24 horas"),
    "error_rate": ("Error rate", "Tasa de errores"),
    "latency_p50": ("Latency p50", "Latencia p50"),
    "latency_p95": ("Latency p95", "Latencia p95"),
    "tokens": ("Tokens", "Tokens"),
    "in_out": ("in / out", "entrada / salida"),
    "running": ("Running now", "En curso"),
    "workers": ("Gateway workers", "Procesos de la pasarela"),
    "lag": ("Ingest lag", "Retraso de ingesta"),
    "drops": ("Dropped records", "Registros perdidos"),
    "health_ok": ("All is well", "Todo va bien"),
    "health_degraded": ("Needs a look", "Requiere atención"),
    "health_failing": ("Failing", "Fallando"),
    "search": ("Search", "Buscar"),
    "search_hint": ("Words in prompt or answer", "Palabras en la pregunta o la respuesta"),
    "model": ("Model", "Modelo"),
    "user": ("User", "Usuario"),
    "status": ("Status", "Estado"),
    "any": ("Any", "Cualquiera"),
    "from": ("From", "Desde"),
    "until": ("Until", "Hasta"),
    "time_hint": ("24h, 7d, 2026-11-21", "24h, 7d, 2026-11-21"),
    "apply": ("Apply", "Aplicar"),
    "clear": ("Clear", "Limpiar"),
    "time": ("Time (UTC)", "Hora (UTC)"),
    "prompt": ("Prompt", "Pregunta"),
    "answer": ("Answer", "Respuesta"),
    "latency": ("Latency", "Latencia"),
    "success": ("success", "correcta"),
    "error": ("error", "error"),
    "aborted": ("aborted", "cancelada"),
    "older": ("Older calls", "Llamadas anteriores"),
    "newest": ("Newest calls", "Llamadas más recientes"),
    "as_json": ("JSON", "JSON"),
    "as_csv": ("CSV", "CSV"),
    "empty_title": ("No calls yet", "Todavía no hay llamadas"),
    "empty_text": (
        "Point a client at the gateway: it takes the model server's place and changes nothing.",
        "Dirija un cliente a la pasarela: ocupa el lugar del servidor de modelos y no cambia nada.",
    ),
    "empty_reload": ("Then reload this page.", "Después, recargue esta página."),
    "none_title": ("No call matches", "Ninguna llamada coincide"),
    "none_text": ("Loosen the filters or clear them.", "Afloje los filtros o límpielos."),
    "conversation": ("Conversation", "Conversación"),
    "no_bodies": (
        "The bodies of this call were not kept, or retention has removed them.",
        "El contenido de esta llamada no se guardó o ya fue eliminado.",
    ),
    "timings": ("Timing", "Tiempos"),
    "usage": ("Usage", "Uso"),
    "details": ("Details", "Detalles"),
    "total": ("Total", "Total"),
    "ttft": ("To first chunk", "Hasta el primer fragmento"),
    "load": ("Model load", "Carga del modelo"),
    "prompt_eval": ("Prompt evaluation", "Evaluación de la pregunta"),
    "eval": ("Generation", "Generación"),
    "longest_gap": ("Longest pause", "Pausa más larga"),
    "speed": ("Speed", "Velocidad"),
    "input_tokens": ("Input tokens", "Tokens de entrada"),
    "cached_tokens": ("of them cached", "de ellos en caché"),
    "output_tokens": ("Output tokens", "Tokens de salida"),
    "cost": ("Cost", "Coste"),
    "session": ("Session", "Sesión"),
    "client": ("Client", "Cliente"),
    "operation": ("Operation", "Operación"),
    "finish_reason": ("Finish reason", "Motivo de fin"),
    "http_status": ("HTTP status", "Estado HTTP"),
    "chunks": ("Chunks", "Fragmentos"),
    "timeline": ("How the answer came", "Cómo llegó la respuesta"),
    "waited": ("Waited for the first chunk:", "Espera hasta el primer fragmento:"),
    "then_chunks": ("Chunks:", "Fragmentos:"),
    "within": ("within", "en"),
    "raw_request": ("Request as sent", "Petición enviada"),
    "raw_response": ("Response as sent", "Respuesta enviada"),
    "cut": ("cut", "recortado"),
    "thinking": ("Thinking", "Razonamiento"),
    "images": ("image", "imagen"),
    "back": ("All calls", "Todas las llamadas"),
    "skip": ("Skip to content", "Saltar al contenido"),
    "language": ("Español", "English"),
    "expected": ("Expected", "Se esperaba"),
    "filters": ("Filters", "Filtros"),
    "unknown": ("unknown", "desconocido"),
}


def language(asked: str | None, accept_language: str) -> Language:
    """The language of a page: as asked, else the first of ours that the browser prefers, else English.

    >>> language(None, "es-MX,es;q=0.9,en;q=0.5"), language("en", "es"), language(None, "fr, en;q=0.3, es;q=0.8")
    ('es', 'en', 'es')
    """
    if asked in LANGUAGES:
        return asked
    best: tuple[float, Language] = (0.0, "en")
    for part in accept_language[:500].split(","):
        tag, _, weight = part.strip().partition(";")
        code = tag.strip().lower().partition("-")[0]
        try:
            quality = float(weight.strip().removeprefix("q=")) if weight else 1.0
        except ValueError:
            continue
        for known in LANGUAGES:
            if code == known and quality > best[0]:
                best = (quality, known)
    return best[1]


def texts(chosen: Language) -> dict[str, str]:
    """All texts in one language."""
    return {key: both[LANGUAGES.index(chosen)] for key, both in TEXTS.items()}
