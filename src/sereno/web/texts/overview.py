"""Texts of the overview."""

TEXTS = {
    "slowest": ("Slowest calls", "Llamadas más lentas"),
    "newest_errors": ("Newest errors", "Errores más recientes"),
    "no_errors": ("No call failed in this time.", "Ninguna llamada falló en este periodo."),
    "top_models": ("Models", "Modelos"),
    "top_users": ("Users", "Usuarios"),
    "top_categories": ("Categories", "Categorías"),
    "running_now": ("Running now", "En curso"),
    "nothing_running": ("Nothing is running.", "No hay nada en curso."),
    "running_for": ("for", "desde hace"),
    "priced_of": ("{priced} of {all} calls priced", "{priced} de {all} llamadas con precio"),
    "no_price": ("no price known", "sin precio conocido"),
    "see_all": ("All", "Ver todas"),
    "per_second": ("calls/s", "llamadas/s"),
    "active_users": ("Active users", "Usuarios activos"),
}
