"""Workbooks: each sheet is a table, and the cells say what a column is."""

import zipfile
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest
import python_calamine

from dativo_generator.importers.read import read
from dativo_generator.importers.source import Options
from dativo_generator.importers.table import ImportFailed, Table

_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
# The second style is a day.
_STYLES = f'<styleSheet xmlns="{_MAIN}"><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>'


def cell(value: Any) -> str:
    if isinstance(value, bool):
        return f'<c t="b"><v>{int(value)}</v></c>'
    if isinstance(value, tuple):  # a day, as the number that it is
        return f'<c s="1"><v>{value[0]}</v></c>'
    if isinstance(value, int | float):
        return f"<c><v>{value}</v></c>"
    return f'<c t="inlineStr"><is><t>{escape(value)}</t></is></c>' if value else "<c/>"


def workbook(path: Path, **sheets: list[list[Any]]) -> str:
    """Write a workbook as small as Excel takes it."""
    with zipfile.ZipFile(path, "w") as archive:
        listed = "".join(f'<sheet name="{name}" sheetId="{n}" r:id="r{n}"/>' for n, name in enumerate(sheets, 1))
        parts = "".join(
            f'<Relationship Id="r{n}" Type="{_OFFICE}/worksheet" Target="worksheets/{n}.xml"/>'
            for n in range(1, len(sheets) + 1)
        )
        styles = f'<Relationship Id="s" Type="{_OFFICE}/styles" Target="styles.xml"/>'
        whole = f'<Relationship Id="w" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
        archive.writestr("_rels/.rels", f'<Relationships xmlns="{_RELATIONS}">{whole}</Relationships>')
        archive.writestr("[Content_Types].xml", f'<Types xmlns="{_TYPES}"/>')
        archive.writestr(
            "xl/workbook.xml", f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{listed}</sheets></workbook>'
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{_RELATIONS}">{parts}{styles}</Relationships>'
        )
        archive.writestr("xl/styles.xml", _STYLES)
        for number, rows in enumerate(sheets.values(), 1):
            written = "".join(f"<row>{''.join(map(cell, row))}</row>" for row in rows)
            archive.writestr(
                f"xl/worksheets/{number}.xml",
                f'<worksheet xmlns="{_MAIN}"><sheetData>{written}</sheetData></worksheet>',
            )
    return str(path)


def types(table: Table) -> dict[str, str]:
    return {column.name: column.type for column in table.columns}


PEOPLE = [
    ["id", "share", "paid", "day", "mail", "mixed", "empty"],
    [1, 1.5, True, (45000,), "ada@example.com", 1, ""],
    [2, 2, False, (45001,), "bob@example.org", "x", ""],
]


def test_every_sheet_is_a_table_of_what_its_cells_are(tmp_path: Path) -> None:
    people, lines = read(workbook(tmp_path / "a.xlsx", People=PEOPLE, Lines=[["n"], [1]], Nothing=[]))
    expected = {"id": "integer", "share": "double", "paid": "boolean", "day": "date"}
    assert (people.name, types(people)) == ("People", expected | dict.fromkeys(("mail", "mixed", "empty"), "string"))
    assert (lines.name, types(lines)) == ("Lines", {"n": "integer"})
    assert people.columns[4].seen is not None
    assert not any(column.required for column in people.columns)


def test_a_sheet_can_be_named(tmp_path: Path) -> None:
    source = workbook(tmp_path / "a.xlsx", People=PEOPLE, Lines=[["n"], [1], [""], [3]])
    (table,) = read(source, Options(table="lines", required_from_data=True))
    assert (table.name, [column.required for column in table.columns]) == ("Lines", [True])
    with pytest.raises(ImportFailed, match="there is no sheet 'Other'"):
        read(source, Options(table="Other"))


def test_a_sheet_that_is_no_table_is_left_out_and_named(tmp_path: Path) -> None:
    bad = {"Title": [["A title", ""], ["a", "b"]], "Twice": [["a", "a"], [1, 2]], "Header": [["a"]]}
    (table,) = read(workbook(tmp_path / "a.xlsx", People=PEOPLE, **bad))
    reasons = "'Title' (column 2 has no name in the first row), 'Twice' ('a' names columns 1 and 2), "
    assert table.notes == (f"sheets that are left out: {reasons}'Header' (it has a first row and no other)",)
    with pytest.raises(ImportFailed, match=r"a\.xlsx: has no sheet with a table: 'Title' \(column 2 has no name"):
        read(workbook(tmp_path / "a.xlsx", **bad))


def test_what_only_is_called_a_workbook_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(ImportFailed, match=r"a\.xlsx: cannot be read as a workbook \(\w+\)"):
        read(str(path))


def test_a_workbook_with_a_password_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Locked:
        @staticmethod
        def from_path(path: str) -> None:
            raise python_calamine.PasswordError(path)

    source = workbook(tmp_path / "a.xlsx", People=PEOPLE)
    monkeypatch.setattr(python_calamine, "CalamineWorkbook", Locked)
    with pytest.raises(ImportFailed, match=r"a\.xlsx: save it without a password; it has one"):
        read(source)
