"""The page somebody would write first: Streamlit, the appeals of one table, pandas, a folium map made anew, nothing remembered.

Run by bench/browser.py: it answers the questions of the overview and of the map with exact figures from the raw table.
"""

import os
from datetime import date, timedelta

import duckdb
import folium
import pandas as pd
import plotly.express as px
import streamlit as st
from streamlit_folium import st_folium

AS_OF = "TIMESTAMP '2026-11-30 20:59'"
LAST = date(2026, 11, 30)
PERIODS = {"7 дней": 7, "год": 365, "пять лет": 1826}
ON_TIME = "type = 'resolvable' AND status = 'closed' AND outcome = 'resolved' AND closed_at <= due_at"
DUE = f"type = 'resolvable' AND due_at <= {AS_OF}"
KPI = (
    f"count(*) AS n, count(*) FILTER (WHERE {DUE}) AS due, count(*) FILTER (WHERE {DUE} AND {ON_TIME}) AS on_time, avg(rating) AS rating, "
    "quantile_disc(coalesce(response_minutes, 2147483647), [0.5, 0.9]) AS response"
)


@st.cache_resource
def database() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(os.environ["PULSE_DB"], read_only=True)


def ask(what: str, where: str, rest: str = "") -> pd.DataFrame:
    return database().cursor().execute(f"SELECT {what} FROM appeals JOIN territories USING (territory_id) WHERE {where} {rest}").df()


st.set_page_config(layout="wide")
towns = database().cursor().execute("SELECT name, territory_id, lat, lon FROM territories WHERE kind = 'municipality' ORDER BY population DESC").df()
place = st.selectbox("Место", ["Россия", *towns["name"].head(20)], key="place")
period = st.radio("Период", list(PERIODS), index=int(st.query_params.get("period", "0")), horizontal=True, key="period")
days = PERIODS[period]
first = LAST - timedelta(days=days - 1)
here = "TRUE" if place == "Россия" else f"territory_id = {towns.set_index('name')['territory_id'][place]}"
now, before = (f"{here} AND day BETWEEN '{a}' AND '{a + timedelta(days=days - 1)}'" for a in (first, first - timedelta(days=days)))
kpi, old = ask(KPI, now).iloc[0], ask(KPI, before).iloc[0]
st.header(f"{period}: {kpi['n']}")
for column, (name, value) in zip(
    st.columns(5),
    {"Обращений": kpi["n"], "До того": old["n"], "В срок": kpi["on_time"], "Медиана": kpi["response"][0], "Оценка": kpi["rating"]}.items(),
    strict=True,
):
    column.metric(name, str(value))
months = ask(f"date_trunc('month', day) AS month, {KPI}", now, "GROUP BY month ORDER BY month")
months["median"] = months["response"].str[0]
st.plotly_chart(px.line(months, x="month", y="n"), key="months")
st.plotly_chart(px.line(months, x="month", y="median"), key="median")
topics = ask("topic_id, count(*) AS n", now, "GROUP BY topic_id").merge(ask("topic_id, count(*) AS before", before, "GROUP BY topic_id"), how="left")
st.dataframe(topics.nlargest(10, "n"))
open_now = f"{here} AND closed_at IS NULL AND status NOT IN ('closed', 'rejected')"
st.dataframe(ask(f"executor_id, count(*) AS open, count(*) FILTER (WHERE due_at < {AS_OF}) AS overdue", open_now, "GROUP BY executor_id").nlargest(10, "overdue"))
st.dataframe(ask("channel_id, count(*) AS n, quantile_disc(response_minutes, 0.5) AS median", now, "GROUP BY channel_id"))
counted = ask("territory_id, count(*) AS n, quantile_disc(response_minutes, 0.5) AS median", now, "GROUP BY territory_id").merge(towns, on="territory_id")
shown = folium.Map((62, 95), zoom_start=3, tiles=None)
for row in counted.itertuples():
    folium.CircleMarker((row.lat, row.lon), radius=2 + (row.n / counted["n"].max()) ** 0.5 * 20, weight=1, tooltip=f"{row.name}: {row.n}").add_to(shown)
st_folium(shown, height=500, returned_objects=[])
