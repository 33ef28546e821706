"""Network in: the only code that fetches public pages."""
