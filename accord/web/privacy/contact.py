"""What is kept of one person: seen, given out, erased."""

from __future__ import annotations

from io import BytesIO

from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accord.engine.errors import Refused
from accord.people.models import Contact, PrivacyRequest
from accord.people.privacy import copies, erasing
from accord.web.http import StaffRequest
from accord.web.staff import staff


class NotConfirmed(Refused):
    """Write the number of the record to erase this person."""


@staff("privacy.manage")
@require_safe
def page(request: StaffRequest, pk: int) -> HttpResponse:
    return _shown(request, _contact(pk))


@staff("privacy.manage")
@require_POST
def copy(request: StaffRequest, pk: int) -> HttpResponseBase:
    """The zip with everything."""
    contact = _contact(pk)
    file = BytesIO()
    try:
        copies.write(contact, file, by=request.user)
    except Refused as refusal:
        return _shown(request, contact, error=str(refusal))
    file.seek(0)
    return FileResponse(
        file,
        as_attachment=True,
        filename=copies.file_name(contact),
        headers={"Cache-Control": "no-store"},
    )


@staff("privacy.manage")
@require_POST
def erasure(request: StaffRequest, pk: int) -> HttpResponse:
    """Erase, once the number of the record was written."""
    contact = _contact(pk)
    if request.POST.get("number", "").strip() != str(contact.pk):
        return _shown(request, contact, error=str(NotConfirmed()))
    try:
        made = erasing.begin(contact, by=request.user)
    except Refused as refusal:
        return _shown(request, contact, error=str(refusal))
    return redirect("settings-erasure", made.pk)


def _contact(pk: int) -> Contact:
    found: Contact = get_object_or_404(Contact, pk=pk, erased_at=None)
    return found


def _shown(request: StaffRequest, contact: Contact, error: str = "") -> HttpResponse:
    values = {
        "contact": contact,
        "preview": erasing.preview(contact),
        "requests": list(PrivacyRequest.objects.filter(contact=contact).order_by("-pk")),
        "error": error,
    }
    return render(request, "privacy/contact.html", values, status=422 if error else 200)
