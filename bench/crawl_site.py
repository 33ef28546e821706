"""The made-up review site that is crawled for measuring: `python -m bench.crawl_site PAGES` prints its address and answers until stopped."""

from __future__ import annotations

import asyncio
import sys
from random import Random

from bench.crawling import A_PAGE

SAYINGS = (
    "They have charged me {number} twice for the card and nobody has been able to tell me why.",
    "I was told that the transfer would be there after two days, but it has been {number} hours and they do not answer.",
    "When I asked about my refund of {number} they said that you have to call the number on the letter.",
    "The app has not been working for me since the update, and Merrow Bank knows about it.",
    "After {number} minutes of waiting the line was cut, which is not how you treat people with a complaint.",
    "My account was closed without a word, because their system had a wrong address from {number} years ago.",
    "The branch was friendly and they were sorry, but the mistake has not been put right for my daughter.",
)
"""Of these a review has three, so that its language is told as that of most English reviews: by its small words."""

ROBOTS = b"User-agent: *\nAllow: /\n"


def page(number: int, pages: int, dice: Random) -> bytes:
    """One page of the list, with a link to the next."""
    first = (number - 1) * A_PAGE
    cards = "".join(_card(first + place, dice) for place in range(A_PAGE))
    onward = f'<a rel="next" href="/reviews?page={number + 1}">Next</a>' if number < pages else ""
    return f'<!doctype html><html><body><h1 data-total="{pages * A_PAGE}">Reviews</h1>{cards}{onward}</body></html>'.encode()


def _card(number: int, dice: Random) -> str:
    text = " ".join(dice.choice(SAYINGS).format(number=dice.randrange(10_000)) for _ in range(3))
    return (
        f'<article class="review" id="r{number}"><h3>Review {number}</h3><span class="stars">{number % 5 + 1} out of 5</span>'
        f'<time datetime="2026-{number % 10 + 1:02}-{number % 28 + 1:02}T{number % 24:02}:00:00Z"></time><p class="by">{number * 7919:x}</p>'
        f'<p class="body">{text}</p></article>'
    )  # fmt: skip


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, bodies: dict[bytes, bytes]) -> None:
    while line := await reader.readline():
        while (await reader.readline()).strip():
            pass
        body = bodies.get(line.split(b" ")[1], b"")
        status = b"200 OK" if body else b"404 Not Found"
        writer.write(b"HTTP/1.1 %s\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: %d\r\n\r\n%s" % (status, len(body), body))
        await writer.drain()
    writer.close()


async def _serve(pages: int) -> None:
    dice = Random(7)
    bodies = {b"/robots.txt": ROBOTS} | {f"/reviews?page={number}".encode(): page(number, pages, dice) for number in range(1, pages + 1)}
    server = await asyncio.start_server(lambda reader, writer: _answer(reader, writer, bodies), "127.0.0.1", 0)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1])))
