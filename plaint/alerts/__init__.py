"""Alerts: saved questions that call somebody when an answer comes, and rules that act on it. Pure; `plaint.desk` keeps and asks them."""
