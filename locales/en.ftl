# Interface words of pages and mail. One file a language; every file has the same messages
# with the same variables. Syntax: Project Fluent.

## dates

date = { $day } { $month ->
    [1] January
    [2] February
    [3] March
    [4] April
    [5] May
    [6] June
    [7] July
    [8] August
    [9] September
    [10] October
    [11] November
   *[12] December
} { $year }

## pages

skip-to-content = Skip to content
site-navigation = Site
pagination = Pages
neighbours = More posts
versions = This post in other languages
contents = Contents
series = Series
series-title = Series: { $series }
series-part = Part { $part } of { $parts }
previous-part = Previous part
next-part = Next part
related = Related posts
search = Search
search-label = Search all posts
search-none = Nothing was found.
search-failed = The search could not be loaded. Try again in a while.
search-found = Posts found:
search-more = More results
search-needs-script = The search runs in your browser and needs JavaScript. Without it, these lists lead to every post:
home = Home
posts = Posts
tags = Tags
authors = Authors
languages = Languages
feeds = Feeds
follow = Follow
follow-hint = New posts come to any feed reader. Paste one of these addresses into yours.
follow-by-mail = Get new posts by mail
follow-all = All posts
subscribe = Subscribe
subscribe-lead = A feed is an address that always holds the newest posts. A feed reader looks there for you and shows what is new. It takes no account and no mail address, and you can stop whenever you like.
subscribe-step-reader = Choose a feed reader. There are many, for the web, for phones and for computers; a search for “feed reader” finds them.
subscribe-step-copy = Click an address below: that selects all of it. Copy it.
subscribe-step-paste = Paste it where your reader says “Add feed” or “Subscribe”.
subscribe-one = One feed is enough: a post is in every feed it belongs to, and would reach you several times.
subscribe-formats = Every format carries the same posts. If in doubt, take the first.
also-as = Also as
other-feeds = Selections
more-feeds = There are more
subscribe-opml = All feeds in one file, for readers that import lists (OPML)
subscribe-guide = All feeds, and how to use them
feed-here = This is a feed. To get new posts, copy the address of this page into a feed reader. What it holds just now:
name-separator = { ", " }
reading-time = { $minutes } min read
picture = picture
post-count = { $count ->
    [one] { $count } post
   *[other] { $count } posts
}
updated-on = Updated { $date }
tag-title = Posts tagged “{ $tag }”
author-title = Posts by { $author }
language-title = Posts in { $language }
page-number = Page { $page } of { $pages }
newer-posts = Newer posts
older-posts = Older posts
previous-post = Previous
next-post = Next
no-posts = Nothing has been published yet.
not-found = Page not found
not-found-hint = There is nothing at this address. It may have moved, or the link has a typing mistake.
back-home = Go to the front page
moved = This page has moved
moved-to = You will find it here: { $title }

## mail

mail-greeting = Hello { $name },
mail-greeting-unnamed = Hello,
mail-digest-subject = { $title } (and { $more } more)
mail-contents = In this issue
mail-read-on = Keep reading on the web
mail-shortened = This essay is too long for a mail. It goes on where it is published.
mail-view-online = Read on the web
mail-sent-to = Sent to { $address }
mail-why = You get this mail because you subscribed to { $publication }.
mail-leave = Unsubscribe
mail-archive = All letters
