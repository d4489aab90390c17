"""Reads a public tree as strangers do and prints what they find wrong, a line each.

    look.py PUBLIC EXPECTED SCHEMA

EXPECTED is JSON: what must be found in the feeds of the whole publication, or an empty list.
"""

import calendar
import datetime
import html.parser
import json
import multiprocessing
import os
import re
import sys
import xml.parsers.expat

import feedparser
import jsonschema
import lxml.etree

PUBLIC, EXPECTED, SCHEMA = sys.argv[1:]
# Feeds handed to a process at once.
SHARE = 200
ABSOLUTE = re.compile(r"(https?|mailto|tel|data|xmpp|ftp|feed|urn|tag|magnet|sms|irc):", re.ASCII)
ALLOWED_SCHEMES = {"http", "https", "mailto", "tel", "data"}
LINKS = {"href", "src", "poster", "cite", "srcset", "xlink:href", "action", "formaction", "longdesc", "background"}
ATOM = "{http://www.w3.org/2005/Atom}"

problems = []


def complain(path, what):
    problems.append(f"{os.path.relpath(path, PUBLIC)}: {what}")


def files():
    for folder, folders, names in os.walk(PUBLIC):
        folders.sort()
        for name in sorted(names):
            yield os.path.join(folder, name)


class Content(html.parser.HTMLParser):
    """Links and what is no part of a text in an item's HTML."""

    def __init__(self, path, item):
        super().__init__()
        self.path, self.item = path, item

    def handle_starttag(self, tag, attributes):
        if tag in ("script", "style", "iframe", "object", "embed", "form", "base", "meta", "link"):
            complain(self.path, f"{self.item}: <{tag}>")
        for name, value in attributes:
            if name.startswith("on"):
                complain(self.path, f"{self.item}: {tag} {name}")
            if name in LINKS:
                for link in links_in(name, value or ""):
                    self.check(tag, name, link)

    def check(self, tag, name, link):
        if not is_absolute(link):
            complain(self.path, f"{self.item}: {tag} {name}={link[:80]!r} is not absolute")
        elif link.split(":", 1)[0].lower() not in ALLOWED_SCHEMES:
            complain(self.path, f"{self.item}: {tag} {name}={link[:80]!r} is dangerous")
        elif link.lower().startswith("data:") and not link.lower().startswith("data:image/"):
            complain(self.path, f"{self.item}: {tag} {name}={link[:80]!r} is dangerous")


def links_in(name, value):
    if name == "srcset":
        return [part.split()[0] for part in value.split(", ") if part.strip()]
    return [value]


def is_absolute(link):
    return ABSOLUTE.match(link) is not None


def look_at_html(path, item, text):
    parser = Content(path, item)
    parser.feed(text)
    parser.close()


def strictly(path, octets):
    """Two parsers that forgive nothing; gives the document if they had nothing to forgive."""
    try:
        parser = xml.parsers.expat.ParserCreate(namespace_separator=" ")
        parser.Parse(octets, True)
        return lxml.etree.fromstring(octets, lxml.etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))
    except (xml.parsers.expat.ExpatError, lxml.etree.XMLSyntaxError) as error:
        complain(path, f"not well-formed: {error}")
        return None


def look_at_xml(path):
    with open(path, "rb") as file:
        octets = file.read()
    document = strictly(path, octets)
    if document is None:
        return
    for element in document.iter():
        for name in ("href", "url", "src", "xmlUrl", "htmlUrl", "uri"):
            link = element.get(name)
            if link is not None and not is_absolute(link):
                complain(path, f"{element.tag} {name}={link[:80]!r} is not absolute")
        if element.tag in ("link", "url", "loc", "docs", "comments") and element.text and not is_absolute(element.text):
            complain(path, f"{element.tag} {element.text[:80]!r} is not absolute")
    if document.tag in (ATOM + "feed", "rss"):
        look_with_feedparser(path, octets)


def look_with_feedparser(path, octets):
    feed = feedparser.parse(octets, sanitize_html=False, resolve_relative_uris=False)
    if feed.bozo:
        complain(path, f"bozo: {feed.bozo_exception!r}")
    ids = [entry.get("id") for entry in feed.entries]
    if None in ids or len(set(ids)) != len(ids):
        complain(path, "an item has no id, or two have one")
    for entry in feed.entries:
        for wanted in ("id", "link", "title", "published", "updated", "author", "summary"):
            # RSS has no date of a change for an item.
            if wanted not in entry and not (wanted == "updated" and feed.version == "rss20"):
                complain(path, f"{entry.get('id')}: no {wanted}")
        for content in entry.get("content", []) or [entry.get("summary_detail", {"value": ""})]:
            look_at_html(path, entry.get("id"), content["value"])
    if os.path.dirname(path) == PUBLIC:
        found = {entry.id: essence(entry, feed.version) for entry in feed.entries}
        compare(path, found)


def essence(entry, version):
    language = entry.content[0].language if version == "atom10" else entry.get("language")
    return (language, calendar.timegm(entry.published_parsed), [enclosure.href for enclosure in entry.enclosures])


def instant(text):
    return int(datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp())


def compare(path, found):
    """Holds the items of a feed of the whole publication against what was written."""
    if not expected:
        return
    if len(found) != len(expected):
        complain(path, f"expected {len(expected)} items, found {len(found)}")
    for post in expected:
        if post["id"] not in found:
            complain(path, f"{post['id']} is missing")
            continue
        language, published, enclosures = found[post["id"]]
        if language != post["lang"]:
            complain(path, f"{post['id']}: language {language}, expected {post['lang']}")
        if published != instant(post["published"]):
            complain(path, f"{post['id']}: published {published}, expected {post['published']}")
        if len(enclosures) != (1 if post["enclosure"] else 0) or not all(map(is_absolute, enclosures)):
            complain(path, f"{post['id']}: enclosures {enclosures}, expected {post['enclosure']}")


def look_at_json(path):
    with open(path, encoding="utf-8") as file:
        feed = json.load(file)
    for error in validator.iter_errors(feed):
        where = "/".join(map(str, error.absolute_path))
        complain(path, f"{where}: {error.message[:200]}")
    ids = [item["id"] for item in feed["items"]]
    if len(set(ids)) != len(ids):
        complain(path, "two items have one id")
    found = {}
    for item in feed["items"]:
        look_at_html(path, item["id"], item.get("content_html", ""))
        enclosures = [attachment["url"] for attachment in item.get("attachments", [])]
        found[item["id"]] = (item["language"], instant(item["date_published"]), enclosures)
    if os.path.dirname(path) == PUBLIC:
        compare(path, found)


with open(EXPECTED, encoding="utf-8") as file:
    expected = json.load(file)
with open(SCHEMA, encoding="utf-8") as file:
    validator = jsonschema.Draft7Validator(json.load(file))


def look(path):
    """What is wrong with one file, and of which kind it is."""
    problems.clear()
    kind = "json" if path.endswith(".json") else "xml"
    {"json": look_at_json, "xml": look_at_xml}[kind](path)
    return kind, list(problems)


def is_document(path):
    return os.path.splitext(path)[1] in (".xml", ".opml") or os.path.basename(path) == "feed.json"


# The processes have what is read above, for they are forked from this one.
with multiprocessing.get_context("fork").Pool() as pool:
    found = pool.map(look, filter(is_document, files()), chunksize=SHARE)
looked_at = {kind: sum(one == kind for one, _ in found) for kind in ("xml", "json")}
print(json.dumps(looked_at | {"problems": [problem for _, some in found for problem in some][:200]}))
