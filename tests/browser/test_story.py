"""One person from an ad to erasure: real processes and Chromium, the record, and what is left."""

import io
import json
import mailbox
import re
import shutil
import time
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests import instance as instances
from tests.browser import shop
from tests.browser.conftest import CHROME, overflow
from tests.browser.test_banner import WORDS, asked
from tests.browser.test_script import KEPT
from tests.chaos import heard
from tests.instance import Instance
from tests.stories.canary import SONG

PHONE = (
    "Mozilla/5.0 (Linux; Android 16; Pixel 9) AppleWebKit/537.36 Chrome/142.0 Mobile Safari/537.36"
)
AD = f"/?utm_source=google&utm_medium=cpc&utm_campaign=spring&gclid={SONG}click"
NAME, EMAIL = f"Ana {SONG}", f"ana.{SONG}@home.example"
MESSAGE = f"A roof of 80 m², says {SONG}"
PASSWORD = "correct horse battery"
SEGMENT = "Agreed and saw prices twice"
BEGIN = f"""
from dataclasses import replace
from accord.channels.models import WriteKey
from accord.engine.consent.terms import Channel
from accord.engine.forms.terms import Consent
from accord.marketing.forms import forms, questions
from accord.people import lifecycle
from accord.people.consents import banner, purposes
from accord.people.segments import saving
from accord.platform.access import accounts, preferences
from accord.platform.running import startup
for each in startup._ready:
    each()
lifecycle.ensure()
preferences.change(company_name="Heliogrid", by=None)
olga = accounts.add(
    email="olga@accord.example", name="Olga", roles=["owner"], password="{PASSWORD}", by=None)
WriteKey.objects.create(key="browser-key", name="heliogrid.example", kind="browser")
offers = purposes.add(label="Offers", double=True, by=None)
purposes.word(offers, language="en", text="Send me offers by e-mail.", by=None)
banner.word(banner.{WORDS!r}, language="en", by=None)
known = questions.catalogue()
asked = tuple(known[name] for name in ("first_name", "last_name", "country", "message"))
box = Consent(offers.pk, Channel.EMAIL, 0, 1, "", "")
form = forms.create(name="Ask us", by=olga)
draft = forms.Definition(
    "Ask us", questions=(replace(known["email"], required=True), *asked), consents=(box,))
forms.write(form, draft, by=olga)
forms.publish(form, by=olga)
prices = {{"property": "url", "kind": "text", "contains": "/prices"}}
rule = {{"all": [
    {{"event": "page.viewed", "times": {{"at_least": 2}}, "where": [prices]}},
    {{"consent": "offers", "channel": "email", "state": "given"}},
]}}
saving.create(name="{SEGMENT}", rule=rule, by=olga)
"""
NOWHERE = {"dump": set(), "backup": set(), "lake": set(), "file": set()}


@dataclass
class House:
    """A company: its Accord, the mailboxes it writes to, and its web site."""

    instance: Instance
    mailbox: Path
    base: str
    shop: str
    shoot: object
    axe: object
    read: set = field(default_factory=set)

    def one(self, sql, *values):
        [(value,)] = self.instance.ask(sql, *values)
        return value

    def all(self, sql, *values):
        return [row[0] for row in self.instance.ask(sql, *values)]

    def until(self, sql, wanted):
        until = time.monotonic() + 60
        while (found := self.all(sql)) != wanted:
            assert time.monotonic() < until, f"{sql}: {found} instead of {wanted}"
            time.sleep(0.05)

    def look(self, tab, name):
        """See the page in both widths (with ACCORD_SCREENSHOTS): it fits, also to axe."""
        before = tab.viewport_size
        for width in (1440, 390):
            tab.set_viewport_size({"width": width, "height": 1100})
            self.shoot(tab, f"{name}-{width}")
            assert overflow(tab) <= 0, name
        self.axe(tab)
        tab.set_viewport_size(before)

    def letter(self, path):
        """The link of this kind in a letter nobody has read yet, waited for."""
        instances.wait(lambda: _links(self.mailbox, path) - self.read, seconds=60, every=0.1)
        [link] = _links(self.mailbox, path) - self.read
        self.read.add(link)
        return link


