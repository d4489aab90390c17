## dates

date = { $year }年{ $month }月{ $day }日

## pages

skip-to-content = 跳到正文
site-navigation = 网站
pagination = 分页
neighbours = 其他文章
versions = 本文的其他语言版本
contents = 目录
series = 系列
series-title = 系列：{ $series }
series-part = 第 { $part } 篇，共 { $parts } 篇
previous-part = 系列上一篇
next-part = 系列下一篇
related = 相关文章
search = 搜索
search-label = 搜索全部文章
search-none = 没有找到。
search-failed = 无法加载搜索，请稍后再试。
search-found = 找到的文章：
search-more = 更多结果
search-needs-script = 搜索在您的浏览器中进行，需要 JavaScript。没有它，也可以从下列目录找到每一篇文章：
home = 首页
posts = 文章
tags = 标签
authors = 作者
languages = 语言
feeds = 订阅源
follow = 订阅
follow-hint = 新文章可在任何订阅阅读器中收到。把以下任一地址加到您的阅读器即可。
follow-by-mail = 用邮件接收新文章
follow-all = 全部文章
subscribe = 订阅
subscribe-lead = 订阅源是一个始终放着最新文章的地址。订阅阅读器会替您去看，并告诉您有什么新内容。不需要账号，也不需要邮箱，随时可以停止。
subscribe-step-reader = 选一个订阅阅读器。网页、手机和电脑上都有很多，搜索“RSS 阅读器”就能找到。
subscribe-step-copy = 点击下面的一个地址，它会被整个选中，然后复制。
subscribe-step-paste = 粘贴到阅读器中“添加订阅源”或“订阅”的地方。
subscribe-one = 一个订阅源就够了：每篇文章会出现在它所属的所有订阅源里，订阅多个会重复收到。
subscribe-formats = 各种格式的内容相同。不确定的话，选第一个。
also-as = 其他格式
other-feeds = 精选
more-feeds = 还有更多
subscribe-opml = 把所有订阅源放在一个文件里，供能导入列表的阅读器使用（OPML）
subscribe-guide = 所有订阅源及用法
feed-here = 这是一个订阅源。把本页地址加到订阅阅读器，即可收到新文章。目前的内容：
name-separator = 、
reading-time = 阅读约 { $minutes } 分钟
picture = 图
post-count = { $count } 篇文章
updated-on = 更新于 { $date }
tag-title = 标签“{ $tag }”下的文章
author-title = { $author }的文章
language-title = { $language }文章
page-number = 第 { $page } 页，共 { $pages } 页
newer-posts = 较新的文章
older-posts = 较早的文章
previous-post = 上一篇
next-post = 下一篇
no-posts = 还没有发布文章。
not-found = 找不到页面
not-found-hint = 这个地址没有内容。页面可能已经移走，或者链接有误。
back-home = 回到首页
moved = 此页面已移走
moved-to = 新的位置：{ $title }

## mail

mail-greeting = { $name }，您好：
mail-greeting-unnamed = 您好：
mail-digest-subject = { $title }（另有 { $more } 篇）
mail-contents = 本期目录
mail-read-on = 到网页继续阅读
mail-shortened = 这篇文章太长，邮件放不下，其余部分请在网页上阅读。
mail-view-online = 在网页上阅读
mail-sent-to = 收件人：{ $address }
mail-why = 您收到此邮件，是因为订阅了《{ $publication }》。
mail-leave = 退订
mail-archive = 往期文章
