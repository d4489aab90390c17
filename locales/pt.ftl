## dates

date = { $day } de { $month ->
    [1] janeiro
    [2] fevereiro
    [3] março
    [4] abril
    [5] maio
    [6] junho
    [7] julho
    [8] agosto
    [9] setembro
    [10] outubro
    [11] novembro
   *[12] dezembro
} de { $year }

## pages

skip-to-content = Ir para o conteúdo
site-navigation = Site
pagination = Páginas
neighbours = Mais artigos
versions = Este artigo noutros idiomas
contents = Índice
series = Séries
series-title = Série: { $series }
series-part = Parte { $part } de { $parts }
previous-part = Parte anterior
next-part = Parte seguinte
related = Artigos relacionados
search = Pesquisa
search-label = Pesquisar em todos os artigos
search-none = Nada foi encontrado.
search-failed = Não foi possível carregar a pesquisa. Tente mais tarde.
search-found = Artigos encontrados:
search-more = Mais resultados
search-needs-script = A pesquisa corre no seu navegador e precisa de JavaScript. Sem ele, estas listas levam a todos os artigos:
home = Início
posts = Artigos
tags = Etiquetas
authors = Autores
languages = Idiomas
feeds = Feeds
follow = Seguir
follow-hint = Os novos artigos chegam a qualquer leitor de feeds. Cole no seu um destes endereços.
follow-by-mail = Receber os novos artigos por e-mail
follow-all = Todos os artigos
subscribe = Subscrever
subscribe-lead = Um feed é um endereço onde estão sempre os artigos mais recentes. Um leitor de feeds vê por si o que lá há e mostra o que é novo. Não é preciso conta nem e-mail, e pode parar quando quiser.
subscribe-step-reader = Escolha um leitor de feeds. Há muitos, na web, para telemóvel e para computador; procure «leitor de feeds».
subscribe-step-copy = Clique num dos endereços abaixo: fica todo selecionado. Copie-o.
subscribe-step-paste = Cole-o onde o seu leitor diz «Adicionar feed» ou «Subscrever».
subscribe-one = Um feed basta: um artigo está em todos os feeds a que pertence e chegaria várias vezes.
subscribe-formats = Todos os formatos trazem os mesmos artigos. Em caso de dúvida, escolha o primeiro.
also-as = Também em
other-feeds = Seleções
more-feeds = Há mais
subscribe-opml = Todos os feeds num ficheiro, para leitores que importam listas (OPML)
subscribe-guide = Todos os feeds, e como usá-los
feed-here = Isto é um feed. Para receber os novos artigos, copie o endereço desta página para um leitor de feeds. Neste momento contém:
name-separator = { ", " }
reading-time = { $minutes } min de leitura
picture = imagem
post-count = { $count ->
    [one] { $count } artigo
   *[other] { $count } artigos
}
updated-on = Atualizado em { $date }
tag-title = Artigos sobre “{ $tag }”
author-title = Artigos de { $author }
language-title = Artigos neste idioma: { $language }
page-number = Página { $page } de { $pages }
newer-posts = Artigos mais recentes
older-posts = Artigos mais antigos
previous-post = Artigo anterior
next-post = Artigo seguinte
no-posts = Ainda não foi publicado nada.
not-found = Página não encontrada
not-found-hint = Não há nada neste endereço. A página pode ter mudado de lugar ou o link tem um erro de digitação.
back-home = Ir para a página inicial
moved = Esta página mudou de endereço
moved-to = Ela está aqui: { $title }

## mail

mail-greeting = Olá, { $name },
mail-greeting-unnamed = Olá,
mail-digest-subject = { $title } (e mais { $more })
mail-contents = Nesta edição
mail-read-on = Continuar a ler na web
mail-shortened = Este texto é longo demais para um e-mail. Continua onde está publicado.
mail-view-online = Ler na web
mail-sent-to = Enviado para { $address }
mail-why = Recebe este e-mail porque subscreveu { $publication }.
mail-leave = Cancelar a subscrição
mail-archive = Todas as cartas
