"""From what a page says to a post: text, dates, language, firms, words."""
