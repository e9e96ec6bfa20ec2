"""Texts of the pages sessions and session."""

TEXTS: dict[str, tuple[str, str]] = {
    # the list
    "begins_with": ("Begins with", "Empieza con"),
    "no_title": ("(no text kept)", "(sin texto guardado)"),
    "last_call": ("Last call", "Última llamada"),
    "duration": ("Duration", "Duración"),
    "and_more": ("and {n} more", "y {n} más"),
    "with_error": ("With errors", "Con errores"),
    "with_aborted": ("With aborted ones", "Con canceladas"),
    "with_success": ("With successful ones", "Con correctas"),
    "order_by": ("Order by", "Ordenar por"),
    "sort_last": ("Latest first", "Más recientes"),
    "sort_calls": ("Most calls", "Más llamadas"),
    "sort_tokens": ("Most tokens", "Más tokens"),
    "sort_cost": ("Highest cost", "Mayor coste"),
    "no_sessions_title": ("No conversations in this time", "No hubo conversaciones en este periodo"),
    "no_sessions_text": (
        "The last call came {when}. Only chats, and calls with X-Sereno-Session, belong to a conversation.",
        "La última llamada llegó {when}. Solo los chats y las llamadas con X-Sereno-Session son de una conversación.",
    ),
    "all_sessions": ("All sessions", "Todas las sesiones"),
    # one
    "turn": ("Turn", "Turno"),
    "its_calls": ("As calls", "Como llamadas"),
    "first_token_after": ("first token after", "primer token a los"),
    "turn_gone": (
        "What was said here was not kept, or retention has removed it.",
        "Lo que se dijo aquí no se guardó o ya fue eliminado.",
    ),
    "history_again": ("The client asked the same again.", "El cliente volvió a preguntar lo mismo."),
    "history_branched": (
        "The client went back: this goes on from turn {after}.",
        "El cliente volvió atrás: esto continúa desde el turno {after}.",
    ),
    "history_changed": (
        "The client rewrote the history: what follows replaces what was said before.",
        "El cliente reescribió la historia: lo que sigue sustituye a lo anterior.",
    ),
    "history_shortened": (
        "The client left out earlier messages.",
        "El cliente omitió mensajes anteriores.",
    ),
    "left_out": (
        "{n} earlier messages that this call sent are on its own page.",
        "{n} mensajes anteriores que envió esta llamada están en su propia página.",
    ),
    "cut_here": (
        "Long texts are cut here; the call's own page has them whole.",
        "Los textos largos se recortan aquí; la página de la llamada los tiene completos.",
    ),
    "past_the_end": ("The conversation ends before this page.", "La conversación termina antes de esta página."),
    "latency_turn": ("Latency by turn", "Latencia por turno"),
    "latency_turn_text": ("Seconds from request to end of answer.", "Segundos de la petición al fin de la respuesta."),
    "until_first": ("until the first token", "hasta el primer token"),
    "after_first": ("after it", "después"),
    "tokens_turn": ("Tokens by turn", "Tokens por turno"),
    "tokens_turn_text": (
        "The history is sent again with every turn, so the input grows.",
        "La historia se envía de nuevo en cada turno, por eso crece la entrada.",
    ),
}
