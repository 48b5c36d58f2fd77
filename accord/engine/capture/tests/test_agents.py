import gzip
import json
import re

import pytest

from accord.engine.capture import agents
from accord.engine.capture.agents import Actor

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/142.0.0.0 Safari/537.36"
)
BROWSERS = re.compile(
    r"^(Chrome|Chrome Mobile.*|Firefox|Firefox Mobile|Mobile Safari.*|Safari|Edge|Edge Mobile"
    r"|Opera|Opera Mobile|Opera Mini|Samsung Internet|IE|IE Mobile|Vivaldi|Brave|UC Browser"
    r"|Ecosia iOS|DuckDuckGo Mobile)$"
)


@pytest.mark.parametrize(
    ("agent", "actor"),
    [
        (CHROME, Actor.HUMAN),
        (CHROME.replace("Chrome/", "HeadlessChrome/"), Actor.BOT),
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", Actor.BOT),
        ("curl/8.5.0", Actor.BOT),
        ("analytics-python/2.3.0", Actor.BOT),
        ("Mozilla/5.0 (Linux; Android 9; CUBOT_X19) Chrome/87.0 Mobile Safari/537.36", Actor.HUMAN),
        ("", Actor.UNKNOWN),
        ("Acme/1.0", Actor.UNKNOWN),
    ],
)
def test_an_agent_is_of_a_person_a_machine_or_nobody_knows(agent, actor):
    assert agents.actor(agent) is actor


def test_long_agents_are_looked_at_only_in_part():
    assert agents.actor(CHROME + " " * 600 + "Googlebot/2.1") is Actor.HUMAN


def read(real_data, name):
    with gzip.open(real_data / "lists" / name, "rt", encoding="utf-8") as file:
        return file.read()


def test_every_listed_crawler_is_a_bot(real_data):
    listed = json.loads(read(real_data, "crawler-user-agents.json.gz"))
    every = [agent for each in listed for agent in each["instances"]]
    assert len(every) > 2_000
    assert [agent for agent in every if agents.actor(agent) is not Actor.BOT] == []


def test_hardly_a_bot_of_another_list_passes_for_a_person(real_data):
    text = read(real_data, "matomo_device-detector_bots_tests.yml.gz")
    bots = [each.strip("'\"") for each in re.findall(r"^  user_agent: (.*)$", text, re.M)]
    assert len(bots) > 1_300
    human = [agent for agent in bots if agents.actor(agent) is Actor.HUMAN]
    assert len(human) / len(bots) < 0.05


def test_no_browser_of_a_third_list_is_a_bot(real_data):
    text = read(real_data, "uap-core_test_ua.yaml.gz")
    pairs = re.findall(r"user_agent_string: ['\"](.*)['\"]\s*\n\s*family: ['\"](.*)['\"]", text)
    people = [a for a, family in pairs if BROWSERS.match(family) and "Web Preview" not in a]
    assert len(people) > 100
    assert [agent for agent in people if agents.actor(agent) is Actor.BOT] == []
