"""Network in from people: the firm's own front door, a small public form. A process of its own, never inside the dashboard."""
