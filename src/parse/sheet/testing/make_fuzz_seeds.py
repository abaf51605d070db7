#!/usr/bin/env python3
"""Writes the seeds of sheet_fuzz into the folder given: one small input of each kind the target knows.

The first byte chooses the kind, as in sheet_fuzz.cc.
"""
import io
import pathlib
import sys
import zipfile

READ, WORKBOOK, STRINGS, SHEET, GUARD = (bytes([kind]) for kind in range(5))
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'

STRINGS_XML = (f'<sst {MAIN}><si><t>資産</t><rPh sb="0" eb="2"><t>シサン</t></rPh></si>'
               '<si><r><t>a</t></r><r><t xml:space="preserve"> _x000D_</t></r></si></sst>')
SHEET_XML = (f'<worksheet {MAIN}><cols><col min="2" max="2" hidden="1"/></cols><sheetData>'
             '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="inlineStr"><is><t>b</t></is></c></row>'
             '<row r="3" hidden="1"><c r="A3" s="1"><v>46349</v></c><c r="B3" t="b"><v>1</v></c>'
             '<c r="C3" t="e"><v>#N/A</v></c><c r="D3" t="str"><f>A3&amp;1</f><v>x</v></c><c r="E3" s="2"><v>1.5</v></c>'
             '</row></sheetData><mergeCells><mergeCell ref="A1:B2"/></mergeCells></worksheet>')


def relation(name, kind, target):
    return f'<Relationship Id="{name}" Type="{OFFICE}/{kind}" Target="{target}"/>'


def workbook():
    parts = {
        "_rels/.rels": RELATIONS.format(relation("a", "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'<workbook {MAIN} xmlns:r="{OFFICE}"><sheets><sheet name="s" r:id="b"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": RELATIONS.format(
            relation("b", "worksheet", "s.xml") + relation("c", "sharedStrings", "t.xml") +
            relation("d", "styles", "f.xml")),
        "xl/s.xml": SHEET_XML,
        "xl/t.xml": STRINGS_XML,
        "xl/f.xml": f'<styleSheet {MAIN}><numFmts><numFmt numFmtId="170" formatCode="yyyy"/></numFmts>'
                    '<cellXfs><xf numFmtId="0"/><xf numFmtId="170"/><xf numFmtId="46"/></cellXfs></styleSheet>',
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content)
    return out.getvalue()


SEEDS = {
    "csv": READ + 'id,名前\r\n1,"a ""b""\nc"\r\n2,\'=1,x\r\n'.encode(),
    "csv_cp932": READ + "資産;表示\n1;①\n".encode("cp932"),
    "csv_euc": READ + "資産\t表示\nカナ\tかな\n".encode("euc_jp"),
    "csv_utf16": READ + "sep=;\r\nid;名\r\n".encode("utf-16"),
    "workbook": WORKBOOK + workbook(),
    "strings": STRINGS + STRINGS_XML.encode(),
    "sheet": SHEET + SHEET_XML.encode(),
    "guard": GUARD + "=1;'-2,\"@\t＝\n [h]:mm;ggge\"年\"".encode(),
}

if __name__ == "__main__":
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in SEEDS.items():
        (folder / name).write_bytes(content)
