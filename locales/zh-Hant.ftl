## dates

date = { $year }年{ $month }月{ $day }日

## pages

skip-to-content = 跳到正文
site-navigation = 網站
pagination = 分頁
neighbours = 其他文章
versions = 本文的其他語言版本
contents = 目錄
series = 系列
series-title = 系列：{ $series }
series-part = 第 { $part } 篇，共 { $parts } 篇
previous-part = 系列上一篇
next-part = 系列下一篇
related = 相關文章
search = 搜尋
search-label = 搜尋全部文章
search-none = 沒有找到。
search-failed = 無法載入搜尋，請稍後再試。
search-found = 找到的文章：
search-more = 更多結果
search-needs-script = 搜尋在您的瀏覽器中進行，需要 JavaScript。沒有它，也可以從下列目錄找到每一篇文章：
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
subscribe = 訂閱
subscribe-lead = 訂閱源是一個始終放著最新文章的網址。訂閱閱讀器會替您去看，並告訴您有什麼新內容。不需要帳號，也不需要電郵地址，隨時可以停止。
subscribe-step-reader = 選一個訂閱閱讀器。網頁、手機和電腦上都有很多，搜尋「RSS 閱讀器」就能找到。
subscribe-step-copy = 點一下下面的一個網址，它會被整個選取，然後複製。
subscribe-step-paste = 貼到閱讀器中「新增訂閱源」或「訂閱」的地方。
subscribe-one = 一個訂閱源就夠了：每篇文章會出現在它所屬的所有訂閱源裡，訂閱多個會重複收到。
subscribe-formats = 各種格式的內容相同。不確定的話，選第一個。
also-as = 其他格式
other-feeds = 精選
more-feeds = 還有更多
subscribe-opml = 把所有訂閱源放在一個檔案裡，供能匯入清單的閱讀器使用（OPML）
subscribe-guide = 所有訂閱源及用法
feed-here = 這是一個訂閱源。把本頁網址加到訂閱閱讀器，即可收到新文章。目前的內容：
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
