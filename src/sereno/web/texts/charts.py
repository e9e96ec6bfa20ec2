"""Texts of figures: their tables, units and empty state."""

TEXTS = {
    "chart_time": ("Time", "Hora"),
    "chart_position": ("Position", "Posición"),
    "chart_decimal": (".", ","),
    "chart_nothing": ("No data in this range.", "Sin datos en este periodo."),
    "chart_data": ("Show as table", "Ver como tabla"),
    "chart_unit_seconds": ("s", "s"),
    "chart_unit_count": ("", ""),
    "chart_unit_per_second": ("per second", "por segundo"),
    "chart_unit_dollars": ("USD", "USD"),
    "chart_unit_ratio": ("%", "%"),
    "chart_unit_bytes": ("bytes", "bytes"),
    "chart_unit_tokens": ("tokens", "tokens"),
    "chart_unit_tokens_per_second": ("tokens/s", "tokens/s"),
}
