"""Scrapy's settings. What a person may set is in `settings/`; here is what makes a crawl polite and keeps it from calling home."""

from __future__ import annotations

BOT_NAME = "plaint"
SPIDER_MODULES = ["crawlers.spider"]

# Nothing that listens or reaches out by itself: no telnet console, no remote control (which runs whatever code it is sent),
# no cookies (their middleware loads the public suffix list). Extensions are left out by name, so that they are not even imported.
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False
COOKIES_ENABLED = False
METAREFRESH_ENABLED = False
LOG_INSTALL_ROOT_HANDLER = False
WARN_ON_GENERATOR_RETURN_VALUE = False  # it reads the source of the callback again for every page
EXTENSIONS_BASE: dict[str, int] = {}

# One request at a time to one host; the pause between them is kept by `politeness.Pacing`.
CONCURRENT_REQUESTS = 16
CONCURRENT_REQUESTS_PER_DOMAIN = 1
DOWNLOAD_DELAY = 0
DOWNLOAD_DELAY_JITTER = 0
CONCURRENT_ITEMS = 1  # a page gives few requests; a hundred tasks for each page would cost more than reading it
DOWNLOAD_TIMEOUT = 60
DOWNLOAD_MAXSIZE = 32 * 1024 * 1024
DOWNLOAD_WARNSIZE = 0
DOWNLOAD_FAIL_ON_DATALOSS = True
RETRY_TIMES = 3
REDIRECT_MAX_TIMES = 5
PLAINT_PAUSE = 5.0

DEFAULT_REQUEST_HEADERS = {"Accept": "text/html,application/json;q=0.9,*/*;q=0.8", "Accept-Encoding": "gzip, deflate"}
DOWNLOAD_HANDLERS = {
    "http": "crawlers.secrecy.SecretSocket",
    "https": "crawlers.secrecy.SecretSocket",
    "data": None,
    "file": None,
    "ftp": None,
    "s3": None,
}  # fmt: skip
ROBOTSTXT_OBEY = False  # by crawlers.robots.Robots instead, which keeps Crawl-delay too
DOWNLOADER_MIDDLEWARES = {
    "scrapy.downloadermiddlewares.cookies.CookiesMiddleware": None,
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
    "scrapy.downloadermiddlewares.redirect.MetaRefreshMiddleware": None,
    "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "crawlers.politeness.Fence": 50,
    "crawlers.robots.Robots": 100,
    "crawlers.politeness.Patience": 550,
    "crawlers.witness.Witness": 800,
    "crawlers.politeness.Pacing": 900,
}
SPIDER_MIDDLEWARES = {
    "scrapy.spidermiddlewares.depth.DepthMiddleware": None,
    "scrapy.spidermiddlewares.httperror.HttpErrorMiddleware": None,
    "scrapy.spidermiddlewares.referer.RefererMiddleware": None,
    "scrapy.spidermiddlewares.urllength.UrlLengthMiddleware": None,
}
