## dates

date = { $day }. { $month ->
    [1] Januar
    [2] Februar
    [3] März
    [4] April
    [5] Mai
    [6] Juni
    [7] Juli
    [8] August
    [9] September
    [10] Oktober
    [11] November
   *[12] Dezember
} { $year }

## pages

skip-to-content = Zum Inhalt springen
site-navigation = Website
pagination = Seiten
neighbours = Weitere Beiträge
versions = Dieser Beitrag in anderen Sprachen
contents = Inhalt
series = Reihen
series-title = Reihe: { $series }
series-part = Teil { $part } von { $parts }
previous-part = Voriger Teil
next-part = Nächster Teil
related = Verwandte Beiträge
search = Suche
search-label = Alle Beiträge durchsuchen
search-none = Nichts gefunden.
search-failed = Die Suche konnte nicht geladen werden. Versuchen Sie es später noch einmal.
search-found = Gefundene Beiträge:
search-more = Weitere Ergebnisse
search-needs-script = Die Suche läuft in Ihrem Browser und braucht JavaScript. Ohne führen diese Listen zu jedem Beitrag:
home = Startseite
posts = Beiträge
tags = Schlagwörter
authors = Autoren
languages = Sprachen
feeds = Feeds
follow = Folgen
follow-hint = Neue Beiträge erscheinen in jedem Feedreader. Fügen Sie dort eine dieser Adressen ein.
follow-by-mail = Neue Beiträge per E-Mail erhalten
follow-all = Alle Beiträge
subscribe = Abonnieren
subscribe-lead = Ein Feed ist eine Adresse, unter der immer die neuesten Beiträge stehen. Ein Feedreader sieht für Sie dort nach und zeigt, was neu ist. Dazu brauchen Sie weder ein Konto noch eine Mailadresse, und Sie können jederzeit aufhören.
subscribe-step-reader = Wählen Sie einen Feedreader. Es gibt viele, im Web, für Telefone und für Computer; eine Suche nach „Feedreader“ findet sie.
subscribe-step-copy = Klicken Sie unten auf eine Adresse: Damit ist sie ganz markiert. Kopieren Sie sie.
subscribe-step-paste = Fügen Sie sie dort ein, wo Ihr Feedreader „Feed hinzufügen“ oder „Abonnieren“ anbietet.
subscribe-one = Ein Feed genügt: Ein Beitrag steht in jedem Feed, zu dem er gehört, und käme sonst mehrmals.
subscribe-formats = Jedes Format enthält dieselben Beiträge. Nehmen Sie im Zweifel das erste.
also-as = Auch als
other-feeds = Auswahlen
more-feeds = Es gibt noch mehr
subscribe-opml = Alle Feeds in einer Datei, für Feedreader, die Listen einlesen (OPML)
subscribe-guide = Alle Feeds, und wie man sie benutzt
feed-here = Dies ist ein Feed. Kopieren Sie die Adresse dieser Seite in einen Feedreader, um neue Beiträge zu erhalten. Zurzeit enthält er:
name-separator = { ", " }
reading-time = { $minutes } Min. Lesezeit
picture = Bild
post-count = { $count ->
    [one] { $count } Beitrag
   *[other] { $count } Beiträge
}
updated-on = Aktualisiert am { $date }
tag-title = Beiträge zu „{ $tag }“
author-title = Beiträge von { $author }
language-title = Beiträge in dieser Sprache: { $language }
page-number = Seite { $page } von { $pages }
newer-posts = Neuere Beiträge
older-posts = Ältere Beiträge
previous-post = Vorheriger Beitrag
next-post = Nächster Beitrag
no-posts = Noch ist nichts erschienen.
not-found = Seite nicht gefunden
not-found-hint = Unter dieser Adresse ist nichts. Vielleicht ist die Seite umgezogen, oder der Link enthält einen Tippfehler.
back-home = Zur Startseite
moved = Diese Seite ist umgezogen
moved-to = Sie finden sie hier: { $title }

## mail

mail-greeting = Hallo { $name },
mail-greeting-unnamed = Hallo,
mail-digest-subject = { $title } (und { $more ->
    [one] { $more } weiterer
   *[other] { $more } weitere
})
mail-contents = In dieser Ausgabe
mail-read-on = Im Web weiterlesen
mail-shortened = Dieser Text ist zu lang für eine Mail. Er geht dort weiter, wo er veröffentlicht ist.
mail-view-online = Im Web lesen
mail-sent-to = Gesendet an { $address }
mail-why = Sie erhalten diese Mail, weil Sie { $publication } abonniert haben.
mail-leave = Abbestellen
mail-archive = Alle Briefe
