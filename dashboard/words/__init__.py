"""Every word the dashboard says, by key, one file per page or idea; `dashboard.wording` puts them together."""
