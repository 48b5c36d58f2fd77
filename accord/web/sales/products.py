"""The products of a deal: which, how many, at which price."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render

from accord.engine.errors import Refused
from accord.platform.access import permissions
from accord.sales import deals
from accord.sales.models import Deal, Product
from accord.sales.pricing import lines
from accord.sales.pricing import products as offered
from accord.sales.pricing.products import NotAPrice
from accord.web.http import StaffRequest
from accord.web.lists import nouns
from accord.web.sales import moving
from accord.web.staff import staff

SPARE = 3
Row = tuple[str, str, str]


@staff("deal.write")
def products(request: StaffRequest, pk: int) -> HttpResponse:
    """The dialog with a row for each product, and what it saves. An empty product drops a row."""
    deal: Deal = nouns.record(nouns.DEALS, request.user, pk)
    permissions.require(request.user, "deal.write", deal)
    known = lines.of(deal)
    if request.method != "POST":
        rows = [(str(each.product_id), _plain(each.quantity), _plain(each.price)) for each in known]
        return _dialog(request, deal, rows)
    rows = _rows(request)
    try:
        sold = {each.product_id: each.product for each in known}
        sold |= {each.pk: each for each in offered.in_use()}
        deals.set_lines(deal, [_line(sold, row) for row in rows], by=request.user)
    except Refused as refused:
        if isinstance(refused, permissions.Forbidden):
            raise
        return _dialog(request, deal, rows, error=str(refused))
    messages.success(request, "The products are saved.")
    return moving.back(request, deal)


def _dialog(request: StaffRequest, deal: Deal, rows: list[Row], error: str = "") -> HttpResponse:
    context = {
        "deal": deal,
        "rows": rows + [("", "1", "")] * SPARE,
        "offered": _offered(deal),
        "error": error,
    }
    return render(request, "sales/products.html", context, status=422 if error else 200)


def _offered(deal: Deal) -> list[tuple[str, Product]]:
    """The price list, and what is on the deal though it left the list."""
    found = {each.product_id: each.product for each in lines.of(deal)}
    found |= {each.pk: each for each in offered.in_use()}
    return [(str(pk), each) for pk, each in sorted(found.items(), key=lambda pair: pair[1].name)]


def _rows(request: StaffRequest) -> list[Row]:
    asked = (request.POST.getlist(name) for name in ("product", "quantity", "price"))
    return [row for row in zip(*asked, strict=False) if row[0]]


def _line(sold: dict[int, Product], row: Row) -> deals.Line:
    product, quantity, price = row
    found = sold.get(int(product)) if product.isdecimal() and len(product) < 19 else None
    if found is None:
        raise lines.ProductGone
    return deals.Line(found, _number(quantity, lines.NotAQuantity), _price(price))


def _price(text: str) -> Decimal | None:
    return _number(text, NotAPrice) if text.strip() else None


def _number(text: str, wrong: type[Refused]) -> Decimal:
    try:
        return Decimal(text.strip())
    except InvalidOperation:
        raise wrong from None


def _plain(number: Decimal | None) -> str:
    return "" if number is None else f"{number:f}".removesuffix(".00")
