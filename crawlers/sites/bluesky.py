"""Bluesky: post search, threads, notifications and the stream (Jetstream) of the AT protocol; a post's ref is its at-URI."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from msgspec.structs import replace

from crawlers.loose_json import decode, dig
from crawlers.page import Ask, Broken, Follow, Gone, Kind, Page, RawPost, SaidBy, Site
from crawlers.paging import with_query
from crawlers.reading import each
from crawlers.stream_page import Listen, Overheard, is_streamed, lines, socket_of

site = Site(
    key="bluesky", name="Bluesky", home="https://api.bsky.app", kind=Kind.POST,
    access="public API; the handle is what to search for (`@bank.example`, `#tag`), or `@` alone for the account's notifications, several with"
    " commas; BLUESKY_AUTHORIZATION is `Bearer` and the accessJwt of a session (com.atproto.server.createSession with an app password)",
    terms="https://bsky.social/about/support/tos", delay=0.5, whole=False, revisits=True, hashtags=True, never_says=("rating", "followers", "title"),
    needs=("BLUESKY_AUTHORIZATION",), quota=(3000, 300),
)  # fmt: skip
SESSION = {"Authorization": "BLUESKY_AUTHORIZATION"}
COUNTS = {"replyCount": "replies", "repostCount": "shares", "likeCount": "likes", "quoteCount": "quotes", "bookmarkCount": "bookmarks"}
HEARD = {"mention", "reply", "quote"}
"""Notifications that are posts; the others are likes, follows and reposts."""
JETSTREAM = "wss://jetstream2.us-east.bsky.network"
POSTS = "app.bsky.feed.post"
OVERLAP = 5_000_000
"""Microseconds by which a stream is rewound (docs: "a few seconds, for gapless playback")."""
AT_ONCE = 25
"""Posts that one look-up names."""


def start(ask: Ask) -> SaidBy:
    """Searches for the firm's handles and hashtags, newest first, and its notifications; then the held posts again."""
    since = f"&since={quote(ask.since if 'T' in ask.since else f'{ask.since}T00:00:00Z')}" if ask.since else ""
    for words in map(str.strip, ask.firm.handle(site.key).split(",")):
        if words == "@":
            yield Follow(f"{ask.home}/xrpc/app.bsky.notification.listNotifications?limit=100", secrets=SESSION)
        else:
            yield Follow(f"{ask.home}/xrpc/app.bsky.feed.searchPosts?q={quote(words)}&limit=100&sort=latest{since}", secrets=SESSION)
    for begin in range(0, len(ask.held), AT_ONCE):
        some = list(ask.held[begin : begin + AT_ONCE])
        named = "&".join(f"uris={quote(uri, safe='')}" for uri in some)
        yield Follow(f"{ask.home}/xrpc/app.bsky.feed.getPosts?{named}", False, secrets=SESSION, meta={"asked": some})


def streams(asks: Sequence[Ask], at: str | None) -> Iterator[Listen]:
    """One stream for all firms: the posts of the whole network, of which only those with their words are kept."""
    words = {ask.firm.key: _words(ask.firm.handle(site.key)) for ask in asks}
    home = at or next((socket_of(ask.home) for ask in asks if ask.home != site.home), JETSTREAM)
    yield Listen(
        name="posts", url=f"{home}/subscribe?wantedCollections={POSTS}", firms=tuple(sorted(words)), hear=lambda message: _hear(message, words),
        cursor="cursor", start_at=lambda moment: int(moment * 1e6), overlap=OVERLAP, silent_after=300,
    )  # fmt: skip


def _words(handle: str) -> list[str]:
    return [words.casefold() for words in map(str.strip, handle.split(",")) if words != "@"]


def _hear(message: Mapping[str, Any], firms: Mapping[str, Sequence[str]]) -> Overheard:
    """Whose words are in a post: a hashtag as a whole, everything else as it stands. Edits and deletions concern whoever holds the post."""
    position = message["time_us"]
    commit = message.get("commit") or {}
    if message.get("kind") != "commit" or commit.get("collection") != POSTS:
        return Overheard(position=position, at=position / 1e6)
    record = commit.get("record") or {}
    text, tags = str(record.get("text") or "").casefold(), {str(tag).casefold() for tag in _tags(record)}
    found = tuple(firm for firm, words in firms.items() if any(_is_in(word, text, tags) for word in words))
    changes = None if commit.get("operation") == "create" else f"at://{message['did']}/{POSTS}/{commit['rkey']}"
    return Overheard(position=position, at=position / 1e6, firms=found, changes=changes)


def _is_in(word: str, text: str, tags: set[str]) -> bool:
    return word[1:] in tags if word.startswith("#") else word in text


def _tags(record: Mapping[str, Any]) -> Iterator[str]:
    yield from record.get("tags") or ()
    for facet in record.get("facets") or ():
        yield from (feature["tag"] for feature in facet.get("features") or () if "tag" in feature)


def parse(page: Page) -> SaidBy:
    """Search results, a feed, a thread, a list of posts, notifications, or messages of the stream."""
    if is_streamed(page):
        yield from each(lines(page), _message)
        return
    tree = page.json
    if "thread" in tree:
        yield from each(_nodes(tree["thread"]), _view)
        return
    if "notifications" in tree:
        views = [_as_view(item) for item in tree["notifications"] if item.get("reason") in HEARD]
    elif "feed" in tree:
        views = [item["post"] for item in tree["feed"]]
    elif "posts" in tree:
        views = tree["posts"]
    else:
        raise Broken(f"no posts: {tree.get('message') or tree.get('error') or ', '.join(tree)}", "error answer")
    yield from each(views, _view)
    if asked := page.meta.get("asked"):
        there = {view["uri"] for view in views}
        yield from (RawPost(ref=uri, text="", gone=Gone.REMOVED) for uri in asked if uri not in there)
    else:
        yield from _conversations(views, page.url)
    if (cursor := tree.get("cursor")) and (views or "notifications" in tree):
        yield Follow(with_query(page.url, cursor=cursor) if page.url else cursor, token=cursor, secrets=SESSION)


