"""Drawing only: values and frames in, Streamlit, Plotly and folium out."""
