-- question: which settings of a page are saved, the last of each name?
-- params: $page
-- columns: name, settings
SELECT name, arg_max(settings, rowid) AS settings FROM views WHERE page = $page GROUP BY name ORDER BY name
