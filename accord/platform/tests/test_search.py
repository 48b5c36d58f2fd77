from django.db import connection

from accord.platform import search


def test_folding_takes_accents_away():
    assert search.fold("Jörg MÜLLER-Łęcki, Straße") == "jorg muller-lecki, strase"


def test_the_database_folds_as_we_do(db):
    """Beyond the letters we fold, both leave small letters alone."""
    letters = "".join(chr(code) for code in range(1, 0x250))
    letters = "".join(each for each in letters if len(each.lower()) == 1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT accord_fold(%s)", [letters])
        [folded] = cursor.fetchone()
    assert folded == search.fold(letters)
    assert len(search.ACCENTED) == len(search.PLAIN)
