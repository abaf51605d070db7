#include "parse/syslog/event_xml.h"

#include <gtest/gtest.h>

namespace hinomi::parse::syslog {
namespace {

TEST(EventXml, gives_elements_and_attributes_paths) {
  base::Arena arena;
  Pairs pairs;
  EXPECT_TRUE(parse_event_xml(
      "<Event><System><Provider Name=\"Linux-Sysmon\" Guid=\"{a}\"/><EventID>1</EventID></System>\r\n  "
      "<EventData>"
      "<Data Name=\"CommandLine\">sh -c &quot;a &lt; b&quot; &#x41;&amp;lt;</Data><Data Name=\"User\"></Data>"
      "<Data>x</Data></EventData></Event> rest",
      arena, pairs));
  EXPECT_EQ(pairs, (Pairs{{"Event.System.Provider.#attributes.Name", "Linux-Sysmon"},
                          {"Event.System.Provider.#attributes.Guid", "{a}"},
                          {"Event.System.EventID", "1"},
                          {"Event.EventData.CommandLine", "sh -c \"a < b\" A&lt;"},
                          {"Event.EventData.User", ""},
                          {"Event.EventData.Data", "x"}}));
}

TEST(EventXml, refuses_what_is_not_nested_well) {
  base::Arena arena;
  for (const char* text :
       {"", "text", "<a", "<a>", "<a><b></b>", "<a x></a>", "<a x=\"1></a>", "</a>", "<>"}) {
    Pairs pairs;
    EXPECT_FALSE(parse_event_xml(text, arena, pairs)) << text;
  }
}

TEST(EventXml, is_limited_in_depth) {
  base::Arena arena;
  Pairs pairs;
  std::string text;
  for (std::size_t i = 0; i <= kMaxElementDepth; ++i) text += "<a>";
  EXPECT_FALSE(parse_event_xml(text, arena, pairs));
}

}  // namespace
}  // namespace hinomi::parse::syslog