def _links(box, path):
    texts = [each.get_payload(decode=True).decode() for each in mailbox.Maildir(box)]
    return {link for text in texts for link in re.findall(rf"http\S+{path}\S+", text)}


@pytest.fixture
def house(beside, tmp_path, shoot, axe):
    beside.python(BEGIN)
    box = tmp_path / "mailbox"
    mailbox.Maildir(box, create=True)
    base, collect = shop.open_house(beside, box)
    with shop.site(collect, base) as address:
        yield House(beside, box, base, address, shoot, axe)


PAGES = (
    "SELECT properties->>'path' FROM platform_event WHERE name = 'page.viewed' "
    "ORDER BY happened_at, id"
)
VISITORS = "SELECT count(*) FROM people_visitor"
KNOWN = "SELECT count(*) FROM people_visitor WHERE contact_id IS NOT NULL"
TOLD = [  # newest first
    f"Entered the segment “{SEGMENT}”",
    "Visited 3 pages",
    "Recognised on a device",
    "Submitted sign-in",
    "Said who they are",
    "Confirmed Ask us by mail",
    "Recognised on a device",
    "Confirmed by mail: Offers, e-mail",
    "Contact created",
    "Agreed: Offers, e-mail",
    "Submitted Ask us",
    "Visited 3 pages",
]
MEMBERS = "SELECT count(*) FROM people_membership"


def test_one_person_from_an_ad_to_erasure(house, page, capsys, tmp_path):
    tab, phone = page(), page(width=390, user_agent=PHONE)
    reads_and_refuses(house, tab)
    changes_their_mind(house, tab)
    fills_in_the_form(house, tab)
    confirms_by_mail(house, tab)
    signs_in_elsewhere(house, phone)
    seconds = enters_the_segment(house, phone)
    with capsys.disabled():
        print(f"\nfrom the click to the segment: {seconds:.2f} s")
    staff = signed_in(house, page())
    the_record_tells_it(house, staff)
    the_proof_is_whole(staff)
    looks(house, staff)
    asks(house, tab, "A copy of everything you keep of me")
    gets_a_copy(house, staff)
    asks(house, phone, "Erase everything you keep of me")
    old = everything_is_known(house, tmp_path)
    is_erased(house, staff)
    nothing_is_left(house, old)


def reads_and_refuses(house, tab):
    """Three pages from an ad, recognising refused: counted, and nothing is kept of anybody."""
    tab.goto(house.shop + AD)
    house.look(tab, "story-banner")
    asked(tab).get_by_role("button", name="Refuse").click()
    for link, title in (("Prices", "Prices"), ("Guide", "How to choose")):
        tab.get_by_role("link", name=link).click()
        expect(tab.get_by_role("heading", level=1)).to_have_text(title)
        tab.wait_for_function("() => window.accord && accord.banner")
        assert tab.get_by_role("dialog").count() == 0
    house.until("SELECT sum(views) FROM channels_pagecount", [3])
    house.until("SELECT agreed FROM people_banneranswer", [[]])
    assert house.all("SELECT channel FROM channels_pagecount WHERE channel <> ''") == [
        "paid_search"
    ]
    assert house.one(VISITORS) == 0 and house.all(PAGES) == []
    assert list(tab.evaluate(KEPT)["local"]) == ["accord.consent"]
    assert heard.everywhere(house.instance, SONG) == NOWHERE


def changes_their_mind(house, tab):
    """Back on the page of the ad they agree; what they read from then on is kept."""
    tab.go_back()
    tab.go_back()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Solar for your roof")
    tab.wait_for_function("() => window.accord && accord.banner")
    tab.get_by_text("Privacy choices").click()
    asked(tab).get_by_role("button", name="Accept").click()
    house.until(PAGES, ["/"])
    tab.get_by_role("link", name="Prices").click()
    house.until(PAGES, ["/", "/prices"])
    said = "SELECT agreed FROM people_banneranswer ORDER BY id"
    assert house.all(said) == [[], ["marketing", "visits"]]
    device = "SELECT device FROM people_banneranswer WHERE device <> ''"
    assert house.all("SELECT name FROM people_visitor") == house.all(device)


