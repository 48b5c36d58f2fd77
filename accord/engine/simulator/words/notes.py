"""What sellers write down: calls, meetings, mails, reasons. Braces are filled by `activities`.

{first} the person, {firm} the company, {plant} the kind of plant, {points} a number of meters,
{cost} a yearly cost in thousands of EUR, {rival} a competitor (invented), {month} a month, {boss} a
title, {product} one of our products, {city} where they are.
"""

from __future__ import annotations

RIVALS = ("Voltrace", "Metrivo", "EnerScope", "Kilowise")

FIRST_CALLS = (
    "{first} reads the meters by hand on the first of the month. About {points} points, two people,"
    " one day. Wants that gone before the next audit.",
    "Peak charge was {cost}k EUR last year and nobody knows which machine did it. Asked for the"
    " foundry case. Will bring the {boss} to a demo.",
    "Short call, {first} was on the shop floor. Interested in alarms when the compressors run at"
    " night. Call again with numbers for {points} meter points.",
    "They have {rival} in one hall and are not happy with the export. Data ends up in a spreadsheet"
    " anyway. Open to a pilot on one line.",
    "New audit due in {month}. The auditor wants measured, not estimated, values per line."
    " {first} owns the project, budget sits with the {boss}.",
    "Customer of theirs asks for carbon figures per part. {first} guesses today. Carbon Ledger"
    " fits, gateway question to be checked with their OT network.",
    "Good talk about the {plant} in {city}: three shifts, two transformers. Main pain:"
    " contracted load exceeded twice since spring. Roughly {cost}k EUR in penalties.",
    "{first} compares three suppliers, us and {rival} among them. Decision before {month}. What"
    " counts: works with the meters they already have.",
    "Has a works council that wants to know whether shifts can be told from the data. Sent the"
    " page on what we store. Otherwise keen.",
    "Runs the {plant} with a spreadsheet of 14 tabs and knows every one of them. Wants it to"
    " survive the day {first} retires. Nice conversation, clear need.",
    "Came through the calculator: {cost}k EUR of peak charge a year. Sceptical about the figure,"
    " so we go through it together on the phone.",
    "New line in {month}, wants meters planned in from the start instead of added later."
    " Electrician is chosen, asked for our list of supported types.",
    "Compared us with {rival} on the web. Asked what happens when the connection is down:"
    " nothing is lost, gateway keeps 40 days. That was the question.",
    "Not the decision maker but the one who will use it. Will introduce us to the {boss}."
    " {points} points to start with, more if it pays off.",
)

NO_ANSWERS = (
    "No answer, left a message.",
    "Rang out. Trying again tomorrow morning.",
    "In a meeting until noon, colleague will pass it on.",
    "Voicemail. Sent a short mail with two dates.",
    "On holiday until the end of the week.",
    "Busy with a machine down, asked to call back.",
)

FOLLOW_UPS = (
    "Went through the offer line by line. {first} wants {product} as an option, not in the base"
    " price.",
    "Pilot data is in: night load is a third of the day's. {first} showed it to the {boss}, who now"
    " wants all of {city} measured.",
    "Purchasing asks for 12 %. Told {first} what we can do instead: two years fixed and training"
    " included.",
    "IT has the security sheet. One question left: may the gateway talk outbound only? Yes. Sent"
    " proof.",
    "{first} is waiting for the investment round in {month}. Close date moved, no change in will.",
    "{rival} came in cheaper on licences but charges for every export. {first} sees it, the"
    " {boss} not yet.",
    "Reference call with the dairy went well. They talked for 40 minutes, mostly about alarms.",
    "Sub-metering plan agreed: {points} points in the first step. Electrician's slot is in"
    " {month}.",
    "Asked about data after the contract ends. Export as CSV at any time, said so and put it in"
    " the offer.",
    "{first} has a new boss. Has to explain the case again, asked for one page with the saving:"
    " {cost}k EUR a year.",
    "Legal wants our data processing agreement on their paper. Passed on, two weeks they say.",
    "Offer is with the {boss}, {first} expects questions on running costs. Sent the five-year"
    " view.",
    "They measured one line with a borrowed gateway. Base load at the weekend: {cost} kW."
    " {first} laughed, then asked for the price of all {points} points.",
    "{first} wants to begin with {points} points only. Fine, price per point stays the same.",
    "Two of their customers ask for carbon figures now. {product} moved from nice to needed.",
    "Budget is there, signature is not: the {boss} travels until the end of {month}.",
    "Quiet for a while because of stocktaking. Still the first project after it, says {first}.",
)

QUALIFYING = (
    "Half an hour with {first}. Need is clear: {points} points, monthly readings by hand today."
    " Money is there if payback stays under two years. Decides together with the {boss}.",
    "{first} shared the bill: peak charge of {cost}k EUR. Wants it down before {month}. The"
    " {boss} knows and is waiting for a proposal. Qualified.",
    "Went through the four questions. Need: audit. Budget: in the plan. Who decides: the {boss}."
    " When: before {month}. Next: first site plan.",
    "Video call with {first} and a colleague from automation. {points} meters, half of them"
    " readable. They tried {rival} two years ago and stopped over the exports.",
    "{first} has a mandate from the {boss} to find a supplier by {month}. Three on the list."
    " Asked for a visit at the {plant}.",
    "Looked at a load profile together, first time they saw one by the quarter hour. {first}"
    " wants that for the whole {plant}. About {cost}k EUR a year to win.",
)

