## dates

date = { $year }年{ $month }月{ $day }日

## pages

skip-to-content = 跳到正文
site-navigation = 網站
pagination = 分頁
neighbours = 其他文章
versions = 本文的其他語言版本
home = 首頁
posts = 文章
tags = 標籤
authors = 作者
languages = 語言
feeds = 訂閱源
follow = 訂閱
follow-hint = 新文章可在任何訂閱閱讀器中收到。把以下任一網址加到您的閱讀器即可。
follow-by-mail = 用電郵收取新文章
follow-all = 全部文章
name-separator = 、
reading-time = 閱讀約 { $minutes } 分鐘
picture = 圖
post-count = { $count } 篇文章
updated-on = 更新於 { $date }
tag-title = 標籤「{ $tag }」的文章
author-title = { $author }的文章
language-title = { $language }文章
page-number = 第 { $page } 頁，共 { $pages } 頁
newer-posts = 較新的文章
older-posts = 較早的文章
previous-post = 上一篇
next-post = 下一篇
no-posts = 還沒有發布文章。
not-found = 找不到頁面
not-found-hint = 這個網址沒有內容。頁面可能已經移走，或連結有誤。
back-home = 回到首頁
moved = 此頁面已移走
moved-to = 新的位置：{ $title }

## mail

mail-greeting = { $name }，您好：
mail-greeting-unnamed = 您好：
mail-digest-subject = { $title }（另有 { $more } 篇）
mail-contents = 本期目錄
mail-read-on = 到網頁繼續閱讀
mail-shortened = 這篇文章太長，郵件放不下，其餘部分請在網頁上閱讀。
mail-view-online = 在網頁上閱讀
mail-sent-to = 收件人：{ $address }
mail-why = 您收到此郵件，是因為訂閱了《{ $publication }》。
mail-leave = 退訂
mail-archive = 往期文章
