-- question: how did one spike go day by day?
-- params: $spike_id
-- columns: day, observed, expected, upper, p_value, is_alarm
SELECT day, observed, expected, upper, p_value, is_alarm FROM spike_days WHERE spike_id = $spike_id ORDER BY day
