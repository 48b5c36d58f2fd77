"""Files as other systems write them, and files that should not get in."""

from __future__ import annotations

import gzip
import os
import zipfile
from datetime import datetime

import pytest
import xlsxwriter

from accord.platform.transfer.reading import encodings, sheets, workbooks
from accord.platform.transfer.reading.sheets import Layout

MB = 1 << 20
GERMAN = "Name;Ort\nJürgen Müller;Köln\nRené Straße;Zürich\n"
POLISH = "Imię;Miasto\nŁukasz Wiśniewski;Kraków\n"


@pytest.fixture
def examine(tmp_path):
    def run(content, **more):
        path = tmp_path / "file"
        path.write_bytes(content)
        return sheets.examine(path, limit=more.pop("limit", MB), **more)

    return run


@pytest.mark.parametrize(
    ("text", "encoding", "found"),
    [
        (GERMAN, "utf-8", "utf-8"),
        (GERMAN, "utf-8-sig", "utf-8-sig"),
        (GERMAN, "utf-16", "utf-16"),
        (GERMAN, "utf-16-le", "utf-16-le"),
        (GERMAN, "cp1252", "cp1252"),
        (GERMAN, "mac_roman", "mac_roman"),
        (POLISH, "cp1250", "cp1250"),
        ("Jméno;Město\nJiří Dvořák;Plzeň\n", "cp1250", "cp1250"),
        ("Ad;Şehir\nIşıl Çağlar;İstanbul\n", "cp1254", "cp1254"),
        ("Имя;Город\nИван Петров;Москва\nСергей;Казань\n", "cp1251", "cp1251"),
        ("名前;市\n山田太郎;東京都\n佐藤花子;大阪市北区\n", "cp932", "cp932"),
        ("Navn;By\nSøren Kjærgård;Århus\n", "cp1252", "cp1252"),
        ("Name;Price\nA;12 €\nB;14 €\n", "cp1252", "cp1252"),
    ],
)
def test_the_encoding_is_found_out(examine, text, encoding, found):
    sheet = examine(text.encode(encoding))
    assert sheet.layout.encoding == found
    first, *rest = [line.split(";") for line in text.strip().split("\n")]
    assert list(sheet.headers) == first
    assert [list(row.cells) for row in sheet] == rest


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_out(examine, delimiter):
    rows = [["a", "b, with; signs | x", "c"], ["1", "2,5", "3"], ["4", "5", ""]]
    text = "\n".join(delimiter.join(f'"{cell}"' for cell in row) for row in rows)
    sheet = examine(text.encode())
    assert sheet.layout.delimiter == delimiter
    assert [list(row.cells) for row in sheet] == rows[1:]


def test_the_line_that_names_the_delimiter_is_no_header(examine):
    sheet = examine(b"sep=;\r\na;b\r\n1;2\r\n")
    assert (sheet.headers, sheet.layout, sheet.rows) == (("a", "b"), Layout("utf-8", ";", 2), 1)


def test_rows_keep_their_number_and_blank_ones_are_left_out(examine):
    sheet = examine(b'\n\na,b\n1,"two\nlines"\n,\n3,4\n')
    assert [(row.number, list(row.cells)) for row in sheet] == [
        (4, ["1", "two\nlines"]),
        (6, ["3", "4"]),
    ]
    assert [row.number for row in sheet.after(4)] == [6]
    assert sheet.rows == 2


def test_every_column_has_a_name_of_its_own(examine):
    assert examine(b"a,,a,a,\n1,2,3,4,\n").headers == ("a", "Column 2", "a (2)", "a (3)")


def test_the_header_may_stand_further_down(examine):
    sheet = examine(b"Report,,\nmade today,,\na,b,c\n1,2,3\n", layout=Layout(header_row=3))
    assert (sheet.headers, sheet.rows) == (("a", "b", "c"), 1)


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("Visitors 2026;;;;\nAs of;24.11.2026;;;\n\nName;Firm;Mail;Phone;City\n1;2;3;4;5\n", 4),
        ("Visitors\nName;Firm;Mail\n1;2;3\n1;2;\n4;5;6\n", 2),
        ("Name;Firm;Mail\nTotal;;\n1;2;3\n", 1),
        ("Name;;\n1;2;3\n;;\n", 1),
        ("Name\nAna\nBo\n", 1),
        ("Name;Mail\nAna;\nBo;b\n", 1),
    ],
)
def test_titles_above_the_table_are_passed_over(examine, text, row):
    assert examine(text.encode()).layout.header_row == row


def test_a_packed_file_is_unpacked(examine):
    assert examine(gzip.compress(GERMAN.encode())).headers == ("Name", "Ort")


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"", sheets.Empty),
        (b"a,b\n", sheets.Empty),
        (b"\n\n\n", sheets.Empty),
        (b"%PDF-1.7\n...", encodings.Binary),
        (b"<!DOCTYPE html><html></html>", encodings.Binary),
        (os.urandom(64) + b"\0\0\0\0" + os.urandom(64), encodings.Binary),
        (gzip.compress(b"a,b\n" + b"0,0\n" * MB, mtime=0), sheets.TooLarge),
        (gzip.compress(b"a,b\n1,2\n" * 5000, mtime=0)[:-20], sheets.Broken),
        (b"a,b\n1," + b"x" * 200_000 + b"\n", sheets.LongCell),
        (b",".join(b"c%d" % n for n in range(600)) + b"\n1\n", sheets.TooWide),
    ],
)
def test_what_is_no_table_is_refused_with_a_sentence(examine, content, refusal):
    with pytest.raises(refusal) as told:
        examine(content)
    assert str(told.value).count(".") >= 2


