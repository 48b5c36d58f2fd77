"""How fast files come in and are taken back, on an instance that holds 100,000 contacts."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import figures, instance, pages
from bench.figures import Figure

NAME = "import"
ROWS, FEW = 100_000, 20_000
BUDGET = 5_000
SIZES = {"contacts": 100_000, "companies": 50_000, "deals": 50_000, "events": 300_000}
CITIES = ("Hamburg", "Berlin", "Bremen", "Leipzig", "Kiel", "Munich")
SOURCES = ("google", "newsletter", "fair", "linkedin", "referral")
STAGES = ("Qualified", "Discovery", "Proposal", "Won", "Lost")

Make = Callable[[int], Sequence[Any]]


@dataclass(frozen=True)
class List:
    """A file to bring in. Half of its rows know their record by the first column or two."""

    into: str
    columns: dict[str, Any]
    row: Make
    match: tuple[str, ...] = ()


def run() -> list[Figure]:
    """Bring in each list and take it back. Memory is that of a process that imports contacts,
    compared with one for a fifth of the rows."""
    with instance.running():
        from accord.platform import processes

        pages.fill(SIZES)
        _number_deals()
        pages.settle()
        processes.settle()  # as a worker does before its first job
        loops = [figures.loop()]
        found: list[Figure] = []
        for each in (_contacts(), _companies(), _deals()):
            found += _measured(each)
            loops.append(figures.loop())
        found += _agreed(_contacts())
        found.append(_exported())
        more = _memory_of(_contacts(), ROWS) - _memory_of(_contacts(), FEW)
        return [
            figures.reported("import: reference, a loop of Python", min(loops), "ms"),
            *found,
            figures.at_most("import: memory more than for a fifth of the rows", more, "MB", 64),
        ]


def _number_deals() -> None:
    """Give the deals that are there ids of another system."""
    from django.db.models import CharField, Value
    from django.db.models.functions import Cast, Concat

    from accord.sales.models import Deal

    Deal.objects.update(external_id=Concat(Value("d-"), Cast("pk", CharField())))


def _exported() -> Figure:
    """The list of contacts as a file, every field."""
    from accord.people import exports
    from accord.people.models import Contact

    def write() -> None:
        rows = Contact.objects.alive().select_related("owner__team").order_by("pk")
        chunks = rows.iterator(chunk_size=exports.CHUNK)
        for _ in exports.written(exports.columns("contact"), chunks):
            pass

    rate = Contact.objects.alive().count() / figures.took(write) * 1000
    return figures.reported("import: export of contacts", rate, "rows/s")


def _memory_of(each: List, rows: int) -> float:
    """The most a process of its own takes to bring in so many rows, in MB."""
    job = _begun(each, rows)
    command = [sys.executable, "-m", "accord.cli", "import", "resume", str(job.pk)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    most = 0.0
    while process.poll() is None:
        most = max(most, _peak_of(process.pid))
        time.sleep(0.02)
    job.refresh_from_db()
    if job.state != "done":
        raise RuntimeError(f"the import of {each.into} is {job.state}: {job.error}")
    _undone(job)
    return most


def _peak_of(pid: int) -> float:
    """The most memory the program of this process has held so far, in MB; 0 once it is gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


def _measured(each: List) -> Iterator[Figure]:
    job = _begun(each, ROWS)
    came = figures.took(lambda: _done(job)) / 1000
    _checked(job)
    name = f"import: {each.into}"
    yield figures.at_least(name, ROWS / came, "rows/s", BUDGET)
    went = figures.took(lambda: _undone(job)) / 1000
    yield figures.at_least(f"{name}, undo", ROWS / went, "rows/s", BUDGET)


def _agreed(each: List) -> Iterator[Figure]:
    """The same list of contacts where they agreed to one purpose: each goes into the ledger."""
    from datetime import date

    from accord.people.consents import purposes
    from accord.platform.transfer.origins import stating

    news = purposes.add(label="News", by=None)
    job = _begun(each, ROWS)
    told = stating.Statement("consent", "Fair", date(2026, 3, 1), (f"{news.pk}/email",))
    stating.state(job, told, stating.Evidence("form.txt", io.BytesIO(b"They agreed.")), by=None)
    came = figures.took(lambda: _done(job)) / 1000
    _checked(job)
    yield figures.reported("import: contacts who agreed", ROWS / came, "rows/s")
    went = figures.took(lambda: _undone(job)) / 1000
    yield figures.reported("import: contacts who agreed, undo", ROWS / went, "rows/s")


def _begun(each: List, rows: int) -> Any:
    """Uploaded and mapped: what comes before the run."""
    from accord.platform.transfer import imports, mapping

    job = imports.begin(_file(each, rows), name=f"{each.into}.csv", into=each.into, by=None)
    given = {"into": each.into, "columns": each.columns, "match": list(each.match)}
    imports.set_mapping(job, mapping.from_json(given), by=None)
    return job


