// What the script says, in the page's language. What the server says stands in sereno/web/texts.

const WORDS = {
  chart: ["chart", "gráfica"],
  chartHelp: [
    "Left and right arrow move through the points",
    "Las flechas izquierda y derecha recorren los puntos",
  ],
  chartEnter: ["Enter opens the point", "Intro abre el punto"],
  total: ["Total", "Total"],
  copied: ["Copied", "Copiado"],
  copyFailed: ["Could not copy; select the text instead", "No se pudo copiar; seleccione el texto"],
  liveConnecting: ["Connecting…", "Conectando…"],
  liveOpen: ["Connected", "Conectado"],
  livePaused: ["Paused while hidden", "En pausa mientras no se ve"],
  liveLost: ["Connection lost; trying again…", "Conexión perdida; reintentando…"],
  liveRefused: ["The live view was refused; reload the page", "La vista en directo fue rechazada; recargue la página"],
  liveOff: ["", ""],
  newRows: ["new", "nuevas"],
  shortcuts: ["Keyboard shortcuts", "Atajos de teclado"],
  keySearch: ["Search", "Buscar"],
  keyNext: ["Next row", "Fila siguiente"],
  keyPrevious: ["Previous row", "Fila anterior"],
  keyOpen: ["Open the row", "Abrir la fila"],
  keyHelp: ["This list", "Esta lista"],
  keysOn: ["Shortcuts are on", "Los atajos están activos"],
  keyClose: ["Close", "Cerrar"],
  explaining: ["Computing the facts…", "Calculando los hechos…"],
  explainStopped: ["Stopped.", "Detenido."],
  explainScore: ["{supported} of {numbers} claims are supported by facts.", "{supported} de {numbers} afirmaciones están respaldadas por hechos."],
  explainNothing: ["The text claims nothing that can be checked.", "El texto no afirma nada comprobable."],
  unsupported: ["unsupported", "sin respaldo"],
  thumbs: ["Was this right?", "¿Fue acertada?"],
  thumbUp: ["Right", "Acertada"],
  thumbUpText: ["Right and useful", "Acertada y útil"],
  thumbDown: ["Wrong", "Errónea"],
  thumbDownText: ["Wrong or useless", "Errónea o inútil"],
  thanks: ["Noted, thank you", "Anotado, gracias"],
  failed: ["The server did not answer; try again", "El servidor no respondió; inténtelo de nuevo"],
} as const satisfies Record<string, readonly [string, string]>;

export type Words = { readonly [key in keyof typeof WORDS]: string };

/** The words of a language, a BCP 47 tag. */
export function words(lang: string): Words {
  const index = lang.startsWith("es") ? 1 : 0;
  return Object.fromEntries(Object.entries(WORDS).map(([key, both]) => [key, both[index]])) as Words;
}
