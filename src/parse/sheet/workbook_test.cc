#include "parse/sheet/workbook.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "parse/sheet/read.h"
#include "parse/sheet/testing/workbook_writer.h"

namespace hinomi::parse::sheet {
namespace {

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

std::string shown(const Table& table) {
  std::string out;
  const auto add = [&](const Row& row) {
    for (std::uint32_t i = 0; i < row.count; ++i) {
      const Cell& cell = table.cells[row.first + i];
      out += place_name({row.number, cell.column}) + ":" + std::string(name_of(cell.kind)) +
             (cell.formula ? "!" : "") + "=" + std::string(table.text(cell)) + " ";
    }
  };
  if (table.header) add(*table.header);
  for (const Row& row : table.rows) add(row);
  return out;
}

std::string shown_problems(const Table& table) {
  std::string out;
  for (const Problem& problem : table.problems) {
    out += std::string(name_of(problem.kind)) + " " + place_name(problem.place) + " " + problem.detail + "\n";
  }
  return out;
}

base::Result<Table> read(const WorkbookXml& xml, const Limits& limits = {}) {
  const std::string file = make_workbook(xml);
  return sheet::read(bytes_of(file), {.csv = {.limits = limits}});
}

base::Result<Table> read_rows(std::string rows) {
  return read({.sheets = {{.rows = std::move(rows)}}});
}

// The error, or what was read.
std::string code_of(const base::Result<Table>& table) {
  if (table) return "read: " + shown(*table);
  switch (table.error().code) {
    case base::ErrorCode::invalid_input:
      return "invalid_input";
    case base::ErrorCode::limit_exceeded:
      return "limit_exceeded";
    case base::ErrorCode::unsupported:
      return "unsupported";
    default:
      return "another: " + table.error().message;
  }
}

TEST(Workbook, reads_shared_strings_without_the_readings_of_words) {
  const auto table = read(
      {.sheets = {{.rows = R"(<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>
                              <row r="2"><c r="A2" t="s"><v>2</v></c><c r="B2" t="s"><v>3</v></c></row>)"}},
       .strings = "<si><t>資産</t><rPh sb=\"0\" eb=\"2\"><t>シサン</t></rPh><phoneticPr fontId=\"1\"/></si>"
                  "<si><r><t>赤</t></r><r><rPr><b/></rPr><t xml:space=\"preserve\"> と青</t></r>"
                  "<rPh sb=\"0\" eb=\"1\"><t>アカ</t></rPh></si>"
                  "<si><t>a_x000D_b_x005F_x0041_ _x</t></si><si><t>&lt;&#x1F389;&gt;</t></si>"});
  ASSERT_TRUE(table) << table.error().message;
  EXPECT_EQ(shown(*table), "A1:text=資産 B1:text=赤 と青 A2:text=a\rb_x0041_ _x B2:text=<🎉> ");
  EXPECT_TRUE(table->problems.empty());
}

TEST(Workbook, reads_every_kind_of_cell) {
  const auto table = read_rows(
      R"(<row r="1"><c r="A1" t="inlineStr"><is><t>id</t></is></c><c r="C1" t="str"><v>s</v></c></row>
         <row r="3"><c r="A3"><v>0.1</v></c><c r="B3" t="n"><v>1E+05</v></c><c r="C3" t="b"><v>1</v></c>
         <c r="D3" t="e"><v>#N/A</v></c><c r="E3" t="str"><f>A3&amp;"x"</f><v>0.1x</v></c><c r="F3"><f>B3</f></c>
         <c r="G3" t="d"><v>2026-11-23T14:05:00Z</v></c><c r="H3" s="7"/><c r="I3" t="b"><v>0</v></c>
         <c r="J3"><v>-12345678901234567890</v></c><c r="K3"><v>0.10000000000000001</v></c></row>)");
  ASSERT_TRUE(table) << table.error().message;
  EXPECT_EQ(shown(*table),
            "A1:text=id C1:text=s A3:number=0.1 B3:number=100000 C3:boolean=true D3:error=#N/A E3:text!=0.1x "
            "F3:text!= G3:time=2026-11-23T14:05:00 I3:boolean=false J3:number=-12345678901234567000 "
            "K3:number=0.1 ");
  EXPECT_EQ(shown_problems(*table), "error_value D3 #N/A\nformula E3 A3&\"x\"\nformula F3 B3\n");
}

TEST(Workbook, takes_cells_and_rows_that_do_not_say_where_they_are) {
  const auto table = read_rows(
      "<row><c t=\"inlineStr\"><is><t>a</t></is></c><c t=\"inlineStr\"><is><r><t>b</t></r></is></c></row>"
      "<row><c><v>1</v></c><c r=\"D2\"><v>4</v></c><c><v>5</v></c></row>");
  ASSERT_TRUE(table);
  EXPECT_EQ(shown(*table), "A1:text=a B1:text=b A2:number=1 D2:number=4 E2:number=5 ");
}

TEST(Workbook, puts_cells_in_order_and_reports_what_is_there_twice) {
  const auto table = read_rows(
      "<row r=\"1\"><c r=\"B1\"><v>2</v></c><c r=\"A1\"><v>1</v></c><c r=\"B1\"><v>3</v></c></row>"
      "<row r=\"3\"><c r=\"A3\"><v>1</v></c></row><row r=\"3\"><c r=\"A3\"><v>9</v></c></row>"
      "<row r=\"2\"><c r=\"A2\"><v>8</v></c></row>");
  ASSERT_TRUE(table);
  EXPECT_EQ(shown(*table), "A1:number=1 B1:number=2 A3:number=1 ");
  EXPECT_EQ(shown_problems(*table), "duplicate_cell B1 \nduplicate_cell row 3 3\nduplicate_cell row 2 2\n");
}

TEST(Workbook, tells_dates_by_the_format_of_the_cell) {
  const auto table = read(
      {.sheets = {{.rows =
                       "<row r=\"1\"><c r=\"A1\" s=\"0\"><v>46349</v></c><c r=\"B1\" s=\"1\"><v>46349</v></c>"
                       "<c r=\"C1\" s=\"2\"><v>46349.586805555555</v></c><c r=\"D1\" s=\"3\"><v>0.5</v></c>"
                       "<c r=\"E1\" s=\"4\"><v>46349</v></c><c r=\"F1\" s=\"1\"><v>60</v></c>"
                       "<c r=\"G1\" s=\"1\"><v>-1</v></c><c r=\"H1\" s=\"5\"><v>1.5</v></c></row>"}},
       .formats =
           "<numFmt numFmtId=\"170\" formatCode=\"[$-411]ggge&quot;年&quot;m&quot;月&quot;d&quot;日&quot;\"/>"
           "<numFmt numFmtId=\"171\" formatCode=\"yyyy\\-mm\\-dd\\ hh:mm\"/>",
       .styles = "<xf numFmtId=\"0\"/><xf numFmtId=\"14\"/><xf numFmtId=\"171\"/><xf numFmtId=\"20\"/>"
                 "<xf numFmtId=\"170\"/><xf numFmtId=\"46\"/>"});
  ASSERT_TRUE(table) << table.error().message;
  EXPECT_EQ(shown(*table),
            "A1:number=46349 B1:date=2026-11-23 C1:time=2026-11-23T14:05:00 D1:duration=12:00:00 "
            "E1:date=2026-11-23 F1:number=60 G1:number=-1 H1:duration=36:00:00 ");
  EXPECT_EQ(shown_problems(*table), "impossible_date F1 60\nimpossible_date G1 -1\n");
}

TEST(Workbook, knows_both_date_systems) {
  const auto table =
      read({.sheets = {{.rows = "<row><c s=\"0\"><v>0</v></c><c s=\"0\"><v>44887</v></c></row>"}},
            .styles = "<xf numFmtId=\"14\"/>",
            .properties = "date1904=\"1\""});
  ASSERT_TRUE(table);
  EXPECT_EQ(shown(*table), "A1:date=1904-01-01 B1:date=2026-11-23 ");
}

TEST(Workbook, reports_what_people_do_not_see) {
  const auto table = read({.sheets = {{.rows = "<row r=\"1\"><c><v>1</v></c></row><row r=\"2\" hidden=\"1\">"
                                               "<c r=\"A2\"><v>2</v></c></row>",
                                       .after = "<mergeCells><mergeCell ref=\"B2:B4\"/></mergeCells>",
                                       .before = "<cols><col min=\"2\" max=\"3\" hidden=\"1\"/></cols>"}}});
  ASSERT_TRUE(table);
  EXPECT_EQ(shown_problems(*table),
            "hidden_column column B \nhidden_column column C \nhidden_row row 2 \n"
            "merged_cells B2 B2:B4\n");
  EXPECT_TRUE(table->rows[0].hidden);
}

TEST(Workbook, chooses_a_sheet_by_name_and_else_the_first_that_is_shown) {
  const std::string file =
      make_workbook({.sheets = {{.name = "hinomi", .rows = "<row><c><v>1</v></c></row>", .state = "hidden"},
                                {.name = "脆弱性 &amp; 資産", .rows = "<row><c><v>2</v></c></row>"}}});
  const auto first = sheet::read(bytes_of(file));
  ASSERT_TRUE(first);
  EXPECT_EQ(shown(*first), "A1:number=2 ");
  ASSERT_EQ(first->sheets.size(), 2u);
  EXPECT_EQ(first->sheets[1].name, "脆弱性 & 資産");
  EXPECT_TRUE(first->sheets[0].hidden);
  EXPECT_EQ(shown(*sheet::read(bytes_of(file), {.sheet = "Hinomi"})), "A1:number=1 ");
  EXPECT_EQ(sheet::read(bytes_of(file), {.sheet = "x"}).error().code, base::ErrorCode::not_found);
}

TEST(Workbook, leaves_elements_of_other_namespaces_out) {
  const auto table = read_rows(
      "<row r=\"1\"><c r=\"A1\"><v>1</v></c><x:c xmlns:x=\"urn:x\" r=\"B1\"><v>2</v></x:c></row>"
      "<m:row xmlns:m=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" r=\"2\"><m:c r=\"A2\">"
      "<m:v>3</m:v></m:c></m:row>");
  ASSERT_TRUE(table);
  EXPECT_EQ(shown(*table), "A1:number=1 A2:number=3 ");
}

TEST(Workbook, reads_parts_too_large_to_keep) {
  std::string rows;
  for (int i = 0; i < 20'000; ++i) rows += "<row><c><v>" + std::to_string(i * 7919) + "</v></c></row>";
  const auto table = read_rows(rows);
  ASSERT_TRUE(table) << table.error().message;
  EXPECT_EQ(table->rows.size(), 19'999u);
  EXPECT_EQ(table->text(table->rows.back(), 1), std::to_string(19'999 * 7919));
}

TEST(Workbook, reports_cells_that_point_nowhere) {
  const auto table = read_rows(
      "<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" t=\"s\"><v>-1</v></c><c "
      "r=\"C1\"><v>1e999</v></c>"
      "<c r=\"D1\"><v>0x10</v></c><c r=\"E7\"><v>1</v></c><c r=\"-1\"><v>1</v></c><c r=\"F1\" "
      "s=\"99\"><v>5</v></c>"
      "<c r=\"G1\" t=\"z\"><v>1</v></c></row><row r=\"-5\"><c><v>1</v></c></row><row r=\"99999999999\"/>");
  ASSERT_TRUE(table);
  EXPECT_EQ(shown(*table), "F1:number=5 ");
  EXPECT_EQ(table->problems.size(), 9u) << shown_problems(*table);
}

TEST(Workbook, refuses_document_types_entities_and_deep_elements) {
  const SheetXml sheet{.rows = "<row><c><v>&a;</v></c></row>"};
  EXPECT_EQ(code_of(read({.sheets = {sheet}, .prolog = "<!DOCTYPE x [<!ENTITY a \"b\">]>"})),
            "invalid_input");
  EXPECT_EQ(code_of(read(
                {.sheets = {sheet}, .prolog = "<!DOCTYPE x [<!ENTITY a SYSTEM \"file:///etc/passwd\">]>"})),
            "invalid_input");
  EXPECT_EQ(
      code_of(read({.sheets = {sheet},
                    .prolog = "<!DOCTYPE x [<!ENTITY b \"bbbbbbbbbb\"><!ENTITY a \"&b;&b;&b;&b;\">]>"})),
      "invalid_input");
  EXPECT_EQ(code_of(read({.sheets = {sheet}, .prolog = "<!DOCTYPE x SYSTEM \"http://127.0.0.1/x.dtd\">"})),
            "invalid_input");
  EXPECT_EQ(code_of(read({.sheets = {sheet}})), "invalid_input") << "an entity that nobody declared";
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "<a>";
  EXPECT_EQ(code_of(read_rows(deep)), "limit_exceeded");
  EXPECT_EQ(code_of(read_rows("<row a=\"" + std::string(3 << 20, 'x') + "\"/>")), "limit_exceeded");
  std::string attributes = "<row";
  for (int i = 0; i < 1000; ++i) attributes += " a" + std::to_string(i) + "=\"\"";
  EXPECT_EQ(code_of(read_rows(attributes + "/>")), "limit_exceeded");
}

TEST(Workbook, refuses_more_names_than_any_office_program_has) {
  // expat remembers each name it has seen.
  std::string elements;
  std::string attributes;
  std::string prefixes;
  for (int i = 0; i < 10'000; ++i) {
    const std::string name = "n" + std::to_string(i);
    elements += "<" + name + "/>";
    attributes += "<row " + name + "=\"\"/>";
    prefixes += "<row xmlns:" + name + "=\"urn:x\"/>";
  }
  EXPECT_EQ(code_of(read_rows(elements)), "limit_exceeded");
  EXPECT_EQ(code_of(read_rows(attributes)), "limit_exceeded");
  EXPECT_EQ(code_of(read_rows(prefixes)), "limit_exceeded");
  EXPECT_EQ(code_of(read_rows("<x:y xmlns:x=\"urn:x\">" + elements + "</x:y>")), "limit_exceeded");
}

TEST(Workbook, holds_its_limits) {
  const WorkbookXml xml{
      .sheets = {{.rows = "<row><c t=\"s\"><v>0</v></c><c><v>2</v></c></row><row><c><v>3</v></c></row>"},
                 {.name = "b"}},
      .strings = "<si><t>abcd</t></si><si><t>e</t></si>"};
  ASSERT_TRUE(read(xml));
  EXPECT_EQ(code_of(read(xml, {.max_bytes = 100})), "limit_exceeded");
  EXPECT_EQ(code_of(read(xml, {.max_unpacked_bytes = 500})), "limit_exceeded");
  EXPECT_EQ(code_of(read(xml, {.max_entries = 3})), "limit_exceeded");
  EXPECT_EQ(code_of(read(xml, {.max_sheets = 1})), "limit_exceeded");
  EXPECT_EQ(code_of(read(xml, {.max_rows = 1})), "limit_exceeded");
  EXPECT_EQ(code_of(read(xml, {.max_columns = 1})), "limit_exceeded");
  EXPECT_EQ(code_of(read(xml, {.max_cells = 2})), "limit_exceeded");
  EXPECT_EQ(code_of(read(xml, {.max_cell_bytes = 3})), "limit_exceeded");
  EXPECT_EQ(code_of(read(xml, {.max_text_bytes = 4})), "limit_exceeded");
  EXPECT_EQ(code_of(read(xml, {.max_shared_strings = 1})), "limit_exceeded");
  EXPECT_EQ(code_of(read_rows("<row r=\"1048576\"><c r=\"XFD1048576\"><v>1</v></c></row>")),
            "limit_exceeded");
  EXPECT_EQ(code_of(read_rows("<row><c r=\"XFD1\" s=\"1\"/><c r=\"A1\"><v>1</v></c></row>")),
            "read: A1:number=1 ")
      << "a format alone does no harm";
  std::string cells = "<row r=\"1\">";
  for (int i = 0; i < 1000; ++i) cells += "<c r=\"A1\"><v>1</v></c>";
  EXPECT_EQ(code_of(read_rows(cells + "</row>")), "limit_exceeded");
}

TEST(Workbook, refuses_a_bomb_by_what_it_unpacks_to) {
  WorkbookXml xml{.sheets = {{.rows = std::string(64 << 20, ' ')}}};
  EXPECT_EQ(code_of(read(xml)), "limit_exceeded") << "1000 to 1";
  EXPECT_EQ(code_of(read(xml, {.max_unpacked_bytes = 1 << 20, .max_ratio = 100'000})), "limit_exceeded");
  xml.sheets[0].rows.clear();
  xml.more = {{"xl/media/image1.png", std::string(64 << 20, '\0')}};
  EXPECT_EQ(code_of(read(xml)), "limit_exceeded") << "a part that nobody asked for counts as well";
}

TEST(Workbook, refuses_two_parts_of_one_name) {
  WorkbookXml xml{.sheets = {{.rows = "<row><c><v>1</v></c></row>"}}};
  xml.more = {{"XL\\Worksheets\\sheet1.xml", "<worksheet/>"}};
  EXPECT_EQ(code_of(read(xml)), "invalid_input");
}

TEST(Workbook, says_what_other_files_are) {
  const auto refusal = [](std::string_view file) { return code_of(sheet::read(bytes_of(file))); };
  EXPECT_EQ(refusal("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 and more"), "unsupported");
  EXPECT_EQ(
      refusal(archive::write_archive({}, {{"mimetype", "application/vnd.oasis.opendocument.spreadsheet"}})),
      "unsupported");
  EXPECT_EQ(refusal(archive::write_archive(
                {}, {{"_rels/.rels", relationships(relationship("a", "officeDocument", "xl/workbook.bin"))},
                     {"xl/workbook.bin", "x"}})),
            "unsupported");
  EXPECT_EQ(refusal(archive::write_archive({}, {{"x", "y"}})), "invalid_input");
  EXPECT_EQ(refusal("PK\x03\x04"), "invalid_input");
  EXPECT_EQ(refusal("PK\x05\x06"), "invalid_input");
  const WorkbookXml sheet{.sheets = {{.rows = "<row><c><v>1</v></c></row>"}}};
  EXPECT_EQ(refusal(archive::write_archive({.options = "zip:encryption=traditional", .password = "x"},
                                           parts_of(sheet))),
            "unsupported");
}

TEST(Workbook, survives_every_truncation) {
  std::string rows;
  for (int i = 0; i < 300; ++i)
    rows += "<row><c t=\"s\"><v>0</v></c><c><v>" + std::to_string(i * i) + "</v></c></row>";
  const std::string file = make_workbook({.sheets = {{.rows = rows}}, .strings = "<si><t>資産</t></si>"});
  const auto whole = sheet::read(bytes_of(file));
  ASSERT_TRUE(whole);
  std::size_t refused = 0;
  for (std::size_t size = 0; size < file.size(); size += 64) {
    const auto table = sheet::read(bytes_of(std::string_view(file).substr(0, size)));
    if (!table) {
      ++refused;
      continue;
    }
    EXPECT_EQ(shown(*table), shown(*whole)) << "what is read of a cut file must be all of it: " << size;
  }
  EXPECT_GT(refused, 10u);
}

TEST(Workbook, resolves_targets_inside_the_package_only) {
  WorkbookXml xml{.sheets = {{.rows = "<row><c><v>1</v></c></row>"}}};
  std::vector<archive::NamedContent> parts = parts_of(xml);
  const auto with_target = [&](std::string_view target) {
    for (auto& part : parts) {
      if (part.name == "xl/_rels/workbook.xml.rels") {
        part.content = relationships(relationship("rId1", "worksheet", target));
      }
    }
    return code_of(sheet::read(bytes_of(archive::write_archive({}, parts))));
  };
  EXPECT_EQ(with_target("./worksheets/../worksheets/sheet1.xml"), "read: A1:number=1 ");
  EXPECT_EQ(with_target("/XL/worksheets/Sheet1.xml"), "read: A1:number=1 ");
  EXPECT_EQ(with_target("../../../etc/passwd"), "invalid_input");
  EXPECT_EQ(with_target("file:///etc/passwd"), "invalid_input");
}

}  // namespace
}  // namespace hinomi::parse::sheet
