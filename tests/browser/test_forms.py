"""A form from the builder to the contact, in Chromium: built, published, filled in, confirmed."""

import http.server
import mailbox
import re
import threading
from dataclasses import replace

import pytest
from playwright.sync_api import expect

from accord.channels import outbox
from accord.channels.models import Message
from accord.engine.forms.terms import Ending
from accord.marketing.forms import forms, submissions
from accord.marketing.models import FormDay, Submission
from accord.people import lifecycle
from accord.people.consents import purposes
from accord.people.models import ConsentRecord, Contact
from tests.browser.conftest import overflow
from tests.browser.looks import WIDTHS
from tests.browser.test_today import signed_in

__all__ = ["signed_in"]


@pytest.fixture(autouse=True)
def house(transactional_db, live_server, settings, tmp_path):
    settings.MAIL_URL = f"maildir:{tmp_path}/mail"
    lifecycle.ensure()
    offers = purposes.add(label="Offers", double=True, by=None)
    purposes.word(offers, language="en", text="Send me offers by e-mail.", by=None)
    settings.BASE_URL = live_server.url


def settled():
    """Do what the worker does; mail goes into the folder it is set to."""
    for each in Submission.objects.order_by("pk"):
        submissions.settle(each.pk)
    for each in Message.objects.filter(state="ready"):
        outbox.deliver(each.pk)


def build(tab):
    """A form with a choice, a question that depends on it, and consent; published."""
    tab.goto(tab.base + "/forms/")
    tab.get_by_role("link", name="New form").first.click()
    tab.get_by_label("Name").fill("Ask us")
    tab.get_by_role("button", name="Create form").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Edit")
    tab.wait_for_load_state()  # only then does the page answer to a choice
    for name in ("First name", "Country", "Message"):
        tab.get_by_label("Ask for", exact=True).select_option(label=name)
        expect(tab.get_by_text(re.compile(f"Fills {name} with"))).to_be_visible()
    row = tab.locator("#row-message")
    row.get_by_label("shown").select_option(label="if “Country”")
    row.get_by_label("How the answer decides").select_option(label="is")
    row.get_by_label("The answer that decides").select_option(label="Spain")
    expect(row.get_by_label("The answer that decides")).to_have_value("ES")
    tab.get_by_label("Ask for consent to").select_option(label="Offers, by e-mail")
    expect(tab.get_by_text("Counts once confirmed by mail")).to_be_visible()


def fill_in(visitor, axe, shoot):
    """First with an address that is none, then well."""
    axe(visitor)
    expect(visitor.get_by_label("Message")).to_be_hidden()
    visitor.get_by_label("E-mail", exact=True).fill("ana@")
    visitor.get_by_label("First name").fill("Ana")
    visitor.get_by_label("Country").select_option(label="Spain")
    visitor.get_by_label("Message").fill("Call me")
    visitor.complaints.clear()
    visitor.get_by_role("button", name="Send").click()
    expect(visitor.get_by_text("This is not an e-mail address.")).to_be_visible()
    shoot(visitor, "form-wrong")
    axe(visitor)
    visitor.complaints.clear()  # the browser notes that the page came with 422
    expect(visitor.get_by_label("E-mail", exact=True)).to_be_focused()
    expect(visitor.get_by_label("Message")).to_have_value("Call me")
    visitor.get_by_label("E-mail", exact=True).fill("ana@acme.example")
    visitor.get_by_label("Send me offers by e-mail.").check()
    visitor.get_by_role("button", name="Send").click()
    expect(visitor.get_by_text("look into your mailbox")).to_be_visible()
    shoot(visitor, "form-mailbox")


def test_from_the_builder_to_the_contact(signed_in, page, live_server, tmp_path, axe, shoot):
    tab = signed_in()
    build(tab)
    expect(tab.frame_locator("iframe").get_by_text("Send me offers by e-mail.")).to_be_visible()
    tab.get_by_role("button", name="Publish").click()
    expect(tab.get_by_text("Version 1 is what people see now.")).to_be_visible()

    visitor = page()
    visitor.goto(f"{live_server.url}/f/ask-us/?utm_source=google&utm_medium=cpc")
    fill_in(visitor, axe, shoot)
    kept = Submission.objects.get()
    assert (kept.proven, kept.score) == (True, 50 if kept.reasons else 0)
    assert FormDay.objects.get().views == 1
    assert FormDay.objects.get().starts >= 1

    settled()
    assert not ConsentRecord.objects.exists()
    box = mailbox.Maildir(tmp_path / "mail")
    letters = [each.get_payload(decode=True).decode() for each in box]
    [link] = {link for each in letters for link in re.findall(r"http\S+/confirm/\S+/", each)}
    visitor.goto(link)
    shoot(visitor, "form-confirm")
    axe(visitor)
    visitor.get_by_role("button", name="Yes, it was me").click()
    expect(visitor.get_by_text("that is confirmed")).to_be_visible()
    ana = Contact.objects.get()
    assert ConsentRecord.objects.filter(contact=ana, what="confirmed").exists()

    tab.goto(f"{tab.base}/contacts/{ana.pk}/")
    expect(tab.get_by_text("Submitted Ask us")).to_be_visible()
    expect(tab.get_by_text("Confirmed Ask us by mail")).to_be_visible()
    shoot(tab, "form-contact")


