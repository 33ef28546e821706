"""Screen: the only code that imports Streamlit."""