MEETINGS = (
    "Demo with {first}, the {boss} and somebody from IT. Best moment: their own load profile on"
    " screen within ten minutes. Objection: another portal to log in to. Next: offer for"
    " {points} points.",
    "On site in {city}. Walked the {plant} from transformer to compressor room. Half of the"
    " meters can be read already, the rest needs pulse adapters. Draft of the metering plan by"
    " Friday.",
    "Workshop on the audit. They need measured values for eight significant uses, have three. We"
    " cover five with {points} points. {first} writes the internal request.",
    "Met the {boss}. Cares about one number: payback. With {cost}k EUR peak charge a year it is"
    " under 14 months; agreed on how we count it.",
    "Video call, 45 minutes. Showed {product}. {first} asked who else in the trade uses it;"
    " promised a reference in the same business.",
    "Price meeting. They put {rival} beside us. We lead on meters supported and alarms, they on"
    " price. {first} wants a decision in {month}.",
    "Kick-off of the pilot: gateway mounted, first values after 20 minutes. {first} sends the"
    " list of machines. Review in four weeks.",
    "Review of the pilot. Found a compressor that ran all weekend, about {cost}k EUR a year. The"
    " {boss} asked for the price of the whole site.",
    "Contract talk with purchasing. Open: payment in two parts, price fixed for two years."
    " Everything else is agreed.",
    "Walked through the metering plan with {first} and their electrician. {points} points, two"
    " evenings of work, no standstill. He will quote until Friday.",
    "{first} brought the auditor along. He likes that values are signed at the meter. One"
    " question open: how long we keep raw readings.",
    "Workshop with production: alarms only help if somebody gets them. Agreed on three people"
    " and two thresholds for the {plant}.",
    "Asked for by the {boss}: a comparison with {rival} on one page. Went through ours line by"
    " line, two rows go to them. Said so.",
    "Met at their office in {city}. The plan is one site now, two more next year if the numbers"
    " hold.",
)

MAILS = (
    "Sent the summary of our call and the case of the foundry.",
    "Sent the offer with {product} as an option.",
    "Answered the questions on security and hosting; attached the sheet.",
    "Sent three dates for the demo.",
    "Sent the list of supported meters and asked for theirs.",
    "Asked whether the investment round has taken place.",
    "Sent the payback calculation on their own figures: {cost}k EUR a year.",
    "Introduced our engineer for the metering plan.",
)

NOTES = (
    "Electrician they work with is one of our partners. Ask him first.",
    "Fiscal year ends in {month}. After that it is next year's money.",
    "{first} prefers calls before eight.",
    "Two more sites belong to the group; decided one by one.",
    "Meters are from three makers, list is in the mail of the engineer.",
    "Watch out: {rival} has a friend in purchasing.",
)

WON = {
    "Best fit": (
        "Works with the meters they have. That decided it.",
        "Alarms and audit report in one; nobody else had both.",
        "The pilot paid for itself in six weeks.",
    ),
    "Price and value": (
        "Payback of 13 months convinced the CFO.",
        "Two years fixed price against a small discount.",
    ),
    "Trust in our team": (
        "They liked that we told them what we cannot do.",
        "On-site visit made the difference.",
    ),
    "Existing customer": (
        "Next site, same set-up.",
        "Extension after a good first year.",
        "Second plant saw the figures of the first.",
    ),
}

LOST = {
    "Too expensive": (
        "20 % above the other offer and no room left.",
        "Gateway cost per meter too high for a small site.",
        "Liked it, but payback of 30 months is twice what the CFO allows.",
    ),
    "Chose a competitor": (
        "Went with {rival}: already in use at the parent company.",
        "{rival} threw in the hardware.",
        "{rival} was there first and we came in when the tender was written.",
    ),
    "No budget": (
        "Investment stop until further notice.",
        "Money went into the new furnace.",
        "Grant they counted on was refused.",
    ),
    "No decision": (
        "Project was put off for the third time.",
        "Nobody wanted to own it after the reorganisation.",
        "They keep reading by hand for now. No villain, no winner.",
    ),
    "Missing feature": (
        "Needs steam meters over M-Bus, which we do not read yet.",
        "Wanted to run it without any connection to the outside.",
    ),
    "Bad timing": (
        "Moves the plant next year, wants to talk afterwards.",
        "Audit passed with estimates once more, no pressure now.",
    ),
    "No longer in touch": (
        "No answer to five attempts since the offer.",
        "Contact left the company, successor not interested.",
    ),
}

RETURNS = (
    ("No need now", 4.0),
    ("Company too small", 3.0),
    ("Wrong person", 3.0),
    ("Cannot be reached", 3.0),
    ("Student or researcher", 1.5),
    ("Competitor or supplier", 1.0),
    ("Outside our countries", 0.8),
)

NEXT_STEPS = {
    "qualified": (
        ("call", "Call {first}: who decides, and by when?"),
        ("call", "Ask {first} which meters are there already"),
        ("email", "Send {first} the list of supported meters"),
    ),
    "discovery": (
        ("meeting", "Demo for {first} and the {boss}"),
        ("meeting", "Walk the site in {city}"),
        ("todo", "Draft the metering plan"),
        ("call", "Ask {first} for last year's load profile"),
    ),
    "proposal": (
        ("todo", "Send the offer with {product} as an option"),
        ("call", "Go through the offer with {first}"),
        ("email", "Send the payback calculation to the {boss}"),
    ),
    "negotiation": (
        ("call", "Get the answer on the two-year price"),
        ("meeting", "Contract talk with purchasing"),
        ("email", "Send the signed data processing agreement"),
        ("call", "Call {first} about the signature"),
    ),
}

MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
