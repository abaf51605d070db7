// Makes workbooks of XML that is given part by part, as odd as a test wants them. For tests only.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "parse/archive/testing/archive_writer.h"

namespace hinomi::parse::sheet {

inline constexpr std::string_view kMain = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
inline constexpr std::string_view kOffice =
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

struct SheetXml {
  std::string name = "資産";
  std::string rows{};   // inside <sheetData>
  std::string after{};  // behind it: <mergeCells> …
  std::string before{};
  std::string state{};
};

struct WorkbookXml {
  std::vector<SheetXml> sheets{};
  std::string strings{};     // inside <sst>
  std::string formats{};     // inside <numFmts>
  std::string styles{};      // inside <cellXfs>
  std::string properties{};  // attributes of <workbookPr>
  std::vector<archive::NamedContent> more{};
  std::string prolog = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>";
  archive::ArchiveStyle style{};
};

inline std::string relationship(std::string_view id, std::string_view type, std::string_view target) {
  return "<Relationship Id=\"" + std::string(id) + "\" Type=\"" + std::string(kOffice) + "/" +
         std::string(type) + "\" Target=\"" + std::string(target) + "\"/>";
}

inline std::string relationships(std::string_view inside) {
  return "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">" +
         std::string(inside) + "</Relationships>";
}

inline std::vector<archive::NamedContent> parts_of(const WorkbookXml& xml) {
  const std::string main = " xmlns=\"" + std::string(kMain) + "\"";
  std::vector<archive::NamedContent> parts;
  parts.push_back({"_rels/.rels", relationships(relationship("rId1", "officeDocument", "xl/workbook.xml"))});
  std::string sheets;
  std::string related;
  for (std::size_t i = 0; i < xml.sheets.size(); ++i) {
    const SheetXml& sheet = xml.sheets[i];
    const std::string number = std::to_string(i + 1);
    sheets += "<sheet name=\"" + sheet.name + "\" sheetId=\"" + number + "\" r:id=\"rId" + number + "\"" +
              (sheet.state.empty() ? "" : " state=\"" + sheet.state + "\"") + "/>";
    related += relationship("rId" + number, "worksheet", "worksheets/sheet" + number + ".xml");
    parts.push_back({"xl/worksheets/sheet" + number + ".xml",
                     xml.prolog + "<worksheet" + main + ">" + sheet.before + "<sheetData>" + sheet.rows +
                         "</sheetData>" + sheet.after + "</worksheet>"});
  }
  if (!xml.strings.empty()) {
    related += relationship("rIdS", "sharedStrings", "sharedStrings.xml");
    parts.push_back({"xl/sharedStrings.xml", xml.prolog + "<sst" + main + ">" + xml.strings + "</sst>"});
  }
  if (!xml.styles.empty()) {
    related += relationship("rIdF", "styles", "/xl/styles.xml");
    parts.push_back({"xl/styles.xml", xml.prolog + "<styleSheet" + main + "><numFmts>" + xml.formats +
                                          "</numFmts><cellStyleXfs><xf numFmtId=\"14\"/></cellStyleXfs>" +
                                          "<cellXfs>" + xml.styles + "</cellXfs></styleSheet>"});
  }
  parts.push_back({"xl/workbook.xml", xml.prolog + "<workbook" + main + " xmlns:r=\"" + std::string(kOffice) +
                                          "\"><workbookPr " + xml.properties + "/><sheets>" + sheets +
                                          "</sheets></workbook>"});
  parts.push_back({"xl/_rels/workbook.xml.rels", relationships(related)});
  parts.insert(parts.end(), xml.more.begin(), xml.more.end());
  return parts;
}

inline std::string make_workbook(const WorkbookXml& xml) {
  return archive::write_archive(xml.style, parts_of(xml));
}

}  // namespace hinomi::parse::sheet
