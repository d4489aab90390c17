## dates

date = { $day ->
    [1] 1er
   *[other] { $day }
} { $month ->
    [1] janvier
    [2] février
    [3] mars
    [4] avril
    [5] mai
    [6] juin
    [7] juillet
    [8] août
    [9] septembre
    [10] octobre
    [11] novembre
   *[12] décembre
} { $year }

## pages

skip-to-content = Aller au contenu
site-navigation = Site
pagination = Pages
neighbours = Autres articles
versions = Cet article dans d’autres langues
contents = Sommaire
series = Séries
series-title = Série : { $series }
series-part = Partie { $part } sur { $parts }
previous-part = Partie précédente
next-part = Partie suivante
related = Sur le même sujet
search = Recherche
search-label = Rechercher dans tous les articles
search-none = Aucun résultat.
search-failed = La recherche n’a pas pu être chargée. Réessayez plus tard.
search-found = Articles trouvés :
search-more = Plus de résultats
search-needs-script = La recherche se fait dans votre navigateur et a besoin de JavaScript. Sans lui, ces listes mènent à tous les articles :
home = Accueil
posts = Articles
tags = Mots-clés
authors = Auteurs
languages = Langues
feeds = Flux
follow = Suivre
follow-hint = Les nouveaux articles arrivent dans tout lecteur de flux. Collez-y l’une de ces adresses.
follow-by-mail = Recevoir les nouveaux articles par courriel
follow-all = Tous les articles
subscribe = S’abonner
subscribe-lead = Un flux est une adresse où se trouvent toujours les derniers articles. Un lecteur de flux y regarde à votre place et vous montre les nouveautés. Il ne faut ni compte ni adresse électronique, et vous pouvez arrêter quand vous voulez.
subscribe-step-reader = Choisissez un lecteur de flux. Il en existe beaucoup, sur le web, pour téléphone et pour ordinateur ; cherchez « lecteur de flux ».
subscribe-step-copy = Cliquez sur une adresse ci-dessous : elle est sélectionnée tout entière. Copiez-la.
subscribe-step-paste = Collez-la là où votre lecteur propose « Ajouter un flux » ou « S’abonner ».
subscribe-one = Un seul flux suffit : un article figure dans chaque flux dont il relève, et vous arriverait plusieurs fois.
subscribe-formats = Tous les formats contiennent les mêmes articles. Dans le doute, prenez le premier.
also-as = Aussi en
other-feeds = Sélections
more-feeds = Il y en a d’autres
subscribe-opml = Tous les flux dans un fichier, pour les lecteurs qui importent des listes (OPML)
subscribe-guide = Tous les flux, et comment s’en servir
feed-here = Ceci est un flux. Pour recevoir les nouveaux articles, copiez l’adresse de cette page dans un lecteur de flux. Il contient en ce moment :
name-separator = { ", " }
reading-time = { $minutes } min de lecture
picture = image
post-count = { $count ->
    [one] { $count } article
   *[other] { $count } articles
}
updated-on = Mis à jour le { $date }
tag-title = Articles sur « { $tag } »
author-title = Articles de { $author }
language-title = Articles dans cette langue : { $language }
page-number = Page { $page } sur { $pages }
newer-posts = Articles plus récents
older-posts = Articles plus anciens
previous-post = Article précédent
next-post = Article suivant
no-posts = Rien n’a encore été publié.
not-found = Page introuvable
not-found-hint = Il n’y a rien à cette adresse. La page a peut-être été déplacée, ou le lien comporte une faute de frappe.
back-home = Aller à la page d’accueil
moved = Cette page a été déplacée
moved-to = Elle se trouve ici : { $title }

## mail

mail-greeting = Bonjour { $name },
mail-greeting-unnamed = Bonjour,
mail-digest-subject = { $title } (et { $more ->
    [one] { $more } autre
   *[other] { $more } autres
})
mail-contents = Dans ce numéro
mail-read-on = Lire la suite sur le web
mail-shortened = Ce texte est trop long pour un courriel. La suite se trouve là où il est publié.
mail-view-online = Lire sur le web
mail-sent-to = Envoyé à { $address }
mail-why = Vous recevez ce courriel au titre de votre abonnement à { $publication }.
mail-leave = Se désabonner
mail-archive = Toutes les lettres
