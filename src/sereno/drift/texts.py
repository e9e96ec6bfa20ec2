"""Texts of the report: (English, Spanish)."""

from __future__ import annotations

from typing import Literal

Language = Literal["en", "es"]

TEXTS: dict[str, tuple[str, str]] = {
    "title": ("Drift report", "Informe de deriva"),
    "before": ("reference", "referencia"),
    "now": ("current", "actual"),
    "rows": ("rows", "filas"),
    "verdict": ("Verdict", "Veredicto"),
    "verdict_insufficient_data": ("Too little data for a verdict: at least 30 rows on either side are needed.",
                                  "Datos insuficientes para un veredicto: hacen falta al menos 30 filas en cada lado."),
    "verdict_none": ("No column drifted: nothing is both significant and large.",
                     "Ninguna columna ha derivado: nada es a la vez significativo y grande."),
    "verdict_drift": ("{drifted} of {judged} columns drifted; the gravest verdict is {severity}.",
                      "{drifted} de {judged} columnas han derivado; el veredicto más grave es {severity}."),
    "ranking": ("Columns, the most important first", "Columnas, la más importante primero"),
    "feature": ("column", "columna"),
    "kind": ("kind", "tipo"),
    "severity": ("verdict", "veredicto"),
    "psi_corrected": ("PSI, corrected", "PSI, corregido"),
    "interval": ("95 % interval", "intervalo del 95 %"),
    "p": ("p, adjusted", "p, ajustado"),
    "missing": ("missing", "faltan"),
    "numeric": ("numeric", "numérica"),
    "categorical": ("categorical", "categórica"),
    "insufficient_data": ("insufficient data", "datos insuficientes"),
    "none": ("none", "ninguna"),
    "notice": ("notice", "aviso"),
    "moderate": ("moderate", "moderada"),
    "significant": ("significant", "significativa"),
    "critical": ("critical", "crítica"),
    "distributions": ("Before and after", "Antes y después"),
    "more": ("{count} more columns are in the table only.",
             "{count} columnas más están solo en la tabla."),
    "share": ("share of rows", "proporción de filas"),
    "bin": ("values", "valores"),
    "as_table": ("As a table", "Como tabla"),
    "other": ("(other or new)", "(otras o nuevas)"),
    "absent": ("(missing)", "(faltan)"),
    "examples": ("Rows nearest to the drift", "Filas más cercanas a la deriva"),
    "examples_what": ("Current rows whose values were rare before and are common now.",
                      "Filas actuales con valores antes raros y ahora frecuentes."),
    "whole": ("Whole rows", "Filas enteras"),
    "whole_drift": ("Rows as a whole differ.", "Las filas, en conjunto, difieren."),
    "whole_none": ("Rows as a whole do not differ.", "Las filas, en conjunto, no difieren."),
    "whole_what": ("{now} sampled rows against {before}, {columns} columns together; no verdict of its own.",
                   "{now} filas de muestra frente a {before}, {columns} columnas juntas; no es otro veredicto."),
    "whole_test": ("test", "prueba"),
    "whole_measure": ("measure", "medida"),
    "whole_value": ("value", "valor"),
    "whole_mmd": ("maximum mean discrepancy", "discrepancia media máxima"),
    "whole_mmd_what": ("squared, 0 without drift", "al cuadrado, 0 sin deriva"),
    "whole_domain_classifier": ("domain classifier", "clasificador de dominio"),
    "whole_domain_classifier_what": ("area under the ROC curve, 0.5 without drift",
                                     "área bajo la curva ROC, 0,5 sin deriva"),
    "whole_pca_reconstruction": ("reconstruction by components", "reconstrucción por componentes"),
    "whole_pca_reconstruction_what": ("error now over error before, 1 without drift",
                                      "error actual entre error anterior, 1 sin deriva"),
    "row": ("row", "fila"),
    "not_compared": ("Not compared", "Sin comparar"),
    "how": ("How to read this", "Cómo leer esto"),
    "how_text": (
        ("A column has drifted if the difference is significant (Benjamini–Hochberg over all columns, q = 0.01) and its"
         " PSI, less what chance adds to it, is 0.02 or more: notice below 0.1, moderate below 0.2, significant below"
         " 0.3, then critical. PSI and KL (current‖reference) are in nats, Jensen–Shannon in bits (0–1)."),
        ("Una columna ha derivado si la diferencia es significativa (Benjamini–Hochberg sobre todas las columnas,"
         " q = 0,01) y su PSI, menos lo que añade el azar, es 0,02 o más: aviso por debajo de 0,1, moderada por debajo"
         " de 0,2, significativa por debajo de 0,3 y después crítica. PSI y KL (actual‖referencia) en nats,"
         " Jensen–Shannon en bits (0–1)."),
    ),
}  # fmt: skip


def texts(language: Language) -> dict[str, str]:
    """All texts of one language."""
    at = 0 if language == "en" else 1
    return {name: pair[at] for name, pair in TEXTS.items()}
