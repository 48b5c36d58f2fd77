"""Pages that show every part of the interface, and the few answers they need from a server."""

from pathlib import Path

from django import forms
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

from accord.platform.models import User
from tests.browser.gallery import drawn, people

HERE = Path(__file__).parent / "templates"
NAV = ["deals", "contacts", "companies", "campaigns", "reports", "settings"]
TOPICS = ["profile", "members", "teams", "pipelines", "fields", "audit", "system"]
LOST = "lost"


class ContactForm(forms.Form):
    name = forms.CharField(label="Name", initial="Maren Vogt")
    email = forms.EmailField(label="E-mail", help_text="Where mail reaches this person.")
    company = forms.CharField(label="Company", required=False)
    stage = forms.ChoiceField(label="Stage", choices=[("lead", "Lead"), ("mql", "MQL")])
    due = forms.DateField(
        label="Follow up on", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea(attrs={"rows": 3}))
    rule = forms.ChoiceField(
        label="When a contact exists already",
        widget=forms.RadioSelect,
        choices=[("update", "Update it"), ("skip", "Leave it"), ("create", "Create a second one")],
    )
    keys = forms.BooleanField(
        label="Single-letter shortcuts", required=False, help_text="J, K, X and the like."
    )


class PhoneForm(forms.Form):
    phone = forms.RegexField(
        r"^\+[\d ]+$", error_messages={"invalid": "Start with + and the country."}
    )


def draw(request: HttpRequest, name: str, status: int = 200, **context: object) -> HttpResponse:
    request.user = User(pk=1, name="Lena Fuchs", email="lena@acme.example", roles=["owner"])
    source = (HERE / name).read_text()
    context |= {"company_name": "Heliogrid"}
    body = engines["django"].from_string(source).render(context, request)
    return HttpResponse(body, status=status)


def show(request: HttpRequest, page: str = "today") -> HttpResponse:
    bad = {"name": "", "email": "nobody", "stage": "", "rule": ""}
    values = {
        "contacts": people.contacts,
        "stages": people.board,
        "figures": drawn.figures,
        "form": lambda: ContactForm(initial={"rule": "update"}),
        "bad_form": lambda: ContactForm(bad, prefix="bad"),
    }
    people_named = {"ben": people.BEN, "mia": people.MIA, "nordwind": people.COMPANIES[2]}
    return draw(request, f"{page}.html", **values, **people_named)


def stage(request: HttpRequest, pk: int) -> HttpResponse:
    """Answers a move as the product does; a move to Lost is refused without a reason."""
    if request.POST["stage"] == LOST:
        return draw(request, "_lost.html", status=422)
    return draw(request, "_moved.html", pk=pk, stage=request.POST["stage"])


def phone(request: HttpRequest, pk: int) -> HttpResponse:
    form = PhoneForm(request.POST or None, initial={"phone": "+49 40 5550 1800"})
    if request.method == "POST" and form.is_valid():
        return HttpResponse(form.cleaned_data["phone"])
    status = 422 if request.method == "POST" else 200
    return draw(request, "_phone.html", status=status, form=form, pk=pk)


def peek(request: HttpRequest, pk: int) -> HttpResponse:
    return draw(request, "_peek.html", pk=pk)


def found(request: HttpRequest) -> HttpResponse:
    return draw(request, "_found.html", q=request.GET["q"])


def theme(request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=204)


def broken(request: HttpRequest) -> HttpResponse:
    return HttpResponse("<p>boom</p>", status=500, headers={"X-Incident": "7f3a"})


urlpatterns = [
    path("", show, name="today"),
    path("settings/theme/", theme),
    *(path(f"{name}/", show, {"page": name}, name=name) for name in NAV),
    *(
        path(f"settings/{name}/", show, {"page": "settings"}, name=f"settings-{name}")
        for name in TOPICS
    ),
    path("page/<slug:page>/", show),
    path("deals/<int:pk>/stage/", stage),
    path("contacts/<int:pk>/fields/phone/", phone),
    path("contacts/<int:pk>/peek/", peek),
    path("search/", found, name="search"),
    path("broken/", broken),
    path("sign-out/", theme, name="sign-out"),
]
