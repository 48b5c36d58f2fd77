-- winloss: one row a key, and one of the whole. Closed deals only; days are calendar days from
-- opening to closing.
SELECT {key} AS key, grouping({key}) = 1 AS whole,
       count(*) FILTER (WHERE is_won) AS won,
       count(*) FILTER (WHERE is_lost) AS lost,
       sum(value) FILTER (WHERE is_won) AS won_value,
       sum(value) FILTER (WHERE is_lost) AS lost_value,
       count(*) FILTER (WHERE value IS NULL) AS without_amount,
       count(days_to_close) FILTER (WHERE is_won) AS won_days_n,
       avg(days_to_close) FILTER (WHERE is_won) AS won_days_mean,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY days_to_close) FILTER (WHERE is_won)
           AS won_days_median,
       count(days_to_close) FILTER (WHERE is_lost) AS lost_days_n,
       avg(days_to_close) FILTER (WHERE is_lost) AS lost_days_mean,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY days_to_close) FILTER (WHERE is_lost)
           AS lost_days_median
FROM cut
WHERE (is_won OR is_lost)
  AND {period}
GROUP BY GROUPING SETS (({key}), ())
