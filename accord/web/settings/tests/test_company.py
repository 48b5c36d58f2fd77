import pytest

from accord.platform.access import preferences
from accord.platform.models import AuditEntry, Job
from accord.platform.trail import audit

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(client, olga):
    client.force_login(olga)
    return olga


def _text(answer):
    return answer.content.decode()


def test_the_companys_choices_are_kept_and_audited(client, owner):
    said = {"company_name": "Heliogrid", "lookback_days": "90", "phone_region": "FR"}
    assert client.post("/settings/company/", said).status_code == 302
    chosen = preferences.current()
    assert (chosen.company_name, chosen.lookback_days, chosen.phone_region) == (
        "Heliogrid",
        90,
        "FR",
    )
    names = {entry.details["name"] for entry in AuditEntry.objects.all()}
    assert names == {"company_name", "lookback_days", "phone_region"}
    assert Job.objects.filter(name="attribution.refresh", state=Job.State.READY).exists()


def test_the_postal_address_is_kept_by_line_and_asked_for_until_it_is_there(client, owner):
    assert "each must name your postal address" in _text(client.get("/settings/consent/"))
    said = {"company_name": "Heliogrid", "lookback_days": "90", "phone_region": "FR"}
    said["postal_address"] = " 1  Sun Road\r\n\r\n20095 Hamburg "
    assert client.post("/settings/company/", said).status_code == 302
    assert preferences.current().postal_address == "1 Sun Road\n20095 Hamburg"
    assert "postal address" not in _text(client.get("/settings/consent/"))


@pytest.mark.parametrize(
    "wrong", [{"lookback_days": "0"}, {"lookback_days": "x"}, {"phone_region": "ZZ"}]
)
def test_a_choice_that_makes_no_sense_changes_nothing(client, owner, wrong):
    said = {"company_name": "H", "lookback_days": "90", "phone_region": "FR"} | wrong
    assert client.post("/settings/company/", said).status_code == 422
    assert preferences.current() == preferences.Preferences()


def test_what_sellers_see_is_chosen_with_the_roles(client, owner):
    client.post("/settings/roles/sellers/", {"seller_reads": "team", "seller_writes_team": "on"})
    chosen = preferences.current()
    assert (chosen.seller_reads, chosen.seller_writes_team) == ("team", True)
    assert "own team" in _text(client.get("/settings/roles/"))


def test_the_roles_can_be_read_by_everybody_and_changed_by_few(client, ben):
    client.force_login(ben)
    text = _text(client.get("/settings/roles/"))
    assert "Who may do what" in text
    assert "Sellers read contacts" not in text


def test_the_theme_of_the_shells_switch_is_kept(client, ben):
    client.force_login(ben)
    assert client.post("/settings/theme/", {"theme": "dark"}).status_code == 204
    ben.refresh_from_db()
    assert ben.theme == "dark"
    assert client.post("/settings/theme/", {"theme": "pink"}).status_code == 400


def test_a_name_is_changed_by_its_owner(client, ben):
    client.force_login(ben)
    client.post("/settings/profile/name/", {"name": " Ben Okafor "})
    ben.refresh_from_db()
    assert ben.name == "Ben Okafor"
    assert client.post("/settings/profile/name/", {"name": " "}).status_code == 422


def test_the_audit_log_is_narrowed_by_person_verb_and_record(client, owner, ben):
    audit.record("contact.changed", ben, by=ben, fields=["city"])
    audit.record("contact.deleted", by=owner)
    narrowed = {
        f"?person={ben.pk}": ("contact.changed", "contact.deleted"),
        "?verb=contact.deleted": ("contact.deleted", "contact.changed"),
        f"?record=User+{ben.pk}": ("contact.changed", "contact.deleted"),
    }
    for query, (there, gone) in narrowed.items():
        text = _text(client.get(f"/settings/audit/{query}"))
        assert f'<code class="code">{there}</code>' in text, query
        assert f'<code class="code">{gone}</code>' not in text, query
    assert "Nothing matches" in _text(client.get("/settings/audit/?record=contact+99"))
    assert client.get("/settings/audit/?before=x&person=y&record=%F0%9F%A6%8A+9").status_code == 200


def test_the_audit_log_is_turned_over_page_by_page(client, owner):
    for at in range(120):
        audit.record("contact.changed", by=owner, number=at)
    seen, query = [], ""
    for _ in range(3):
        page = client.get(f"/settings/audit/{query}")
        seen += [line.entry.details["number"] for line in page.context["lines"]]
        query = f"?before={page.context['older']}"
    assert seen == list(range(119, -1, -1))
    assert page.context["older"] is None


def test_the_audit_log_costs_the_same_for_many(client, owner, django_assert_max_num_queries):
    for at in range(60):
        audit.record("contact.changed", by=owner, number=at)
    client.get("/settings/audit/")
    with django_assert_max_num_queries(9):
        client.get("/settings/audit/")
