"""What the verbs behind public pages refuse with, so that it is translated.

`public` shows a refusal's own sentence in the reader's language; a test says when one is missing.
"""

from django.utils.translation import gettext_noop

SENTENCES = (
    gettext_noop("This link has expired or was cut off. Choose again, and a new one comes."),
    gettext_noop(
        "You said stop after you asked for this link: it has ended. Choose again for a new one."
    ),
    gettext_noop(
        "This text holds a character that cannot be kept (number zero). Take it out and try again."
    ),
    gettext_noop("This is too large to be sent by a form."),
    gettext_noop("What was sent cannot be read: it was damaged on its way."),
    gettext_noop("Choose one of the pauses that are offered."),
)
