"""Every chart once, with the numbers of an invented quarter."""

from accord.web import charts


def figures():
    euro = charts.money("EUR")
    return {
        "funnel": charts.funnel(
            [
                charts.Stage("Leads", 1932, "marketing", 1810),
                charts.Stage("MQL", 614, "marketing", 590),
                charts.Stage("Accepted", 541, "both", 484),
                charts.Stage("SQL", 318, "sales", 293),
                charts.Stage("Opportunity", 143, "sales", 144),
                charts.Stage("Won", 38, "sales", 34),
            ],
            width=716,
            earlier="last quarter, same day",
        ),
        "burn": charts.burn_up(
            charts.Progress(
                points=((0, 0), (10, 60e3), (20, 150e3), (33, 300e3), (45, 480e3), (54, 548e3)),
                plan=900e3,
                days=92,
                today=54,
                ticks=((0, "1 Oct"), (31, "1 Nov"), (54, "today"), (92, "31 Dec")),
                forecast=charts.Forecast(806e3, 871e3, 948e3),
                unit=euro,
            ),
            label="New revenue this quarter, €548k of €900k, forecast €871k",
        ),
        "stacked": charts.stacked(
            [
                charts.Column(
                    f"W{40 + at}", (20e3 + at * 6e3, 18e3 + at * 3e3, 14e3, 9e3 * (at % 3))
                )
                for at in range(8)
            ],
            [charts.Series(name) for name in ("Webinars", "E-mail", "Paid search", "Events")],
            charts.Frame("Pipeline by channel and week", 424, 236, euro),
        ),
        "columns": charts.columns(
            [
                charts.Bar("<15 m", 214, "var(--ok)"),
                charts.Bar("15–30", 168, "var(--ok)"),
                charts.Bar("30–60", 89, "var(--ok)"),
                charts.Bar("1–4 h", 43, "var(--warn)"),
                charts.Bar(">4 h", 19, "var(--bad)"),
            ],
            charts.Frame("First response to accepted leads", 344, 140),
            charts.Marker(3, "SLA 60 min"),
        ),
        "bars": charts.horizontal(
            [
                charts.Bar("No budget this year", 24, "var(--sales)"),
                charts.Bar("Wrong person", 19, "var(--sales)"),
                charts.Bar("Too small", 14, "var(--sales)"),
            ],
            charts.Frame("Why sales sent leads back", 344),
        ),
        "strips": charts.strips(
            [
                charts.Spread("Qualified", 210, 1, 3, 6, 11, 24),
                charts.Spread("Discovery", 143, 2, 8, 14, 26, 61),
                charts.Spread("Proposal", 90, 1, 5, 9, 15, 40),
                charts.Spread("Negotiation", 0, 0, 0, 0, 0, 0),
            ],
            charts.Frame("Days in each stage", 1120, unit=charts.days()),
        ),
        "spark": charts.sparkline(
            [18, 20, 24, 31, 30, 44, 52, 61, 70, 84], threshold=70, label="Score, 18 to 84"
        ),
    }