@pytest.fixture
def elsewhere():
    """`elsewhere(html, policy)` is the address of a site of its own that answers with a page."""
    servers = []

    def serve(html, policy):
        class Page(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Security-Policy", policy)
                self.end_headers()
                self.wfile.write(html.encode())

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}"

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


def test_a_form_in_another_page_under_a_strict_policy(signed_in, page, live_server, elsewhere):
    tab = signed_in()
    build(tab)
    tab.get_by_role("button", name="Publish").click()
    ours = live_server.url
    policy = f"default-src 'none'; script-src {ours}; connect-src {ours}; form-action {ours}"
    html = (
        f"<!doctype html><title>Acme</title><h1>Acme</h1>"
        f'<script async src="{ours}/static/js/form.js" data-form="{ours}/f/ask-us/"></script>'
    )
    site = page()
    there = elsewhere(html, policy)
    site.goto(f"{there}/ask?utm_source=news&utm_medium=email")
    expect(site.get_by_role("form", name="Ask us")).to_be_visible()
    expect(site.get_by_role("heading", name="Ask us")).to_be_visible()
    privacy = site.get_by_role("link", name="Privacy")
    assert privacy.get_attribute("href").endswith("/privacy-policy/?lang=en")
    site.get_by_label("E-mail", exact=True).fill("x")
    site.get_by_role("button", name="Send").click()
    expect(site.get_by_text("This is not an e-mail address.")).to_be_visible()
    site.get_by_label("E-mail", exact=True).fill("ana@acme.example")
    site.get_by_role("button", name="Send").click()
    expect(site.get_by_text("We have received what you sent.")).to_be_visible()
    site.complaints.clear()  # 422 once, and the favicon nobody has
    kept = Submission.objects.get()
    assert kept.page == f"{there}/ask?utm_source=news&utm_medium=email"
    assert kept.proven


@pytest.fixture
def publish():
    """`publish(url=..., confirm=...)` is the address of a form that ends on another page."""

    def made(**more):
        form = forms.create(name="Ask us", by=None)
        draft = forms.draft(form)
        ending = Ending(url=more.pop("url"))
        forms.write(form, replace(draft, ending=ending, **more), by=None)
        return f"/f/{forms.publish(form, by=None).form.slug}/"

    return made


def test_a_form_leads_to_a_page_whose_host_has_umlauts(page, live_server, elsewhere, publish):
    port = elsewhere("<!doctype html><title>x</title><h1>Danke</h1>", "").rpartition(":")[2]
    visitor = page()
    visitor.goto(live_server.url + publish(url=f"http://müller.localhost:{port}/danke"))
    visitor.get_by_label("E-mail", exact=True).fill("ana@acme.example")
    visitor.get_by_role("button", name="Send").click()
    expect(visitor.get_by_role("heading", name="Danke")).to_be_visible()
    assert visitor.complaints == []  # the policy can be read


def test_who_confirms_by_mail_is_led_there_too(page, live_server, elsewhere, publish):
    port = elsewhere("<!doctype html><title>x</title><h1>Danke</h1>", "").rpartition(":")[2]
    path = publish(url=f"http://müller.localhost:{port}/danke", confirm=True)
    visitor = page()
    visitor.request.post(live_server.url + path, form={"email": "ana@acme.example"})
    settled()
    visitor.goto(re.search(r"http\S+/confirm/\S+/", Message.objects.get().text)[0])
    visitor.get_by_role("button", name="Yes, it was me").click()
    expect(visitor.get_by_role("heading", name="Danke")).to_be_visible()
    assert visitor.complaints == []


@pytest.mark.parametrize(("width", "theme"), WIDTHS)
def test_pages_of_forms_read_well(signed_in, page, axe, shoot, width, theme):
    tab = signed_in(theme, 1440)
    tab.goto(tab.base + "/forms/")
    expect(tab.get_by_text("No forms yet")).to_be_visible()
    build(tab)
    tab.get_by_role("button", name="Publish").click()
    visitor = page(theme, width)
    visitor.goto(tab.base + "/f/ask-us/")
    shoot(visitor, f"form-page-{width}-{theme}")
    axe(visitor)
    assert overflow(visitor) <= 0
    for trap in ("", "x"):
        body = {"email": f"ana{trap}@acme.example", "first_name": "Ana", "website-url": trap}
        visitor.request.post(tab.base + "/f/ask-us/", form=body)
    settled()
    number = Submission.objects.first().form_id
    tab = signed_in(theme, width)
    for name, path in {
        "forms": "/forms/",
        "form-new": "/forms/new/",
        "form": f"/forms/{number}/",
        "form-edit": f"/forms/{number}/edit/",
        "form-sent": f"/forms/{number}/submissions/",
        "form-spam": f"/forms/{number}/submissions/?verdict=spam",
    }.items():
        tab.goto(tab.base + path)
        tab.wait_for_load_state("networkidle")
        shoot(tab, f"{name}-{width}-{theme}")
        axe(tab)
        assert overflow(tab) <= 0, name
