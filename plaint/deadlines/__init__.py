"""The clock engine; regimes and calendars are data."""
