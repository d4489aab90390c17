## dates

date = { $year }年{ $month }月{ $day }日

## pages

skip-to-content = 本文へ移動
site-navigation = サイト
pagination = ページ送り
neighbours = ほかの記事
versions = この記事をほかの言語で読む
contents = 目次
series = 連載
series-title = 連載：{ $series }
series-part = 全{ $parts }回の第{ $part }回
previous-part = 前の回
next-part = 次の回
related = 関連する記事
search = 検索
search-label = すべての記事を検索
search-none = 見つかりませんでした。
search-failed = 検索を読み込めませんでした。しばらくしてからもう一度お試しください。
search-found = 見つかった記事：
search-more = さらに表示
search-needs-script = 検索はブラウザーの中で行われ、JavaScriptが必要です。なくても、次の一覧からすべての記事を読めます。
home = ホーム
posts = 記事
tags = タグ
authors = 著者
languages = 言語
feeds = フィード
follow = 購読
follow-hint = 新しい記事は、お使いのフィードリーダーで受け取れます。次のいずれかのアドレスを登録してください。
follow-by-mail = 新しい記事をメールで受け取る
follow-all = すべての記事
subscribe = 購読する
subscribe-lead = フィードは、いつも最新の記事が置かれているアドレスです。フィードリーダーが代わりに見に行き、新しい記事を知らせます。アカウントもメールアドレスも要らず、いつでもやめられます。
subscribe-step-reader = フィードリーダーを選びます。ウェブ、スマートフォン、パソコン向けに数多くあり、「フィードリーダー」で検索すると見つかります。
subscribe-step-copy = 下のアドレスをクリックすると全体が選択されます。それをコピーします。
subscribe-step-paste = フィードリーダーの「フィードを追加」や「購読」のところに貼り付けます。
subscribe-one = フィードは一つで十分です。記事は該当するすべてのフィードに載るので、いくつも登録すると同じ記事が何度も届きます。
subscribe-formats = どの形式にも同じ記事が載っています。迷ったら最初のものをお選びください。
also-as = ほかの形式
other-feeds = テーマ別
more-feeds = ほかにもあります
subscribe-opml = すべてのフィードを一つのファイルで（リストを読み込めるリーダー向け、OPML）
subscribe-guide = すべてのフィードと使い方
feed-here = これはフィードです。このページのアドレスをフィードリーダーに登録すると、新しい記事が届きます。現在の内容：
name-separator = 、
reading-time = { $minutes }分で読めます
picture = 画像
post-count = { $count }件の記事
updated-on = { $date }更新
tag-title = タグ「{ $tag }」の記事
author-title = { $author }の記事
language-title = { $language }の記事
page-number = { $pages }ページ中{ $page }ページ
newer-posts = 新しい記事
older-posts = 過去の記事
previous-post = 前の記事
next-post = 次の記事
no-posts = まだ記事はありません。
not-found = ページが見つかりません
not-found-hint = このアドレスには何もありません。ページが移動したか、リンクに誤りがあるようです。
back-home = トップページへ
moved = このページは移動しました
moved-to = 移動先：{ $title }

## mail

mail-greeting = { $name } 様
mail-greeting-unnamed = 読者の皆様へ
mail-digest-subject = { $title }（ほか{ $more }件）
mail-contents = 今号の目次
mail-read-on = 続きをウェブで読む
mail-shortened = この文章はメールには長すぎるため、続きは掲載先でお読みください。
mail-view-online = ウェブで読む
mail-sent-to = 宛先：{ $address }
mail-why = 「{ $publication }」を購読されている方にお届けしています。
mail-leave = 配信を停止する
mail-archive = バックナンバー
