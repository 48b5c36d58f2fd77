"""What ends is started again: at once the first second, then with longer and longer waits."""

import pytest

from accord.platform.running.supervisor import AFRESH, HEALTHY, LONGEST_WAIT, Part, pause


@pytest.fixture
def part():
    """A real process that ends by itself, without asking for a database."""
    return Part("web", ["version"])


def ended(part, now):
    """Wait for the process's end and look, as if that were `now`."""
    part.process.wait(30)
    part.look(now)


def test_every_failure_in_a_row_doubles_the_wait(part):
    part.look(100.0)
    now = 100.0
    for failures, wait in ((1, 1.0), (2, 2.0), (3, 4.0)):
        ended(part, now)
        assert (part.failures, part.next_start - now) == (failures, wait)
        part.look(now + wait - 0.1)
        assert part.process is None
        now += wait
        part.look(now)
        assert part.process is not None
    part.process.wait(30)


def test_the_wait_never_passes_half_a_minute():
    assert [pause(failures) for failures in range(5)] == [0.0, 1.0, 2.0, 4.0, 8.0]
    assert pause(6) == pause(60) == LONGEST_WAIT


def test_who_ran_for_a_while_starts_again_with_the_first_wait(part):
    part.failures = 5
    part.look(0.0)
    ended(part, HEALTHY + 1)
    assert part.failures == 0


def test_who_asks_for_a_new_process_gets_it_at_once(part):
    part.failures = 5
    part.look(0.0)
    part.process.wait(30)
    part.process.returncode = AFRESH
    part.look(1.0)
    assert (part.failures, part.process is not None) == (0, True)
    part.process.wait(30)
