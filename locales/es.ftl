## dates

date = { $day } de { $month ->
    [1] enero
    [2] febrero
    [3] marzo
    [4] abril
    [5] mayo
    [6] junio
    [7] julio
    [8] agosto
    [9] septiembre
    [10] octubre
    [11] noviembre
   *[12] diciembre
} de { $year }

## pages

skip-to-content = Saltar al contenido
site-navigation = Sitio
pagination = Páginas
neighbours = Más artículos
versions = Este artículo en otros idiomas
contents = Contenido
series = Series
series-title = Serie: { $series }
series-part = Parte { $part } de { $parts }
previous-part = Parte anterior
next-part = Parte siguiente
related = Artículos relacionados
search = Buscar
search-label = Buscar en todos los artículos
search-none = No se encontró nada.
search-failed = No se pudo cargar la búsqueda. Inténtelo más tarde.
search-found = Artículos encontrados:
search-more = Más resultados
search-needs-script = La búsqueda funciona en su navegador y necesita JavaScript. Sin él, estas listas llevan a todos los artículos:
home = Inicio
posts = Artículos
tags = Etiquetas
authors = Autores
languages = Idiomas
feeds = Canales
follow = Seguir
follow-hint = Los artículos nuevos llegan a cualquier lector de canales. Pegue en el suyo una de estas direcciones.
follow-by-mail = Recibir los artículos nuevos por correo
follow-all = Todos los artículos
subscribe = Suscribirse
subscribe-lead = Un canal es una dirección en la que siempre están los artículos más recientes. Un lector de canales mira allí por usted y le muestra lo nuevo. No hace falta cuenta ni correo, y puede dejarlo cuando quiera.
subscribe-step-reader = Elija un lector de canales. Hay muchos, en la web, para teléfonos y para ordenadores; busque «lector de feeds».
subscribe-step-copy = Pulse una de las direcciones de abajo: se selecciona entera. Cópiela.
subscribe-step-paste = Péguela donde su lector diga «Añadir canal» o «Suscribirse».
subscribe-one = Basta un canal: cada artículo está en todos los canales a los que pertenece y le llegaría varias veces.
subscribe-formats = Todos los formatos llevan los mismos artículos. En caso de duda, elija el primero.
also-as = También como
other-feeds = Selecciones
more-feeds = Hay más
subscribe-opml = Todos los canales en un archivo, para lectores que importan listas (OPML)
subscribe-guide = Todos los canales, y cómo usarlos
feed-here = Esto es un canal. Para recibir los artículos nuevos, copie la dirección de esta página en un lector de canales. Ahora mismo contiene:
name-separator = { ", " }
reading-time = { $minutes } min de lectura
picture = imagen
post-count = { $count ->
    [one] { $count } artículo
   *[other] { $count } artículos
}
updated-on = Actualizado el { $date }
tag-title = Artículos sobre «{ $tag }»
author-title = Artículos de { $author }
language-title = Artículos en este idioma: { $language }
page-number = Página { $page } de { $pages }
newer-posts = Artículos más recientes
older-posts = Artículos anteriores
previous-post = Artículo anterior
next-post = Artículo siguiente
no-posts = Todavía no se ha publicado nada.
not-found = Página no encontrada
not-found-hint = No hay nada en esta dirección. Puede que la página se haya movido o que el enlace tenga una errata.
back-home = Ir a la portada
moved = Esta página se ha movido
moved-to = La encontrará aquí: { $title }

## mail

mail-greeting = Hola, { $name }:
mail-greeting-unnamed = Hola:
mail-digest-subject = { $title } (y { $more } más)
mail-contents = En este número
mail-read-on = Seguir leyendo en la web
mail-shortened = Este texto es demasiado largo para un correo. Continúa donde está publicado.
mail-view-online = Leer en la web
mail-sent-to = Enviado a { $address }
mail-why = Recibe este correo porque se suscribió a { $publication }.
mail-leave = Darse de baja
mail-archive = Todas las cartas
