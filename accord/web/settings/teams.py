from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accord.platform.access import teams
from accord.platform.models import Team, User
from accord.web.http import StaffRequest
from accord.web.settings import forms
from accord.web.staff import staff

_MEMBERS = Count("members", filter=Q(members__merged_into=None))


@staff("members.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: StaffRequest) -> HttpResponse:
    form = forms.NewTeamForm(request.POST or None)
    if form.is_valid():
        try:
            team = teams.create(**form.cleaned_data, by=request.user)
        except (teams.TeamNameTaken, teams.TeamNeedsName) as refusal:
            form.add_error("name", str(refusal))
        else:
            messages.success(request, f"Team {team} is founded. Choose its members.")
            return redirect("settings-team", team.pk)
    found = Team.objects.select_related("lead").annotate(size=_MEMBERS).order_by("name")
    values = {"teams": found, "form": form}
    return render(request, "settings/teams.html", values, status=422 if form.errors else 200)


@staff("members.manage")
@require_safe
def team(request: StaffRequest, pk: int) -> HttpResponse:
    return _page(request, get_object_or_404(Team, pk=pk))


@staff("members.manage")
@require_POST
def name(request: StaffRequest, pk: int) -> HttpResponse:
    team = get_object_or_404(Team, pk=pk)
    form = forms.NameForm(request.POST)
    if form.is_valid():
        try:
            teams.rename(team, name=form.cleaned_data["name"], by=request.user)
        except teams.TeamNameTaken as refusal:
            form.add_error("name", str(refusal))
        else:
            messages.success(request, "The name is saved.")
            return redirect("settings-team", pk)
    return _page(request, team, form)


@staff("members.manage")
@require_POST
def lead(request: StaffRequest, pk: int) -> HttpResponse:
    team = get_object_or_404(Team, pk=pk)
    form = forms.LeadForm(request.POST)
    if form.is_valid():
        teams.appoint(team, lead=form.cleaned_data["lead"], by=request.user)
        messages.success(request, "The lead is saved.")
    return redirect("settings-team", pk)


@staff("members.manage")
@require_POST
def members(request: StaffRequest, pk: int) -> HttpResponse:
    team = get_object_or_404(Team, pk=pk)
    form = forms.TeamMembersForm(request.POST)
    if form.is_valid():
        wanted: set[User] = set(form.cleaned_data["members"])
        present = set(team.members.filter(merged_into=None))
        with transaction.atomic():
            for user in wanted - present:
                teams.join(user, team=team, by=request.user)
            for user in present - wanted:
                teams.join(user, team=None, by=request.user)
        messages.success(request, "The members are saved.")
    return redirect("settings-team", pk)


@staff("members.manage")
@require_POST
def removal(request: StaffRequest, pk: int) -> HttpResponse:
    team = get_object_or_404(Team, pk=pk)
    teams.remove(team, by=request.user)
    messages.success(request, f"Team {team} is dissolved. Its people and their records stay.")
    return redirect("settings-teams")


def _page(
    request: StaffRequest, team: Team, name_form: forms.NameForm | None = None
) -> HttpResponse:
    present = team.members.filter(merged_into=None)
    values = {
        "team": team,
        "name_form": name_form or forms.NameForm(initial={"name": team.name}),
        "lead_form": forms.LeadForm(initial={"lead": team.lead_id}),
        "members_form": forms.TeamMembersForm(initial={"members": present}),
    }
    status = 422 if name_form else 200
    return render(request, "settings/team.html", values, status=status)