def _file(each: List, rows: int) -> io.BytesIO:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(each.columns)
    writer.writerows(each.row(n) for n in range(rows))
    return io.BytesIO(text.getvalue().encode())


def _done(job: Any) -> None:
    from accord.platform.transfer import imports, runs

    imports.start(job, by=None)
    runs.run(job.pk)
    job.refresh_from_db()


def _undone(job: Any) -> None:
    from accord.platform.transfer import imports
    from accord.platform.transfer.undo import undoing

    imports.undo(job, by=None)
    undoing.run(job.pk)


def _checked(job: Any) -> None:
    """A run that refused its rows would be fast: half are known, a tenth comes twice."""
    found = (job.state, job.rows, job.created, job.errors)
    if found != ("done", ROWS, ROWS * 4 // 10, 0):
        raise RuntimeError(f"the import of {job.into} went wrong: {found} {job.error}")


def _subject(n: int) -> tuple[int, bool]:
    """Whom row n is about. Of ten rows five are known, four new, and one repeats a new one."""
    tens, kind = divmod(n, 10)
    if kind < 5:
        return tens * 5 + kind + 1, True
    return 1_000_000 + tens * 4 + (kind - 5) % 4, False


def _contacts() -> List:
    """Of five who are known, three have moved and changed jobs; all of them came once more."""
    there = _people()

    def row(n: int) -> Sequence[Any]:
        at, known = _subject(n)
        if known:
            return _come_again(at, *there[at])
        phone = f"+4940{at:07}"
        city, source = CITIES[at % 6], SOURCES[at % 5]
        day = f"2026-{1 + at % 9:02}-{1 + at % 28:02}"
        return (_mail(at), "Ana", f"Berg {at}", phone, f"Head of {at % 40}", city, "Germany", day,
                source, f"Firm {at % 500}")  # fmt: skip

    return List(
        into="contacts",
        columns={
            "E-mail": "email",
            "First name": "first_name",
            "Last name": "last_name",
            "Phone": "phone",
            "Job title": "title",
            "City": "city",
            "Country": "country",
            "First contact": "acquired_at",
            "Source": "source",
            "Company": {"field": "company", "create": True},
        },
        row=row,
        match=("email", "phone"),
    )


def _people() -> dict[int, tuple[str, ...]]:
    """Who is there: first and last name, city, company."""
    from accord.people.models import Affiliation

    found = Affiliation.objects.filter(contact__lte=SIZES["contacts"], is_primary=True)
    names = ("contact", "contact__first_name", "contact__last_name", "contact__city")
    rows = found.order_by("pk").values_list(*names, "company__name")
    return {pk: tuple(rest) for pk, *rest in rows.iterator()}


def _come_again(at: int, first: str, last: str, city: str, company: str) -> Sequence[Any]:
    title, city = ("Head of sales", CITIES[at % 6]) if at % 5 < 3 else ("", city)
    day = f"2026-{1 + at % 9:02}-{1 + at % 28:02}"
    return (_mail(at), first, last, f"+49405550{at:06}", title, city, "Germany", day,
            SOURCES[at % 5], company)  # fmt: skip


def _companies() -> List:
    def row(n: int) -> Sequence[Any]:
        at, _ = _subject(n)
        domain = f"firm{at}.example"
        return (domain, f"Firm {at}", "Software", CITIES[at % 6], "Germany", at % 900,
                at % 900 * 1000, f"+4940{at:07}", f"https://{domain}", f"c-{at}")  # fmt: skip

    return List(
        into="companies",
        columns={
            "Domain": "domain",
            "Name": "name",
            "Industry": "industry",
            "City": "city",
            "Country": "country",
            "Employees": "employees",
            "Revenue": "annual_revenue",
            "Phone": "phone",
            "Website": "website",
            "Id": "external_id",
        },
        row=row,
        match=("domain",),
    )


def _deals() -> List:
    def row(n: int) -> Sequence[Any]:
        at, known = _subject(n)
        person = 1 + at % SIZES["contacts"]
        stage = "" if known else STAGES[at % 5]
        closed = f"2026-06-{1 + at % 28:02}" if stage in ("Won", "Lost") else ""
        return (f"d-{at}", f"Deal {at}", f"firm{1 + at % SIZES['companies']}.example",
                _mail(person), stage, 100 + at % 900, "" if known else f"2026-03-{1 + at % 28:02}",
                closed, f"user{at % 30}@accord.example", "fair")  # fmt: skip

    return List(
        into="deals",
        columns={
            "Id": "external_id",
            "Name": "name",
            "Domain": "company_domain",
            "Contact": "contact_email",
            "Stage": "stage",
            "Amount": "amount",
            "Opened": "opened_at",
            "Closed": "close_on",
            "Owner": "owner",
            "Tags": "tags",
        },
        row=row,
        match=("external_id",),
    )


def _mail(person: int) -> str:
    return f"person{person}@firm{1 + (person - 1) % SIZES['companies']}.example"