def fills_in_the_form(house, tab):
    tab.get_by_role("link", name="Ask us").click()
    tab.get_by_label("E-mail", exact=True).fill(EMAIL)
    tab.get_by_label("First name").fill("Ana")
    tab.get_by_label("Last name").fill(SONG)
    tab.get_by_label("Country").select_option(label="Spain")
    tab.get_by_label("Message").fill(MESSAGE)
    tab.get_by_label("Send me offers by e-mail.").check()
    house.look(tab, "story-form")
    tab.get_by_role("button", name="Send").click()
    expect(tab.get_by_text("look into your mailbox")).to_be_visible()
    house.look(tab, "story-form-sent")


def confirms_by_mail(house, tab):
    house.until(PAGES, ["/", "/prices", "/ask"])
    assert house.all("SELECT what FROM people_consentrecord") == []
    tab.goto(house.letter("/confirm/"))
    house.look(tab, "story-confirm")
    tab.get_by_role("button", name="Yes, it was me").click()
    expect(tab.get_by_text("that is confirmed")).to_be_visible()
    house.look(tab, "story-confirmed")
    house.until(KNOWN, [1])


def signs_in_elsewhere(house, phone):
    """Another device is nobody's until they sign in on it with the same address."""
    phone.goto(f"{house.shop}/account")
    asked(phone).get_by_role("button", name="Accept").click()
    house.until(VISITORS, [2])
    assert house.one(KNOWN) == 1
    phone.get_by_label("Your e-mail").fill(EMAIL)
    phone.get_by_role("button", name="Sign in").click()
    house.until(KNOWN, [2])


def enters_the_segment(house, phone):
    """A page more, and they are in it; answers the seconds it took from the click."""
    assert house.one(MEMBERS) == 0
    begun = time.monotonic()
    phone.get_by_role("link", name="Prices").click(no_wait_after=True)
    instances.wait(lambda: house.one(MEMBERS), seconds=60, every=0.02)
    return time.monotonic() - begun


def signed_in(house, staff):
    staff.goto(f"{house.base}/sign-in/")
    staff.get_by_label("E-mail address").fill("olga@accord.example")
    staff.get_by_label("Password").fill(PASSWORD)
    staff.get_by_role("button", name="Sign in").click()
    staff.wait_for_url(lambda url: "sign-in" not in url)
    return staff


def the_record_tells_it(house, staff):
    """How they came, what they read, sent, confirmed and agreed to, where they are: no more."""
    staff.goto(f"{house.base}/contacts/{contact(house)}/")
    for said in ("google", "Paid search", "spring", f"gclid={SONG}click"):
        expect(staff.locator("#details")).to_contain_text(said)
    told = staff.locator("#timeline .event")
    expect(told.locator(".what b")).to_have_text(TOLD)
    expect(told.filter(has_text="Submitted Ask us")).to_contain_text(MESSAGE)
    newer, first = told.filter(has_text="Visited 3 pages").all()
    expect(first).to_contain_text("Came by Paid search · spring")
    expect(first).to_contain_text("Solar for your roof · Prices · Ask us")
    expect(newer).to_contain_text("Sign in · Welcome back · Prices")
    expect(staff.locator("#timeline")).not_to_contain_text("How to choose")  # read before consent
    expect(staff.locator("#timeline")).not_to_contain_text("irect")
    expect(staff.locator("#segments-of")).to_contain_text(SEGMENT)
    expect(staff.locator("#consent ul")).to_contain_text("E-mail Consent")
    expect(staff.locator("#alike li")).to_have_count(2)
    expect(staff.locator("#alike")).to_contain_text("A form said so")
    expect(staff.locator("#alike").get_by_text("Agreed to be recognised")).to_have_count(2)


def contact(house):
    return house.one("SELECT id FROM people_contact")


def the_proof_is_whole(staff):
    """Which words they agreed to, where and when: in the form, in the mail, in the banner."""
    staff.locator("#consent").get_by_role("link", name="Proof").click()
    said = staff.locator(".said").first.locator("li")
    expect(said).to_have_count(2)
    for row in said.all():
        expect(row).to_contain_text("Send me offers by e-mail.")
        expect(row).to_contain_text("/ask")
        expect(row).to_contain_text("the person")
    banners = staff.locator("#recognised li")
    expect(banners).to_have_count(2)
    expect(banners.last).to_contain_text(f"{WORDS.visits}: {WORDS.visits_text}")
    expect(banners.last).to_contain_text(CHROME)
    expect(banners.first).to_contain_text(PHONE)
    expect(staff.get_by_text("Not as it was written")).to_have_count(0)


