"""Against a real SMTP server on this machine."""

import asyncio
import socket
import socketserver
import threading
from datetime import timedelta

import pytest
from aiosmtpd.controller import Controller
from django.utils import timezone

from accord.channels import outbox
from accord.channels.models import Message
from accord.channels.passing import Why
from accord.people.consents import consent
from accord.platform.queue import work

pytestmark = pytest.mark.django_db


class Server:
    """Answers what it is told to, and keeps what it accepted, as it came over the wire."""

    def __init__(self):
        self.accepted = []
        self.rcpt = "250 OK"
        self.end = "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.rcpt.startswith("2"):
            envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, server, session, envelope):
        if self.end == "silence":
            server.transport.abort()
            await asyncio.sleep(0.1)
            return "250 OK"
        if self.end.startswith("2"):
            self.accepted.append(envelope)
        return self.end


@pytest.fixture
def server(settings):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    handler = Server()
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    settings.MAIL_URL = f"smtp://127.0.0.1:{port}"
    settings.MAIL_FROM = "sales@acme.example"
    yield handler
    controller.stop()


def sent(text="Hello Ana\n", **how):
    message = outbox.send(key="k", to="ana@buyer.example", subject="Hello", text=text, **how)
    work.run_due()
    message.refresh_from_db()
    return message


def test_accepted_is_sent(server):
    message = sent()
    assert (message.state, message.reply) == ("sent", "250 OK")
    (envelope,) = server.accepted
    assert envelope.mail_from == "sales@acme.example"
    assert envelope.rcpt_tos == ["ana@buyer.example"]


def test_only_whole_line_ends_and_stuffed_dots_go_over_the_wire(server):
    sent("one\r\n.\r\nMAIL FROM:<evil@x.example>\rtwo\n..three\n\r.\r\nü" + "long " * 400)
    (envelope,) = server.accepted
    raw = envelope.content
    assert raw.count(b"\n") == raw.count(b"\r\n") == raw.count(b"\r")
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert b"\r\n.\r\nMAIL FROM" in raw


@pytest.mark.parametrize("where", ["rcpt", "end"])
@pytest.mark.parametrize(
    ("reply", "state"),
    [("451 4.3.0 try again later", "ready"), ("550 5.1.1 no such user", "failed")],
)
def test_refusals_are_told_apart(server, where, reply, state):
    setattr(server, where, reply)
    message = sent()
    assert (message.state, message.reply, message.attempt) == (state, reply, 1)
    assert server.accepted == []


def test_an_answer_that_takes_no_letter_is_not_taken_for_sent(server):
    server.rcpt = "252 2.5.2 cannot verify the user"
    assert sent().state == Message.State.READY


def test_a_deferred_message_is_sent_later_with_the_same_id(server):
    server.end = "451 4.3.0 try again later"
    message = sent()
    server.end = "250 OK"
    assert work.run_due() == 0
    assert work.run_due(now=timezone.now() + timedelta(minutes=2)) == 1
    message.refresh_from_db()
    assert message.state == "sent"
    assert message.message_id.encode() in server.accepted[0].content


def test_a_connection_lost_after_the_last_line_is_unknown_and_never_tried_again(server):
    server.end = "silence"
    message = sent()
    assert message.state == "unknown"
    server.end = "250 OK"
    assert work.run_due() == 0
    assert server.accepted == []


def test_no_server_is_tried_again(settings):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        settings.MAIL_URL = f"smtp://127.0.0.1:{free.getsockname()[1]}"
    message = sent()
    assert message.state == Message.State.READY
    assert "no mail server answered" in message.reply
    assert "refused" in outbox.trouble()


def test_a_password_is_not_accepted_without_being_asked_for(server, settings):
    settings.MAIL_URL = settings.MAIL_URL.replace("//", "//me:secret@")
    message = sent()
    assert message.state == Message.State.READY
    assert "secret" not in message.reply


@pytest.mark.parametrize("sign", ["p#ss", "p/ss", "p?ss", "12#ss", "12/ss", "[ss", "12?ss"])
def test_a_url_cut_by_a_sign_of_the_password_says_what_to_do_and_shows_nothing(settings, sign):
    settings.MAIL_URL = f"smtp://ben:{sign}@127.0.0.1:587/?starttls=1"
    message = sent()
    assert message.state == Message.State.READY
    assert message.reply == outbox.trouble() == outbox.finding().seen
    assert "# as %23" in message.reply and "ss" not in message.reply.replace("password", "")


@pytest.mark.parametrize("written", ["pü", "p%C3%BC"])
def test_a_password_mail_servers_do_not_read_is_told(server, settings, written):
    settings.MAIL_URL = settings.MAIL_URL.replace("//", f"//ben:{written}@")
    assert sent().reply == outbox.trouble()
    assert "Choose another password" in outbox.trouble()


class Listener(socketserver.StreamRequestHandler):
    """Takes one letter, and keeps every line of it until its end or that of the connection."""

    timeout = 30

    def handle(self):
        self.wfile.write(b"220 mail.acme.example\r\n")
        for line in self.rfile:
            self.wfile.write(b"354 Go on\r\n" if line == b"DATA\r\n" else b"250 OK\r\n")
            if line == b"DATA\r\n":
                break
        self.server.letter = b""
        for line in self.rfile:
            self.server.letter += line
            if line == b".\r\n" or line.endswith(b"quit\r\n"):
                return
        self.server.hung_up = True


@pytest.fixture
def listener(settings):
    with socketserver.TCPServer(("127.0.0.1", 0), Listener) as server:
        server.hung_up = False
        settings.MAIL_URL = f"smtp://127.0.0.1:{server.server_address[1]}"
        settings.MAIL_FROM = "sales@acme.example"
        server.thread = threading.Thread(target=server.handle_request)
        server.thread.start()
        yield server


def test_who_says_stop_as_their_letter_leaves_ends_the_connection_within_it(listener, ana):
    message = outbox.send(key="k", to=ana.email, subject="Hi", text="Hello Ana", why=Why(ana))
    consent.restrict(ana, by=None)
    work.run_due()
    listener.thread.join()
    message.refresh_from_db()
    assert message.state == Message.State.SUPPRESSED
    assert listener.letter.endswith(b"\r\nHello Ana")
    assert listener.hung_up
