import pytest

from accord.engine.segments import BadRule, from_json
from accord.engine.segments.schema import Column, Events, Link, Schema, Table
from accord.engine.segments.sql import compile_rule
from accord.engine.segments.terms import Kind
from accord.engine.segments.tests.cast import BERLIN, NOON
from accord.engine.segments.times import Clock

HOSTILE = "x'; DROP TABLE people; --\"$1 %s %(p1)s"
SCHEMA = Schema(
    Table("people", {"city": Column(Kind.TEXT, "city"), "size": Column(Kind.NUMBER, "c", "size")}),
    events=Events("happenings"),
    lists=Link("members", to="list_id"),
)


def compiled(data, dialect="postgres", **more):
    return compile_rule(from_json(data), SCHEMA, Clock(NOON, BERLIN), dialect=dialect, **more)


@pytest.mark.parametrize("dialect", ["postgres", "duckdb"])
def test_nothing_a_user_writes_stands_in_the_text(dialect):
    query = compiled(
        {
            "all": [
                {"contact": "city", "kind": "text", "is": HOSTILE},
                {"contact": "city", "kind": "text", "ends_with": HOSTILE},
                {
                    "event": HOSTILE,
                    "where": [{"property": "x'; DROP", "kind": "text", "contains": HOSTILE}],
                },
                {"bucket": HOSTILE, "from": 0, "below": 5},
            ]
        },
        dialect,
    )
    assert "DROP" not in query.sql
    assert any("DROP" in str(value) for value in query.parameters.values())


def test_equal_lines_share_one_sub_select():
    viewed = {"event": "a", "times": {"at_least": 2}}
    query = compiled({"any": [viewed, {"not": viewed}, {"event": "a", "times": {"at_most": 1}}]})
    assert query.sql.count("happenings") == 1


def test_a_query_about_few_people_is_narrowed_everywhere():
    query = compiled({"all": [{"event": "a"}, {"list": 3}]}, people=[5, 4, 5])
    assert query.parameters["people"] == [4, 5]
    assert query.sql.count("%(people)s") == 3


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({"contact": "password", "kind": "text", "is": "a"}, "no field “password”"),
        ({"contact": "city", "kind": "number", "above": 1}, "not a number"),
        ({"company": "name", "kind": "text", "is": "a"}, "Companies cannot be asked for"),
        ({"deal": "any"}, "Deals cannot be asked for"),
        ({"consent": "a", "channel": "b", "state": "never"}, "Consent cannot be asked for"),
        ({"lifecycle": "was", "stages": ["a"]}, "Lifecycle history cannot be asked for"),
    ],
)
def test_what_the_schema_lacks_is_refused_before_any_sql_runs(data, says):
    with pytest.raises(BadRule, match=says):
        compiled(data)


@pytest.mark.parametrize("name", ["people; DROP", 'a"b', "", "A", "a.b", "1a"])
def test_a_name_that_is_none_makes_no_schema(name):
    with pytest.raises(ValueError, match="no name"):
        Table(name)
    with pytest.raises(ValueError, match="no name"):
        Column(Kind.TEXT, name)