def looks(house, staff):
    here = f"{house.base}/contacts/{contact(house)}/"
    for path, name in (("", "record"), ("consent/", "proof")):
        staff.goto(here + path)
        staff.wait_for_load_state("networkidle")
        house.look(staff, f"story-{name}")
    staff.set_viewport_size({"width": 390, "height": 1100})
    staff.goto(here)
    for part in ("Details", "Related"):
        staff.locator(".rectabs").get_by_role("link", name=part).click()
        staff.wait_for_load_state("networkidle")
        house.shoot(staff, f"story-{part.lower()}-390")
    staff.set_viewport_size({"width": 1440, "height": 900})


def asks(house, tab, words):
    """On the public page, and again by the link that was mailed."""
    tab.goto(f"{house.base}/privacy/")
    tab.get_by_label(words).check()
    tab.get_by_label("Your e-mail address").fill(EMAIL)
    house.look(tab, "story-privacy")
    tab.get_by_role("button", name="Mail me the link").click()
    house.look(tab, "story-privacy-mailed")
    tab.goto(house.letter("/privacy/"))
    expect(tab.get_by_text(words)).to_be_visible()
    house.look(tab, "story-privacy-confirm")
    tab.get_by_role("button", name="Yes, I ask this").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("We have your request")
    house.look(tab, "story-privacy-asked")


def gets_a_copy(house, staff):
    """Everything they said and did is in it, with the words they agreed to."""
    staff.goto(f"{house.base}/settings/privacy/")
    staff.get_by_role("link", name="Copy").first.click()
    with staff.expect_download() as download:
        staff.get_by_role("button", name="Download the copy").click()
    with zipfile.ZipFile(io.BytesIO(Path(download.value.path()).read_bytes())) as archive:
        page, data = archive.read("index.html").decode(), archive.read("data.json").decode()
    mine = ["Ana", EMAIL, f"{SONG}click", MESSAGE, WORDS.visits_text, *devices(house)]
    assert {each for each in mine if each not in data or each not in page} == set()
    assert json.loads(data)["data"]["contact"][0]["email"] == EMAIL
    staff.get_by_role("button", name="Answered").click()
    expect(staff.get_by_text("Saved.")).to_be_visible()


def devices(house):
    return house.all("SELECT name FROM people_visitor")


def everything_is_known(house, folder):
    """They are heard in every place before they are erased; answers a backup of then."""
    assert house.instance.run("lake", "ship").returncode == 0
    before = heard.everywhere(house.instance, SONG)
    assert before["dump"] > {"people_contact", "marketing_submission", "channels_message"}
    assert before["lake"]
    made = house.instance.run("backup")
    return Path(shutil.move(made.stdout.split("  ")[0], folder / "old.backup")), devices(house)


def is_erased(house, staff):
    staff.goto(f"{house.base}/settings/privacy/")
    staff.get_by_role("link", name="Erasure").first.click()
    staff.get_by_role("link", name="See what goes and what stays").click()
    house.look(staff, "story-erasure")
    staff.get_by_label("Write the number of the record").fill(str(contact(house)))
    staff.get_by_role("button", name="Erase for good").click()
    expect(staff.get_by_role("heading", name="Erased")).to_be_visible()
    staff.get_by_role("link", name="Go to the request and close it").click()
    staff.get_by_role("button", name="Answered").click()
    expect(staff.get_by_text("Saved.")).to_be_visible()
    house.look(staff, "story-request")


def nothing_is_left(house, kept):
    """Not where Accord runs, nor after the backup made before was restored."""
    old, names = kept
    house.instance.end()
    assert heard.everywhere(house.instance, SONG, *names) == NOWHERE
    assert all(heard.tables(old, word) for word in (SONG, *names))
    restored = house.instance.run("restore", str(old))
    assert restored.returncode == 0 and SONG not in restored.stdout + restored.stderr
    assert heard.everywhere(house.instance, SONG, *names) == NOWHERE
