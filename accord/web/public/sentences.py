"""What the verbs behind public pages refuse with, so that it is translated.

`public` shows a refusal's own sentence in the reader's language; a test says when one is missing.
"""

from django.utils.translation import gettext_noop

SENTENCES = (
    gettext_noop("This link has expired or was cut off. Choose again, and a new one comes."),
    gettext_noop("Choose one of the pauses that are offered."),
)
