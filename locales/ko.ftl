## dates

date = { $year }년 { $month }월 { $day }일

## pages

skip-to-content = 본문으로 건너뛰기
site-navigation = 사이트
pagination = 페이지 이동
neighbours = 다른 글
versions = 이 글을 다른 언어로 읽기
contents = 차례
series = 연재
series-title = 연재: { $series }
series-part = 전체 { $parts }편 중 { $part }편
previous-part = 이전 편
next-part = 다음 편
related = 관련 글
search = 검색
search-label = 모든 글에서 찾기
search-none = 찾은 글이 없습니다.
search-failed = 검색을 불러오지 못했습니다. 잠시 뒤에 다시 해 보세요.
search-found = 찾은 글:
search-more = 결과 더 보기
search-needs-script = 검색은 브라우저 안에서 이루어지며 자바스크립트가 필요합니다. 없더라도 다음 목록에서 모든 글을 볼 수 있습니다.
home = 홈
posts = 글
tags = 태그
authors = 글쓴이
languages = 언어
feeds = 피드
follow = 구독
follow-hint = 새 글은 어떤 피드 리더에서든 받아 볼 수 있습니다. 다음 주소 가운데 하나를 등록하세요.
follow-by-mail = 새 글을 메일로 받기
follow-all = 모든 글
subscribe = 구독하기
subscribe-lead = 피드는 언제나 최신 글이 담겨 있는 주소입니다. 피드 리더가 대신 살펴보고 새 글을 보여 줍니다. 계정도 메일 주소도 필요 없고, 언제든지 그만둘 수 있습니다.
subscribe-step-reader = 피드 리더를 고르세요. 웹, 휴대전화, 컴퓨터용으로 많이 있으며 “피드 리더”로 검색하면 찾을 수 있습니다.
subscribe-step-copy = 아래 주소를 클릭하면 전체가 선택됩니다. 그대로 복사하세요.
subscribe-step-paste = 피드 리더의 “피드 추가”나 “구독”에 붙여 넣으세요.
subscribe-one = 피드는 하나면 충분합니다. 글은 해당하는 모든 피드에 실리므로 여러 개를 등록하면 같은 글이 여러 번 옵니다.
subscribe-formats = 어느 형식에나 같은 글이 실립니다. 망설여지면 첫 번째를 고르세요.
also-as = 다른 형식
other-feeds = 모음
more-feeds = 더 있습니다
subscribe-opml = 모든 피드를 한 파일로(목록을 가져올 수 있는 리더용, OPML)
subscribe-guide = 모든 피드와 사용법
feed-here = 이것은 피드입니다. 이 페이지의 주소를 피드 리더에 등록하면 새 글을 받아 볼 수 있습니다. 지금 담긴 글:
name-separator = { ", " }
reading-time = 읽는 시간 { $minutes }분
picture = 그림
post-count = 글 { $count }편
updated-on = { $date }에 고침
tag-title = ‘{ $tag }’ 태그가 달린 글
author-title = { $author }의 글
language-title = { $language }로 쓴 글
page-number = { $pages }쪽 중 { $page }쪽
newer-posts = 새 글
older-posts = 지난 글
previous-post = 이전 글
next-post = 다음 글
no-posts = 아직 발행된 글이 없습니다.
not-found = 페이지를 찾을 수 없습니다
not-found-hint = 이 주소에는 아무것도 없습니다. 페이지가 옮겨졌거나 링크에 오타가 있을 수 있습니다.
back-home = 첫 페이지로
moved = 이 페이지는 옮겨졌습니다
moved-to = 옮긴 곳: { $title }

## mail

mail-greeting = { $name } 님, 안녕하세요.
mail-greeting-unnamed = 안녕하세요.
mail-digest-subject = { $title } (외 { $more }편)
mail-contents = 이번 호 차례
mail-read-on = 웹에서 이어 읽기
mail-shortened = 이 글은 메일에 담기에 너무 깁니다. 이어지는 내용은 웹에 있습니다.
mail-view-online = 웹에서 읽기
mail-sent-to = 받는 사람: { $address }
mail-why = ‘{ $publication }’을(를) 구독하셨기 때문에 보내 드립니다.
mail-leave = 구독 해지
mail-archive = 지난 편지
