"""Texts of the page cost."""

TEXTS: dict[str, tuple[str, str]] = {
    "total_cost": ("Total cost", "Coste total"),
    "per_1000_calls": ("Per 1,000 calls", "Por 1000 llamadas"),
    "a_call": ("{cost} a call", "{cost} por llamada"),
    "per_million_tokens": ("Per 1 M tokens", "Por 1 M de tokens"),
    "in_and_out": ("input and output together", "entrada y salida juntas"),
    "cached_share": ("From cache", "Desde caché"),
    "of_input_tokens": ("of input tokens", "de los tokens de entrada"),
    "without_price_tile": ("Without a price", "Sin precio"),
    "calls_of": ("of {all} calls", "de {all} llamadas"),
    "nothing_unpriced": ("every call with tokens has one", "todas las llamadas con tokens lo tienen"),
    "this_month": ("Whole month", "Mes completo"),
    "so_far": ("expected; {spent} so far", "previsto; {spent} hasta ahora"),
    "energy": ("Energy", "Energía"),
    "measured_of": ("measured in {measured} of {all} calls", "medida en {measured} de {all} llamadas"),
    "electricity_costs": ("{cost} of electricity at {price} a kWh", "{cost} de electricidad a {price} el kWh"),
    "energy_per_token": ("Energy of an output token", "Energía por token de salida"),
    "how_projected": ("How the month is projected", "Cómo se calcula el mes"),
    "projected_text": (
        "{spent} so far, and the mean of the last {days} whole days ({mean} a day) for each day left until {end}.",
        "{spent} hasta ahora, más la media de los últimos {days} días enteros ({mean} al día) por día hasta {end}.",
    ),
    "projected_range": (
        "With the cheapest of those weeks it would be {low}, with the dearest {high}.",
        "Con la más barata de esas semanas serían {low}; con la más cara, {high}.",
    ),
    "projected_priced": ("Calls without a price are not in it.", "Las llamadas sin precio no cuentan."),
    "not_projected": (
        "The month is not projected: that takes seven whole days with priced calls.",
        "El mes no se proyecta: hacen falta siete días enteros con llamadas con precio.",
    ),
    "cost_by_model": ("Cost by model", "Coste por modelo"),
    "cost_by_model_text": (
        "Of the calls whose price is known; a bar leads to its calls.",
        "De las llamadas cuyo precio se conoce; una barra lleva a sus llamadas.",
    ),
    "cost_empty": (
        "No call in this time has a known price.",
        "Ninguna llamada de este periodo tiene precio conocido.",
    ),
    "other_models": ("all others", "los demás"),
    "by_model": ("By model", "Por modelo"),
    "by_user": ("By user", "Por usuario"),
    "by_category": ("By category", "Por categoría"),
    "by_source": ("Where the prices came from", "De dónde salen los precios"),
    "top_of": ("{top} of {all}", "{top} de {all}"),
    "no_category": ("no category", "sin categoría"),
    "unpriced_title": ("Calls without a price", "Llamadas sin precio"),
    "unpriced_text": (
        (
            "Their tokens are known, but neither the settings nor the price catalogue has a price; they count as "
            "unknown, not as free."
        ),
        (
            "Se conocen sus tokens, pero ni la configuración ni el catálogo tienen precio para ellas; cuentan como "
            "desconocidas, no como gratuitas."
        ),
    ),
    "unpriced_how": (
        "Put a price into sereno.toml, one table for each price, and restart the keeper:",
        "Ponga un precio en sereno.toml, una tabla por cada precio, y reinicie el keeper:",
    ),
    "unpriced_then": (
        "New calls are priced at once; this prices the stored ones:",
        "Las llamadas nuevas tendrán precio enseguida; esto pone precio a las guardadas:",
    ),
    "unpriced_docs": (
        "All kinds of prices: docs/prices.md. What is in force now: sereno prices.",
        "Todos los tipos de precio: docs/prices.md. Lo que rige ahora: sereno prices.",
    ),
    "snippet_first": ("The {most} models with the most calls.", "Los {most} modelos con más llamadas."),
}
