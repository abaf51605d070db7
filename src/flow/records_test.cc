// Where only the referenced fields of a record are taken out of it, no keyword may have stood in the rest.
#include "flow/records.h"

#include <gtest/gtest.h>

#include <array>
#include <random>

#include "base/text.h"
#include "query/raw_screen.h"

namespace hinomi::flow {
namespace {

constexpr std::array<std::string_view, 9> kTexts{"task::kill", "u200bsk::kill", "a\\sk.exe",
                                                 "\":\"kiss",  "kill kiss 7",   "sk::kill",
                                                 "nask::kill", "ask::kill",     "\"b\":true"};

// JSON documents that hold a keyword more or less, in all the ways that text can be written.
class Documents {
 public:
  explicit Documents(std::uint32_t seed) : random_(seed) {}

  std::string next() {
    const std::string value = text();
    switch (random_() % 9) {
      case 0:
        return "{\"box\":{\"a\":" + quoted(value) + ",\"task::kill\":\"x\"}}";
      case 1:
        return "{\"box\":[1," + quoted(value) + ",[true,12345678901234567890123]]}";
      case 2:
        return "{\"EventData\":" + quoted("{\"a\":" + quoted(value) + "}") + "}";
      case 3:
        return "{\"EventData\":" + quoted("<E><Data Name='a'>" + referenced(value) + "</Data></E>") + "}";
      case 4:
        return "{\"EventData\":" + quoted("{\"box\":{\"b\":" + quoted(value) + "}}") + "}";
      case 5:
        return "{\"EventData\":{\"Data\":[{\"@Name\":\"a\",\"#text\":" + quoted(value) + "}]}}";
      case 6:
        return "{\"box\":{\"a\":" + quoted(value) + ",\"b\" : true}}";
      default:
        return "{ \"a\" : " + quoted(value) + " }";
    }
  }

 private:
  // Half of it a keyword, its letters in any case and sometimes others that fold to them.
  std::string text() {
    std::string out;
    if (random_() % 2 == 0) out += "some \n";
    if (random_() % 3 == 0) out += "\u200B";
    for (const char c : kTexts[random_() % kTexts.size()]) {
      if (random_() % 40 == 0) continue;
      const bool letter = c >= 'a' && c <= 'z';
      if (c == 'k' && random_() % 20 == 0) {
        out += "\u212A";
      } else if (c == 's' && random_() % 20 == 0) {
        out += "\u017F";
      } else {
        out += letter && random_() % 3 == 0 ? static_cast<char>(c - 0x20) : c;
      }
    }
    if (random_() % 2 == 0) out += " 日本";
    return out;
  }

  // As a JSON string; characters that need no escape have one now and then.
  std::string quoted(std::string_view value) {
    const bool escapes = random_() % 3 == 0;
    std::string out = "\"";
    for (std::size_t i = 0; i < value.size(); ++i) {
      const char c = value[i];
      if (escapes && value.substr(i).starts_with("\u212A")) {
        out += "\\u212a";
        i += 2;
        continue;
      }
      const auto byte = static_cast<unsigned char>(c);
      if (byte < 0x20 || (byte < 0x80 && escapes && random_() % 12 == 0)) {
        char escape[8];
        std::snprintf(escape, sizeof escape, random_() % 2 == 0 ? "\\u%04x" : "\\u%04X", byte);
        out += c == '\n' && random_() % 2 == 0 ? "\\n" : escape;
      } else {
        if (c == '"' || c == '\\' || (c == '/' && random_() % 2 == 0)) out += '\\';
        out += c;
      }
    }
    return out + "\"";
  }

  // As the text of an XML element.
  std::string referenced(std::string_view value) {
    const bool numeric = random_() % 3 == 0;
    std::string out;
    for (const char c : value) {
      const bool needed = c == '<' || c == '&' || c == '"';
      const bool plain = static_cast<unsigned char>(c) < 0x80 && c >= 0x20;
      if (needed || (plain && numeric && random_() % 12 == 0)) {
        out += "&#" + std::to_string(static_cast<int>(c)) + ";";
      } else {
        out += c;
      }
    }
    return out;
  }

  std::mt19937 random_;
};

class ScreenedRecords : public testing::Test {
 protected:
  void SetUp() override {
    auto made = normalise::Normaliser::load(HINOMI_SOURCE_DIR "/content/mappings", fields_, sources_);
    ASSERT_TRUE(made) << made.error().message;
    normaliser_ = std::move(*made);
    fields_.intern("box");
    ASSERT_TRUE(normaliser_->freeze());
    extractor_ = std::make_unique<normalise::Extractor>(*normaliser_);
  }
  // Whether some value of the document, however it is taken out of it, contains the keyword.
  bool holds(const std::string& document, std::string_view keyword) {
    const auto read = extractor_->json(document, 1, event::Extent::everything, arena_, event_);
    EXPECT_TRUE(read) << document;
    extractor_->finish(event_);
    return std::any_of(event_.slots.begin(), event_.slots.end(), [&](const event::Slot& slot) {
      return base::folded(slot.value.text).find(keyword) != std::string::npos;
    });
  }

  event::FieldTable fields_;
  event::SourceRegistry sources_;
  std::unique_ptr<normalise::Normaliser> normaliser_;
  std::unique_ptr<normalise::Extractor> extractor_;
  base::Arena arena_;
  event::Event event_;
};

TEST_F(ScreenedRecords, a_keyword_that_any_value_holds_is_never_screened_away) {
  Documents documents(20261125);
  int held = 0;
  int spared = 0;
  for (const std::string_view keyword : kTexts) {
    query::Program program;
    const query::QueryId query = program.add_query(program.predicate(
        {.field = query::kAnyValue, .op = query::Op::contains, .text = std::string(keyword)}));
    const auto screen = query::RawScreen::make(program, std::vector{query});
    ASSERT_NE(screen, nullptr) << keyword;
    for (int i = 0; i < 30'000; ++i) {
      const std::string document = documents.next();
      const bool does_hold = holds(document, keyword);
      const bool may_hold = screen->may_hold(document);
      ASSERT_TRUE(may_hold || !does_hold) << keyword << " in " << document;
      held += does_hold ? 1 : 0;
      spared += may_hold ? 0 : 1;
      arena_.clear();
    }
  }
  EXPECT_GT(held, 5'000);
  EXPECT_GT(spared, 20'000);
}

}  // namespace
}  // namespace hinomi::flow
