import pytest

from accord.web.collect import addresses


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("203.0.113.77", "203.0.113.0"),
        ("2001:db8:abcd:12:3456::1", "2001:db8:abcd::"),
        ("::ffff:203.0.113.77", "203.0.113.0"),
        ("fe80::1%eth0", "fe80::"),
        ("", ""),
        ("unknown", ""),
    ],
)
def test_only_the_network_of_an_address_is_kept(address, kept):
    assert addresses.truncated(address) == kept


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("203.0.113.7", "198.51.100.1", "203.0.113.7"),
        ("127.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "10.9.9.9, 198.51.100.1, 127.0.0.1", "198.51.100.1"),
        ("::ffff:127.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "198.51.100.1, ::ffff:127.0.0.1", "198.51.100.1"),
        ("127.0.0.1", "no address", "127.0.0.1"),
        ("127.0.0.1", "6.6.6.6, no address", "127.0.0.1"),
        ("127.0.0.1", "6.6.6.6, no address, 127.0.0.1", "127.0.0.1"),
        ("127.0.0.1", "6.6.6.6, 203.0.113.9:4711", "203.0.113.9"),
        ("127.0.0.1", "6.6.6.6, [2001:db8::9]:4711, 127.0.0.1:80", "2001:db8::9"),
        ("127.0.0.1", "[2001:db8::9]", "2001:db8::9"),
        ("127.0.0.1", "6.6.6.6, 2001:db8::9", "2001:db8::9"),
        ("127.0.0.1", "6.6.6.6, ", "6.6.6.6"),
        ("127.0.0.1", "", "127.0.0.1"),
    ],
)
def test_only_a_proxy_of_ours_is_believed(peer, forwarded, client):
    assert addresses.client(peer, forwarded, {"127.0.0.1"}) == client


@pytest.mark.parametrize(
    ("written", "peer"),
    [
        ("::ffff:10.0.0.7", "10.0.0.7"),
        ("::ffff:10.0.0.7", "::ffff:10.0.0.7"),
        ("fe80::1%eth0", "fe80::1%eth0"),
        ("2001:DB8:0::7", "2001:db8::7"),
        ("*", "203.0.113.7"),
    ],
)
def test_a_proxy_is_believed_however_it_is_written(written, peer):
    proxies = addresses.proxies_of([written])
    assert addresses.client(peer, "198.51.100.1", proxies) == "198.51.100.1"


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("203.0.113.77", "203.0.113.77"),
        ("::ffff:203.0.113.77", "203.0.113.77"),
        ("2001:db8:abcd:12:3456::1", "2001:db8:abcd:12::"),
        ("2001:db8:abcd:12:ffff::9", "2001:db8:abcd:12::"),
        ("2001:db8:abcd:13::1", "2001:db8:abcd:13::"),
        ("unknown", ""),
    ],
)
def test_who_has_a_whole_network_is_counted_as_one(address, counted):
    assert addresses.counted(address) == counted
