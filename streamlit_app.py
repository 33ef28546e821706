"""Start the dashboard: `streamlit run streamlit_app.py`."""

from dashboard.app import show

show()