def _conversations(views: Iterable[Mapping[str, Any]], url: str) -> SaidBy:
    """Requests for the threads of the posts in a list that answer or were answered, each once."""
    host, found, _ = url.partition("/xrpc/")
    answering = [view for view in views if view.get("replyCount") or dig(view, "record", "reply")] if found else []
    for root in dict.fromkeys(dig(view, "record", "reply", "root", "uri") or view["uri"] for view in answering):
        yield Follow(f"{host}/xrpc/app.bsky.feed.getPostThread?uri={quote(root, safe='')}&depth=1000", False, secrets=SESSION)


def _message(line: bytes) -> SaidBy:
    """A message of the stream: a record as its author wrote it. It names the author's identity only; the handle is learned by a search."""
    message = decode(line)
    commit = message["commit"]
    uri = f"at://{message['did']}/{commit['collection']}/{commit['rkey']}"
    if commit["operation"] == "delete":
        yield RawPost(ref=uri, text="", gone=Gone.REMOVED)
        return
    yield from _view({"uri": uri, "record": commit["record"], "author": {"did": message["did"]}, "embed": commit["record"].get("embed")})


def _nodes(node: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    """The posts of a thread: what came before, the one that was asked for, its answers depth first."""
    above = []
    parent = node.get("parent")
    while parent:
        above.append(parent)
        parent = parent.get("parent")
    yield from (_of(one) for one in reversed(above))
    waiting = [node]
    while waiting:
        one = waiting.pop()
        yield _of(one)
        waiting.extend(reversed(one.get("replies") or []))


def _of(node: Mapping[str, Any]) -> Mapping[str, Any]:
    """The view of a node; a deleted or blocked one has only its address."""
    return node.get("post") or {"uri": node["uri"], "gone": bool(node.get("notFound"))}


def _as_view(item: Mapping[str, Any]) -> Mapping[str, Any]:
    return {key: item.get(key) for key in ("uri", "author", "record", "indexedAt")}


def _view(view: Mapping[str, Any]) -> SaidBy:
    """One post; quoted posts come inside it."""
    if "record" not in view:
        if view.get("gone"):
            yield RawPost(ref=view["uri"], text="", gone=Gone.REMOVED)
        return
    record, author = view["record"], view["author"]
    features = [feature for facet in record.get("facets") or () for feature in facet["features"]]
    kinds: dict[str, list[Any]] = {}
    for feature in features:
        kinds.setdefault(feature["$type"].partition("#")[2], []).append(feature)
    home = f"https://bsky.app/profile/{author.get('handle') or author['did']}"
    answered, quoted = dig(record, "reply", "parent", "uri"), _quoted(view.get("embed") or {})
    yield RawPost(
        ref=view["uri"], url=f"{home}/post/{view['uri'].rsplit('/', 1)[1]}", text=record.get("text") or "",
        kind=Kind.REPLY if answered else Kind.POST, lang=next(iter(record.get("langs") or ()), None), author=author.get("displayName") or None,
        author_handle=author.get("handle"), author_id=author["did"], author_url=home,
        published=record.get("createdAt") or view.get("indexedAt"), reply_to=answered, thread=dig(record, "reply", "root", "uri") or view["uri"],
        hashtags=[*(f["tag"] for f in kinds.get("tag", ())), *(record.get("tags") or ())], mentions=_mentions(record, kinds.get("mention", ())),
        links=[f["uri"] for f in kinds.get("link", ())], media=_media(view.get("embed") or {}), facts={"quoted": quoted["uri"]} if quoted else {},
        engagement={ours: view[theirs] for theirs, ours in COUNTS.items() if view.get(theirs) is not None},
    )  # fmt: skip
    if quoted and quoted.get("notFound"):
        yield RawPost(ref=quoted["uri"], text="", gone=Gone.REMOVED, within=view["uri"])
    if quoted and "value" in quoted:
        for said in _view({**quoted, "record": quoted["value"]}):
            if isinstance(said, RawPost):
                yield replace(said, within=view["uri"])


def _quoted(embed: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The post that this one quotes, alone (`embed.record`) or with pictures (`embed.recordWithMedia`)."""
    record = embed.get("record") or {}
    record = record.get("record") or record
    return record if "uri" in record and "/app.bsky.feed.post/" in record["uri"] else None


def _media(embed: Mapping[str, Any]) -> list[str]:
    media = embed.get("media") or embed
    images = [image["fullsize"] for image in media.get("images") or () if "fullsize" in image]
    return [*images, media["playlist"]] if media.get("playlist") else images


def _mentions(record: Mapping[str, Any], features: Iterable[Mapping[str, Any]]) -> list[str]:
    """Handles as the text has them: a facet says where (in UTF-8 bytes) and whose identity, not the name."""
    text, found = (record.get("text") or "").encode(), []
    for facet in record.get("facets") or ():
        if any(feature in features for feature in facet["features"]):
            found.append(text[facet["index"]["byteStart"] : facet["index"]["byteEnd"]].decode(errors="replace").lstrip("@"))
    return found
