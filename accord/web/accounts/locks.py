"""Guessing passwords: what axes counts by, and what somebody locked out reads."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def address_tried(request: HttpRequest, credentials: Mapping[str, str | None] | None) -> str:
    """The address somebody tried to sign in as, known to us or not, in one spelling."""
    given = credentials or {}
    tried = given.get("email") or given.get("username") or request.POST.get("login") or ""
    return tried.strip().lower()[:250]


def locked(
    request: HttpRequest, answer: HttpResponse | None, credentials: Mapping[str, str | None] | None
) -> HttpResponse:
    """The same for every address, so that it tells nothing about who works here."""
    return render(request, "account/locked.html", status=429)
