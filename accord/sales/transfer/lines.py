"""The products of imported deals: each row may bring one line."""

from __future__ import annotations

from accord.platform.transfer.targets import Batch, Statements

# Lines as the history of a deal writes them: product, quantity, price of one.
_PLAIN = """(SELECT coalesce(jsonb_agg(jsonb_build_array(l.product_id, l.quantity::text,
    l.price::text) ORDER BY l.id), '[]') FROM sales_dealline AS l WHERE l.deal_id = s.object_id)"""
# A list price counts only where it is in the deal's currency.
_PRICE = """coalesce(s.line_price, CASE WHEN p.currency = d.currency OR d.currency = ''
    THEN p.price END)"""
_QUANTITY = "coalesce(round(s.quantity, 2), 1)"
_REFUSE = """
UPDATE {stage} AS s SET problem = concat_ws(' ', s.problem,
    'Quantity: it is more than 0, with at most ten digits.')
WHERE s.wave = %(wave)s AND s.action IS NULL AND (s.quantity <= 0 OR s.quantity >= 10000000000)
"""
_NOTE = f"""
INSERT INTO {{change}} (object_id, field, old, new)
SELECT s.object_id, 'lines', {_PLAIN}, {_PLAIN} || jsonb_build_array(jsonb_build_array(
    p.id, round({_QUANTITY}, 2)::text, round({_PRICE}, 2)::text))
FROM {{stage}} AS s JOIN sales_product AS p ON p.id = s.product
JOIN sales_deal AS d ON d.id = s.object_id
WHERE {{found}} AND NOT EXISTS (SELECT 1 FROM sales_dealline AS l
    WHERE l.deal_id = s.object_id AND l.product_id = s.product)
"""
_ADD = f"""
INSERT INTO sales_dealline (deal_id, product_id, quantity, price)
SELECT s.object_id, p.id, {_QUANTITY}, {_PRICE}
FROM {{stage}} AS s JOIN sales_product AS p ON p.id = s.product
JOIN sales_deal AS d ON d.id = s.object_id
WHERE ({{new}}) OR ({{found}} AND EXISTS (SELECT 1 FROM {{change}} AS h
    WHERE h.object_id = s.object_id AND h.field = 'lines'))
ORDER BY s.number
"""
_TAKE_BACK = """
DELETE FROM sales_dealline AS l USING {change} AS h
WHERE h.field = 'lines' AND l.deal_id = h.object_id
    AND NOT h.old @> jsonb_build_array(jsonb_build_array(l.product_id))
    AND NOT EXISTS (SELECT 1 FROM jsonb_array_elements(h.old) AS o
        WHERE (o ->> 0)::bigint = l.product_id)
"""


def check(batch: Batch) -> None:
    """Refuse rows whose quantity is none."""
    if batch.has("quantity"):
        batch.run(_REFUSE)


def relate(batch: Batch) -> None:
    """Note which deals that were there get another product."""
    if batch.has("product"):
        batch.run(_NOTE)


def write(batch: Batch) -> None:
    """Give the deals of the wave their lines."""
    if batch.has("product"):
        batch.run(_ADD)


def take_back(here: Statements) -> None:
    """Take away the lines an import gave to deals that were there."""
    here.run(_TAKE_BACK)
