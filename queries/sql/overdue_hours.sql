-- question: how many open appeals of the whole country were overdue before each moment?
-- params: $moments (list of UTC moments at full hours)
-- columns: moment, overdue, open
SELECT m.moment, sum(h.fell_due - h.made_good) AS overdue, sum(h.came - h.gone) AS open
FROM (SELECT unnest($moments) AS moment) m
JOIN (FROM hour_country SELECT hour, sum(came) AS came, sum(gone) AS gone, sum(fell_due) AS fell_due, sum(made_good) AS made_good GROUP BY hour) h
    ON h.hour < m.moment
GROUP BY m.moment
ORDER BY m.moment