def workbook(path, rows):
    book = xlsxwriter.Workbook(path)
    book.add_worksheet("Empty")
    sheet = book.add_worksheet("People")
    for at, row in enumerate(rows):
        sheet.write_row(at + 2, 1, row)
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write(2, 5, "Since")
    sheet.write_number(3, 5, 46082, day)
    book.close()


def test_a_workbook_becomes_a_table(tmp_path):
    workbook(tmp_path / "book", [["Name", "N", "Share", "Yes"], ["Jürgen", 100000, 1.5, True]])
    assert workbooks.is_workbook(tmp_path / "book")
    turned = workbooks.turn(tmp_path / "book", tmp_path / "out", limit=MB)
    assert (turned.sheets, turned.sheet) == (("Empty", "People"), "People")
    sheet = sheets.examine(tmp_path / "out", limit=MB)
    assert sheet.headers == ("Column 1", "Name", "N", "Share", "Yes", "Since")
    [row] = sheet
    assert (row.number, list(row.cells)) == (
        4,
        ["", "Jürgen", "100000", "1.5", "true", "2026-03-01"],
    )
    with pytest.raises(workbooks.NoSuchSheet):
        workbooks.turn(tmp_path / "book", tmp_path / "out", limit=MB, sheet="Nobody")
    with pytest.raises(workbooks.Hidden):
        workbooks.turn(tmp_path / "book", tmp_path / "out", limit=MB, sheet="Empty")


def test_cells_of_a_workbook_are_written_as_they_are_meant(tmp_path):
    book = xlsxwriter.Workbook(tmp_path / "book")
    sheet = book.add_worksheet()

    def written(style):
        return book.add_format({"num_format": style})

    sheet.merge_range(0, 0, 0, 1, "Name")
    sheet.write_row(0, 2, ["Day", "Moment", "Clock", "Share", "Money", "Long", "Broken", "Sum"])
    sheet.write_row(1, 0, ["Ana", "Díaz"])
    sheet.write_datetime(1, 2, datetime(2026, 3, 31), written("dd.mm.yyyy"))
    sheet.write_number(1, 3, 46112 + 0.58680554, written("dd.mm.yyyy hh:mm"))
    sheet.write_number(1, 4, 0.6041666, written("hh:mm"))
    sheet.write_number(1, 5, 0.25, written("0%"))
    sheet.write_number(1, 6, 1234.5, written("#,##0.00 €"))
    sheet.write_number(1, 7, 49431123456)
    sheet.write_formula(1, 8, "=1/0", None, "#DIV/0!")
    sheet.write_formula(1, 9, "=1+1", None, 2)
    sheet.merge_range(2, 0, 3, 0, "Ben")
    sheet.write(3, 1, "below")
    book.close()
    workbooks.turn(tmp_path / "book", tmp_path / "out", limit=MB)
    found = sheets.examine(tmp_path / "out", limit=MB)
    assert found.headers[:3] == ("Name", "Column 2", "Day")
    first, merged, below = (list(row.cells) for row in found)
    day, moment, clock, share, money, long, broken, total = first[2:]
    assert (day, moment, clock) == ("2026-03-31", "2026-03-31 14:05:00", "14:30:00")
    assert (share, money, long, broken, total) == ("0.25", "1234.5", "49431123456", "", "2")
    assert (merged[0], below[:2]) == ("Ben", ["", "below"])


def test_a_file_of_200_columns_is_read(examine):
    header = b",".join(b"c%d" % at for at in range(200))
    sheet = examine(header + b"\n" + b",".join([b"1"] * 200) + b"\n")
    assert (len(sheet.headers), sheet.rows) == (200, 1)


def test_the_largest_cell_that_fits_is_kept_whole(examine):
    [row] = examine(b'a,b\n1,"' + b"x\n" * 65_000 + b'"\n')
    assert len(row.cells[1]) == 130_000


def test_hostile_workbooks_end_their_own_process_only(tmp_path):
    far = tmp_path / "far.xlsx"
    book = xlsxwriter.Workbook(far)
    sheet = book.add_worksheet()
    sheet.write(0, 0, "a")
    sheet.write(1_048_575, 16_383, "b")
    book.close()
    with pytest.raises(workbooks.TooHeavy):
        workbooks.turn(far, tmp_path / "out", limit=MB)
    bomb = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/sharedStrings.xml", b"\0" * (20 * MB))
    with pytest.raises(workbooks.TooHeavy):
        workbooks.turn(bomb, tmp_path / "out", limit=MB)
    (tmp_path / "no.zip").write_bytes(b"PK\x03\x04" + os.urandom(100))
    with pytest.raises(workbooks.NotAWorkbook):
        workbooks.turn(tmp_path / "no.zip", tmp_path / "out", limit=MB)
    (tmp_path / "old.xls").write_bytes(b"\xd0\xcf\x11\xe0" + os.urandom(100))
    with pytest.raises(workbooks.OldWorkbook, match="Save it as XLSX"):
        workbooks.is_workbook(tmp_path / "old.xls")
