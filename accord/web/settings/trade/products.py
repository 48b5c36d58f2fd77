"""Settings > Price list: what is sold, at which price."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from accord.engine import money
from accord.platform import currencies
from accord.sales.models import Product
from accord.sales.pricing import products as verbs
from accord.sales.pricing.products import ProductValues
from accord.web.http import StaffRequest
from accord.web.staff import staff


@staff("product.write")
def products(request: StaffRequest) -> HttpResponse:
    """The price list; a POST adds a product."""
    if request.method == "POST":
        verbs.add(by=request.user, **_values(request))
        messages.success(request, "The product is on the price list.")
        return redirect("settings-products")
    context = {
        "products": verbs.in_use(),
        "archived": list(Product.objects.exclude(archived_at=None)),
        "currency": currencies.reporting(),
    }
    return render(request, "settings/products.html", context)


@staff("product.write")
@require_POST
def product(request: StaffRequest, pk: int) -> HttpResponse:
    verbs.change(get_object_or_404(Product, pk=pk), by=request.user, **_values(request))
    messages.success(request, "Saved.")
    return redirect("settings-products")


@staff("product.write")
@require_POST
def archive(request: StaffRequest, pk: int) -> HttpResponse:
    """Take a product off the price list, or with back=1 put it on again."""
    found = get_object_or_404(Product, pk=pk)
    act = verbs.restore if "back" in request.POST else verbs.archive
    act(found, by=request.user)
    return redirect("settings-products")


def _values(request: StaffRequest) -> ProductValues:
    """What the form says. Raises Unreadable or Ambiguous for a price nobody can read."""
    given = request.POST
    currency = given.get("currency", "").strip().upper() or currencies.reporting()
    text = given.get("price", "").strip()
    price = money.read(text, currency=currencies.code(currency)) if text else None
    return {
        "name": given.get("name", ""),
        "series": " ".join(given.get("series", "").split())[:120],
        "price": price.amount if price else None,
        "currency": price.currency if price else currency,
    }
