"""The evidence pack of one case: a ZIP that anybody can open, read and check without Plaint."""
