"""The categories that come with Sereno, in English and Spanish.

Order decides between equals: the narrower comes first. `docs/categories.md` says how often they are right.
"""

from __future__ import annotations

from sereno.categories.category import OTHER, Category


def _list(text: str) -> tuple[str, ...]:
    """Words and phrases as one text, parted by commas."""
    return tuple(" ".join(item.split()) for item in text.split(","))


BUILTIN: tuple[Category, ...] = (
    Category(name="embeddings", title_en="Embeddings", title_es="Embeddings", words=("@embeddings",)),
    Category(
        name="images",
        title_en="Images",
        title_es="Imágenes",
        words=_list("""
            @images, this image, the image, attached image, this picture, the picture, this photo, the photo,
            attached photo, this photograph, the photograph, this screenshot, the screenshot, alt text, image,
            picture, photo, photograph, esta imagen, la imagen, imagen adjunta, esta foto, la foto, foto adjunta, la
            fotografía, esta fotografía, esta captura, imagen, foto, fotografía, texto alternativo
        """),
    ),
    Category(
        name="agents_and_tools",
        title_en="Agents and tools",
        title_es="Agentes y herramientas",
        words=_list("""
            @tools, tool, tools, agent, autonomous, following tools, call tools, tool call, available tools, use the
            tool, action input, observation, thought i, pensamiento, arguments, function call, call the function,
            search the web, browse the web, herramienta, herramientas, agente, autónomo, estas herramientas, usa la
            herramienta, acción, observación, llama a la función, llamada a función, busca en internet, navega por
            la web
        """),
        patterns=(r"_[a-z]{1,20}\(",),
    ),
    Category(
        name="translation",
        title_en="Translation",
        title_es="Traducción",
        words=_list("""
            translate, translated, translation, translations, translator, translating, how do you say, into english,
            into spanish, into french, into german, into italian, into portuguese, into chinese, into japanese, to
            english, to spanish, to french, to german, to italian, to portuguese, from english, in japanese, in
            german, in french, in spanish, in english, in italian, in portuguese, in chinese, spanish version,
            english version, french version, portuguese, english to, spanish to, traduce, traducir, traduzca,
            traduzcas, tradúceme, tradúcelo, traducción, traducciones, traductor, traducido, cómo se dice, al
            inglés, al español, al francés, al alemán, al italiano, al portugués, al catalán, al chino, en inglés,
            en francés, en alemán, en italiano, en portugués, en japonés, del inglés, del español, del francés,
            palabra inglesa, palabra francesa, palabra alemana, versión en inglés, versión en español
        """),
    ),
    Category(
        name="summarisation",
        title_en="Summarisation",
        title_es="Resúmenes",
        words=_list("""
            summarise, summarize, summary, summaries, summarising, summarizing, summarised, summarized, tldr, tl dr,
            key takeaways, takeaways, key points, main points, main ideas, bullet points, condense, shorten,
            abstract, recap, synopsis, in short, gist, resume, resumir, resumen, resúmenes, resúmeme, resúmelo,
            resúmelos, resumas, sintetiza, sintetizar, síntesis, puntos clave, ideas principales, ideas clave, lo
            esencial, acorta, acortar, en pocas palabras, de qué trata, sinopsis, condensa
        """),
    ),
    Category(
        name="extraction",
        title_en="Extraction and classification",
        title_es="Extracción y clasificación",
        words=_list("""
            extract, extracting, extraction, classify, classification, sentiment, categorise, categorize, label
            each, named entities, entities, list every, list all, find all, find the dates, identify all, mentioned
            in, from this invoice, from the text, return json, as json, json object, parse, spam, positive or
            negative, positive negative or neutral, label, labels, detect the language, answer with one word,
            extrae, extraer, extraiga, extracción, clasifica, clasificar, clasificación, sentimiento, etiqueta,
            etiquetar, entidades, identifica, identificar, saca de, detecta, positiva o negativa, positivo o
            negativo, en json, un json, devuelve solo, responde solo con, que aparecen en, categorías, con los
            campos, de esta factura, assign, assign them, one of these, on a scale of, json array, rate each,
            reviews, review, asigna, en una escala, puntúa, reseña, reseñas
        """),
    ),
    Category(
        name="data_and_sql",
        title_en="Data and SQL",
        title_es="Datos y SQL",
        words=_list("""
            sql, mysql, postgres, postgresql, sqlite, mongodb, database, databases, schema, query, queries,
            subquery, group by, order by, left join, inner join, create table, insert into, select from, select
            count, window function, dataframe, dataframes, pandas, csv, excel, spreadsheet, spreadsheets, pivot
            table, dataset, datasets, normal form, foreign key, primary key, duplicate rows, missing values, column,
            columns, rows, median, base de datos, bases de datos, esquema, consulta, consulta sql, tabla, tablas,
            columna, columnas, filas, hoja de cálculo, tabla dinámica, conjunto de datos, datos, registros, clave
            primaria, clave foránea, media móvil, filas duplicadas
        """),
    ),
    Category(
        name="code",
        title_en="Code",
        title_es="Código",
        words=_list("""
            code, coding, def, return, python, javascript, typescript, java, rust, golang, kotlin, php, ruby, bash,
            shell, html, css, react, node, django, flask, docker, dockerfile, kubernetes, git, regex, json, api,
            script, scripts, function, functions, method, class, classes, interface, variable, loop, array, compile,
            compiler, debug, debounce, bug, bugs, exception, traceback, stack trace, segmentation fault, refactor,
            unit test, unit tests, pytest, type hints, docstring, pull request, mutex, thread, threads, async,
            algorithm, programming, program, one liner, import, implement, runtime, syntax error, null pointer,
            recursion, recursive, endpoint, framework, library, código, programa, programar, programación, función
            en, una función, clase, clases, hilo, bucle, compilar, compila, depurar, error, fallo, excepción,
            pruebas unitarias, algoritmo, fichero, ficheros, implementa, desplegar, refactoriza, anidados, expresión
            regular, patrón de diseño, write a function, write a program, website, web page, implement a function, a
            function to, program to, c program, escribe una función, escribe un programa, página web, haz una
            función
        """),
        patterns=("```", r"\(\)", "==", "=>", "};", "</", "#include"),
    ),
    Category(
        name="mathematics",
        title_en="Mathematics",
        title_es="Matemáticas",
        words=_list("""
            solve, equation, equations, derivative, integral, integrate, prove, proof, theorem, irrational, square
            root, probability, matrix, vector, eigenvalues, polynomial, triangle, how many ways, compute, calculate,
            percent, percentage, sum of, product of, divided by, multiplied by, arithmetic, algebra, geometry,
            calculus, logarithm, km h, cos, ln, log, average speed, prime number, modulo, resuelve, ecuación,
            ecuaciones, derivada, deriva, demuestra, demostración, teorema, raíz cuadrada, probabilidad, matriz,
            autovalores, polinomio, triángulo, calcula, calcular, cuánto es, multiplicado por, dividido por,
            dividido entre, porcentaje, suma de, inducción, aritmética, álgebra, geometría, logaritmo, de descuento,
            cuánto pago, dados, how many, in total, total cost, total amount, remainder, integers, inequality, half
            of, twice, find the value, the probability, probability that, what's the probability, fraction,
            vertices, area of, sum, ratio, average, factorial, cuántos hay, en total, cuánto cuesta, resto, enteros,
            desigualdad, el doble, la mitad, la probabilidad, fracción, área, la suma, promedio
        """),
        patterns=(r"= ?\d", r"\* ?\d", r"\+ ?\d", r"\d ?%", r"x ?=", r"x\^", r"\^\d", r"sin\("),
    ),
    Category(
        name="writing",
        title_en="Writing",
        title_es="Redacción",
        words=_list("""
            write, draft, compose, rewrite, proofread, essay, email, letter, story, short story, poem, haiku, song,
            lyrics, blog, blog post, post, speech, cover letter, headline, headlines, titles, slogan, slogans,
            caption, tweet, product description, press release, paragraph, grammar, professional, formal, tone,
            linkedin, help me write, newsletter, novel, chapter, essay about, polite, escribe, escribir, escríbeme,
            redacta, redactar, redacción, correo, carta, cuento, poema, relato, canción, ensayo, artículo, discurso,
            publicación, instagram, eslogan, eslóganes, titular, titulares, ortografía, acentos, gramática, mejora
            la, párrafo, tono, guion, novela, anuncio, anunciar, ayúdame a escribir, carta de presentación, propón,
            prepárame, craft, outline, story about, creative, imagery, limerick, edit, edit the following, article,
            creativo, edita, un artículo
        """),
    ),
    Category(
        name="role_play",
        title_en="Role play",
        title_es="Juego de rol",
        words=_list("""
            role play, roleplay, pretend, pretend you are, pretend to be, act as, act as a, act like, in character,
            imagine you are, imagine yourself, picture yourself, suppose you are, the role of, take on the role,
            assume the role, persona, the persona of, speak like, now you are, you are now, play the part, your
            character, stay in character, actúa como, actúa como un, actúa como una, imagina que eres, haz de, haz
            como si, finge, finge ser, juego de rol, el papel de, asume el papel, ponte en el lugar, habla como,
            ahora eres, respóndeme como, responde como, supón que eres
        """),
    ),
    Category(
        name="conversation",
        title_en="Conversation",
        title_es="Conversación",
        general=True,
        words=_list("""
            hi, hello, hey, thanks, thank you, good morning, good evening, good night, how are you, your name, joke,
            tell me a joke, chat, just chat, lonely, bored, i feel, hola, buenas, buenos días, buenas tardes, buenas
            noches, qué tal, gracias, muchas gracias, cómo te llamas, cómo estás, chiste, me aburro, hablamos, estoy
            triste, necesito hablar, charlar, charlemos
        """),
    ),
    Category(
        name="question_answering",
        title_en="Questions and explanations",
        title_es="Preguntas y explicaciones",
        general=True,
        words=_list("""
            what, why, who, when, where, which, how, explain, tell me about, what is, what are, how does, how do,
            can, should, recommend, advice, history of, difference between, qué, cuál, cuáles, quién, quiénes,
            cuándo, cuánto, cuántos, dónde, por qué, cómo, explica, explícame, háblame, dame consejos, consejos,
            recomienda, qué es, es
        """),
        patterns=(r"\?",),
    ),
    Category(name=OTHER, title_en="Other", title_es="Otros"),
)
"""The built-in list."""
