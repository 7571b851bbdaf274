-- question: how much is written to each official page and how is it answered?
-- params: $first, $last, $as_of; {address}: the beginning of a post's address
-- columns: page (the beginning of its posts' addresses), messages, answered, waiting, answered_4h, answer_due_4h, closed, rated, rated_good, rating, written_again, reopened, response_median, response_p90
SELECT
    {address} AS page, count(*) AS messages, {n_answered} AS answered, {n_waiting} AS waiting, {n_answered_4h} AS answered_4h,
    {n_answer_due_4h} AS answer_due_4h, {n_closed} AS closed, {n_rated} AS rated, {n_rated_good} AS rated_good, avg(a.rating) AS rating,
    {n_written_again} AS written_again, count(*) FILTER (WHERE {answered} AND {reopened}) AS reopened, {response}
FROM appeals a
WHERE {scope} AND {official} AND a.url IS NOT NULL
GROUP BY page
ORDER BY messages DESC, page
