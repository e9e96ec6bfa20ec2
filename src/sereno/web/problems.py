"""Problems as pages tell them: in English as they are, in Spanish by kind, with the English sentence below."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from sereno.query import fields
from sereno.query.fields import Field, Kind
from sereno.query.problems import Problem
from sereno.web.shown import Language


class Told(msgspec.Struct, frozen=True):
    """What a page says of a problem; `original` is the English sentence where the rest is a translation."""

    title: str
    detail: str
    expected: str | None
    original: str | None = None


SPANISH: dict[str, tuple[str, str]] = {
    "wrong-parameter": ("Un parámetro no es correcto", "El valor del parámetro «{parameter}» no se entiende."),
    "unknown-parameter": ("Este parámetro no existe", "Esta página no tiene el parámetro «{parameter}»."),
    "not-found": ("No encontrado", "Aquí no hay nada; puede que ya se eliminara por antigüedad."),
    "method-not-allowed": ("Método no permitido", "Esta dirección solo se lee (GET)."),
    "host-not-allowed": (
        "Este nombre de servidor no está permitido",
        "Use localhost o 127.0.0.1, o añada el nombre a `allowed_hosts`.",
    ),
    "key-required": (
        "Hace falta una clave",
        (
            "Solo este equipo lee el registro sin clave. Escriba como contraseña una clave con permiso `read`; "
            "`sereno keys add NOMBRE --scope read` crea una."
        ),
    ),
    "key-unknown": ("La clave no es válida", "La clave no existe o fue revocada."),
    "scope-missing": ("La clave no permite esto", "La clave no tiene el permiso `read`."),
    "peer-unknown": ("No se conoce la dirección del cliente", "Sin ella no se muestra nada."),
    "other-site": (
        "Lo pidió otro sitio",
        "Este cambio lo pidió una página de otro sitio. Abra la página de Sereno y vuelva a intentarlo.",
    ),
    "wrong-media-type": ("El contenido es de otro tipo", "Esta dirección espera otro tipo de contenido."),
    "wrong-body": ("El contenido de la petición no es correcto", "Lo que se esperaba está abajo."),
    "body-too-large": ("La petición es demasiado grande", "Las peticiones a esta dirección no llevan contenido."),
    "rate-limited": ("Demasiadas peticiones", "Espere unos segundos y vuelva a intentarlo."),
    "busy": ("Demasiado trabajo a la vez", "Espere un momento y vuelva a intentarlo."),
    "query-timeout": (
        "La consulta tardó demasiado",
        "Acote el tiempo (`start_time`, `end_time`) o pida menos.",
    ),
    "store-unavailable": (
        "El almacén no responde",
        "Lo que pasa por la pasarela se sigue anotando en el diario; vuelva a intentarlo en unos segundos.",
    ),
    "model-unreachable": ("El servidor de modelos no responde", "Compruebe que está en marcha y en qué dirección."),
    "model-timeout": ("El modelo tardó demasiado", "Inténtelo de nuevo, o pida una respuesta más corta."),
    "model-failed": ("El servidor de modelos falló", "Su propio registro dice por qué."),
    "model-refused": ("El servidor de modelos rechazó la llamada", "Lo que dijo está abajo."),
    "model-unknown-model": ("Ese modelo no existe", "Elija uno de los que ofrece el servidor de modelos."),
    "model-invalid": ("El servidor de modelos respondió lo que no debe", "Su respuesta no se entiende."),
    "adapter-refused": ("El adaptador fue rechazado", "El detalle dice por qué."),
    "drift-refused": ("La vigilancia de la deriva lo rechazó", "El detalle dice por qué."),
    "already-judged": ("Esta respuesta ya fue valorada", "Cada respuesta se valora una sola vez."),
    "internal": ("Sereno falló en esta petición", "Su registro de errores dice por qué."),
}
"""Title and sentence of every problem's name; `{parameter}` stands for the wrong parameter."""

_BY_NAME: dict[str, Field] = {
    field.name: field for field in (*fields.FILTERS, *fields.PAGING, fields.INTERVAL, fields.TIMEZONE, fields.LANGUAGE)
}


def _expected(field: Field) -> str:
    whole = f"{field.minimum:.0f} a {field.maximum:.0f}"
    words: dict[Kind, str] = {
        "text": f"texto de {field.maximum:.0f} caracteres como máximo, sin caracteres de control",
        "name": f"un nombre de {field.maximum:.0f} caracteres como máximo, tal como es",
        "time": "segundos desde 1970, una fecha como 2026-11-21, una hora RFC 3339, `now`, o una antigüedad como 24h",
        "integer": f"un número entero de {whole}",
        "seconds": f"segundos, de {whole}, como 0.5",
        "choice": "uno de " + ", ".join(field.choices),
        "cursor": "el cursor que dio la página anterior, sin cambios",
        "timezone": "el nombre de una zona horaria, como UTC o Europe/Madrid",
    }
    return words[field.kind]


def translated(problem: Problem, language: Language, asked: Sequence[Field] = ()) -> Told:
    """A problem in the page's language.

    Args:
        problem: what went wrong.
        language: of the page.
        asked: the parameters of the page that was asked for; one name may mean different things on two pages.
    """
    if language == "en" or problem.name not in SPANISH:
        return Told(problem.title, problem.detail, problem.expected)
    title, sentence = SPANISH[problem.name]
    field = {**_BY_NAME, **{field.name: field for field in asked}}.get(problem.parameter or "")
    return Told(
        title,
        sentence.replace("{parameter}", problem.parameter or ""),
        _expected(field) if field is not None and problem.name == "wrong-parameter" else None,
        problem.detail,
    )
