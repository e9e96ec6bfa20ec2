"""Prompts and answers in English and Spanish by category, put together from parts; nobody ever wrote them."""

from __future__ import annotations

import random

PROMPTS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "code": (
        (
            "Write a {language} function that {task} and add unit tests.",
            "Why does my {language} code crash when it {task}?",
            "Refactor this {language} class so that it {task} without a global lock.",
        ),
        (
            "Escribe una función en {language} que {tarea} y añade pruebas.",
            "¿Por qué falla mi código de {language} cuando {tarea}?",
        ),
    ),
    "data_and_sql": (
        (
            "Write a SQL query for {thing} by month, with a running total.",
            "Which index does a table of {thing} with 40 million rows need?",
        ),
        (
            "Escribe una consulta SQL de {cosa} por mes con total acumulado.",
            "¿Qué índice necesita una tabla de {cosa} con 40 millones de filas?",
        ),
    ),
    "writing": (
        ("Write a friendly e-mail to a customer about {thing}.", "Draft a short blog post on {thing} for small firms."),
        (
            "Redacta un correo amable a un cliente sobre {cosa}.",
            "Prepara una entrada breve de blog sobre {cosa} para pymes.",
        ),
    ),
    "translation": (
        ("Translate into Spanish: the report on {thing} is due on Friday.",),
        ("Traduce al inglés: el informe sobre {cosa} se entrega el viernes.",),
    ),
    "summarisation": (
        (
            "Summarise the meeting notes on {thing} in five bullet points.",
            "Give me the gist of this article about {thing}.",
        ),
        (
            "Resume en cinco puntos el acta de la reunión sobre {cosa}.",
            "Dame lo esencial de este artículo sobre {cosa}.",
        ),
    ),
    "question_answering": (
        ("What is the difference between {thing} and {other}?", "How long does it take to plan {thing}?"),
        ("¿Qué diferencia hay entre {cosa} y {otra}?", "¿Cuánto se tarda en planificar {cosa}?"),
    ),
    "mathematics": (
        ("Solve for x: {a}x + {b} = {c}, and show every step.", "What is the probability of {a} heads in {b} tosses?"),
        (
            "Resuelve para x: {a}x + {b} = {c}, paso a paso.",
            "¿Cuál es la probabilidad de {a} caras en {b} lanzamientos?",
        ),
    ),
    "extraction": (
        ("Extract names, dates and amounts on {thing} from this text as JSON.",),
        ("Extrae nombres, fechas e importes sobre {cosa} de este texto como JSON.",),
    ),
    "conversation": (
        (
            "Good morning! I have had a long week with {thing}. Any advice?",
            "Tell me a short story about {thing} and a lighthouse.",
        ),
        (
            "¡Buenos días! He tenido una semana larga con {cosa}. ¿Algún consejo?",
            "Cuéntame un cuento breve sobre {cosa} y un faro.",
        ),
    ),
    "embeddings": (("Passage on {thing} and {other}, part {a}.",), ("Pasaje sobre {cosa} y {otra}, parte {a}.",)),
}
"""Category → (English, Spanish) patterns."""

LANGUAGES = ("Python", "Rust", "Go", "TypeScript", "Kotlin", "SQL")
TASKS = (
    "parses invoices",
    "merges two sorted lists",
    "reads a CSV of 2 GB",
    "retries with back-off",
    "validates dates",
    "renders a chart",
    "walks a directory tree",
    "sends webhooks",
)
TAREAS = (
    "analiza facturas",
    "une dos listas ordenadas",
    "lee un CSV de 2 GB",
    "reintenta con espera",
    "valida fechas",
    "dibuja un gráfico",
    "recorre un árbol de carpetas",
    "envía avisos",
)
THINGS = (
    "invoices",
    "solar panels",
    "returned orders",
    "night trains",
    "wind turbines",
    "sensor readings",
    "payroll",
    "school timetables",
    "flood warnings",
    "olive harvests",
    "railway delays",
    "hospital beds",
    "tax forms",
)
COSAS = (
    "facturas",
    "placas solares",
    "pedidos devueltos",
    "trenes nocturnos",
    "aerogeneradores",
    "lecturas de sensores",
    "nóminas",
    "horarios escolares",
    "avisos de inundación",
    "cosecha de aceituna",
    "retrasos ferroviarios",
    "camas de hospital",
    "impuestos",
)
ENGLISH = (
    "First, look at the numbers of the last quarter.",
    "The short answer is that it depends on the size of {thing}.",
    "A simple table is easier to read than a long paragraph.",
    "Measure before you change anything.",
    "In practice three out of four teams start with {thing}.",
    "Keep the old version until the new one has run a week.",
    "The function returns early when the list is empty.",
    "Note that {other} behave differently at night.",
    "Here is a version that handles missing values.",
    "Two edge cases remain: an empty file and a leap day.",
    "I would write to them on Monday and attach the report.",
    "That costs about twelve euros a month.",
)
SPANISH = (
    "Primero, mira las cifras del último trimestre.",
    "La respuesta corta es que depende del tamaño de {thing}.",
    "Una tabla sencilla se lee mejor que un párrafo largo.",
    "Mide antes de cambiar nada.",
    "En la práctica, tres de cada cuatro equipos empiezan por {thing}.",
    "Guarda la versión anterior una semana más.",
    "La función termina pronto si la lista está vacía.",
    "Ten en cuenta que {other} cambian por la noche.",
    "Aquí tienes una versión que admite valores ausentes.",
    "Quedan dos casos: un fichero vacío y un año bisiesto.",
    "Yo les escribiría el lunes con el informe adjunto.",
    "Eso cuesta unos doce euros al mes.",
)


def prompt(category: str, r: random.Random, *, spanish: bool) -> str:
    """A prompt of a category."""
    pattern = r.choice(PROMPTS[category][spanish])
    return pattern.format(
        language=r.choice(LANGUAGES),
        task=r.choice(TASKS),
        tarea=r.choice(TAREAS),
        thing=r.choice(THINGS),
        other=r.choice(THINGS),
        cosa=r.choice(COSAS),
        otra=r.choice(COSAS),
        a=r.randrange(2, 90),
        b=r.randrange(2, 90),
        c=r.randrange(90, 900),
    )


def answer(r: random.Random, *, spanish: bool) -> str:
    """An answer of two to nine sentences."""
    parts, things = (SPANISH, COSAS) if spanish else (ENGLISH, THINGS)
    return " ".join(
        part.format(thing=r.choice(things), other=r.choice(things)) for part in r.choices(parts, k=r.randrange(2, 10))
    )
