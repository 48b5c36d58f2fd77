-- revenue: one row a key, and one of the whole. Won deals by the day they were closed, in the
-- reporting currency.
SELECT {key} AS key, grouping({key}) = 1 AS whole,
       count(*) AS won, sum(value) AS revenue, avg(value) AS average,
       count(*) FILTER (WHERE value IS NULL) AS without_amount
FROM cut
WHERE is_won
  AND {period}
GROUP BY GROUPING SETS (({key}), ())
