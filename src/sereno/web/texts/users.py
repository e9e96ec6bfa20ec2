"""Texts of the pages users and user."""

TEXTS: dict[str, tuple[str, str]] = {
    "find_user": ("Name contains", "El nombre contiene"),
    "over_time": ("Calls over time", "Llamadas en el tiempo"),
    "user_trend": ("Calls over time, at most {most} in one step", "Llamadas en el tiempo, como mucho {most} por tramo"),
    "sort_errors": ("Most errors", "Más errores"),
    "sort_sessions": ("Most sessions", "Más sesiones"),
    "no_users_text": (
        "A user is whom a client names: X-Sereno-User, Open WebUI's headers, or the field “user” of a request.",
        "Un usuario es quien el cliente nombra: X-Sereno-User, las cabeceras de Open WebUI o el campo «user».",
    ),
    "newest_sessions": ("Newest sessions", "Sesiones más recientes"),
    "models_used": ("Models used", "Modelos usados"),
    "in_all": ("in all", "en total"),
    "ago": ("ago", "atrás"),
    "user_quiet": (
        "No calls of this user in this time. The last came {when}. Choose a longer range.",
        "Este usuario no hizo llamadas en este periodo. La última llegó {when}. Elija un periodo más largo.",
    ),
    "no_sessions_here": ("No conversation in this time.", "Ninguna conversación en este periodo."),
}
