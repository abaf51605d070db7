#include "detect/sigma/transform.h"

#include <array>
#include <iterator>
#include <utility>

#include "base/text.h"
#include "detect/sigma/text_value.h"
#include "query/pattern.h"

namespace hinomi::detect::sigma {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

// The dashes that begin a command-line switch (specification 2.1, 'windash').
constexpr std::array<std::string_view, 5> kDashes{"-", "/", "\u2013", "\u2014", "\u2015"};

Error too_many() {
  return {ErrorCode::limit_exceeded,
          "a value expands to more than " + std::to_string(kMaxExpansions) + " texts, " +
              std::to_string(kMaxExpandedBytes) + " bytes or " + std::to_string(kMaxPlaceholdersInValue) +
              " placeholders",
          "use a shorter value or fewer placeholder values",
          {}};
}

// Wildcards at the ends become open ends.
Text opened(Text text) {
  if (text.body.starts_with(query::kAnyRun)) {
    text.open_front = true;
    text.body.erase(0, 1);
  }
  if (text.body.ends_with(query::kAnyRun)) {
    text.open_back = true;
    text.body.pop_back();
  }
  return text;
}

// Every way to write the dashes that 'windash' left open.
Result<std::vector<std::string>> spelled_out(std::string_view body) {
  std::vector<std::string> texts{std::string(body)};
  for (std::size_t at = 0; at < texts.size();) {
    const std::size_t dash = texts[at].find(query::kAnyDash);
    if (dash == std::string::npos) {
      ++at;
      continue;
    }
    if (texts.size() + kDashes.size() > kMaxExpansions || texts.size() * body.size() > kMaxExpandedBytes) {
      return too_many();
    }
    const std::string open = texts[at];
    for (std::size_t i = 0; i < kDashes.size(); ++i) {
      std::string one = open;
      one.replace(dash, 1, kDashes[i]);
      if (i == 0) {
        texts[at] = std::move(one);
      } else {
        texts.push_back(std::move(one));
      }
    }
  }
  return texts;
}

std::vector<std::string> encoded(Modifier modifier, std::string_view text) {
  switch (modifier) {
    case Modifier::base64:
      return {base64(text)};
    case Modifier::base64offset:
      return base64_offsets(text);
    case Modifier::utf16le:
      return {utf16(text, Utf16::little_endian)};
    case Modifier::utf16be:
      return {utf16(text, Utf16::big_endian)};
    default:
      return {utf16(text, Utf16::with_mark)};
  }
}

Result<std::vector<Text>> encode(Modifier modifier, const Text& text) {
  std::vector<std::string> plain{text.body};
  if (!text.bytes) {
    auto all = spelled_out(text.body);
    if (!all) return all.error();
    plain = std::move(*all);
  }
  std::vector<Text> out;
  for (const std::string& one : plain) {
    if (text.open_front || text.open_back || (!text.bytes && query::has_wildcard(one))) {
      return Error{ErrorCode::invalid_input,
                   "the value has wildcards, which cannot be encoded",
                   "remove or escape the wildcards, and write the encoding before 'contains'",
                   {}};
    }
    std::vector<std::string> forms = encoded(modifier, one);
    if (forms.empty()) {
      return Error{ErrorCode::invalid_input,
                   "the value is too short for the modifier 'base64offset'",
                   "use a longer value",
                   {}};
    }
    for (std::string& bytes : forms) out.push_back({.body = std::move(bytes), .bytes = true});
  }
  return out;
}

Result<std::vector<Text>> expand_text(const Text& text, const Placeholders& placeholders) {
  if (text.bytes) {
    return Error{
        ErrorCode::invalid_input, "'expand' stands behind an encoding", "write it before the encoding", {}};
  }
  auto bodies = expand(text.body, placeholders, encode_wildcards);
  if (!bodies) return bodies.error();
  std::vector<Text> results;
  for (std::string& body : *bodies) {
    results.push_back(
        opened({.body = std::move(body), .open_front = text.open_front, .open_back = text.open_back}));
  }
  return results;
}

Result<std::vector<Text>> apply_to_one(Modifier modifier, Text text, const Placeholders& placeholders) {
  using List = std::vector<Text>;
  switch (modifier) {
    case Modifier::contains:
      text.open_front = text.open_back = true;
      break;
    case Modifier::startswith:
      text.open_back = true;
      break;
    case Modifier::endswith:
      text.open_front = true;
      break;
    case Modifier::windash:
      if (!text.bytes) text.body = apply_windash(text.body);
      break;
    case Modifier::base64:
    case Modifier::base64offset:
    case Modifier::utf16le:
    case Modifier::utf16be:
    case Modifier::utf16:
      return encode(modifier, text);
    case Modifier::expand:
      return expand_text(text, placeholders);
    default:
      break;
  }
  return List{std::move(text)};
}

}  // namespace

Result<std::vector<Text>> transform(std::string_view value, const std::vector<Modifier>& modifiers,
                                    const Placeholders& placeholders) {
  std::vector<Text> texts{opened({.body = encode_wildcards(value)})};
  for (const Modifier modifier : modifiers) {
    std::vector<Text> out;
    std::size_t bytes = 0;
    for (Text& text : texts) {
      auto results = apply_to_one(modifier, std::move(text), placeholders);
      if (!results) return results;
      for (const Text& result : *results) bytes += result.body.size();
      if (out.size() + results->size() > kMaxExpansions || bytes > kMaxExpandedBytes) return too_many();
      std::move(results->begin(), results->end(), std::back_inserter(out));
    }
    texts = std::move(out);
  }
  return texts;
}

Result<std::vector<std::string>> expand(std::string_view text, const Placeholders& placeholders,
                                        std::string (*convert)(std::string_view)) {
  std::vector<std::string> results{std::string()};
  std::size_t placeholders_met = 0;
  const auto append = [&](std::string_view piece) {
    for (std::string& result : results) result.append(piece);
  };
  while (!text.empty()) {
    const std::size_t percent = text.find('%');
    if (percent == std::string_view::npos) break;
    if (percent > 0 && text[percent - 1] == '\\') {
      append(text.substr(0, percent - 1));
      append("%");
      text.remove_prefix(percent + 1);
      continue;
    }
    const std::size_t close = text.find('%', percent + 1);
    if (close == std::string_view::npos) break;
    if (close == percent + 1) {  // no name between them
      append(text.substr(0, close));
      text.remove_prefix(close);
      continue;
    }
    const std::string_view name = text.substr(percent + 1, close - percent - 1);
    const auto known = placeholders.find(name);
    if (known == placeholders.end() || known->second.empty()) {
      return Error{ErrorCode::not_found,
                   "the placeholder %" + base::visible(name) + "% has no values",
                   "give its values with --placeholders FILE",
                   {}};
    }
    append(text.substr(0, percent));
    if (++placeholders_met > kMaxPlaceholdersInValue) return too_many();
    if (known->second.size() > kMaxExpansions / results.size()) return too_many();
    std::vector<std::string> longer;
    std::size_t bytes = 0;
    for (const std::string& result : results) {
      for (const std::string& value : known->second) {
        longer.push_back(result + convert(value));
        bytes += longer.back().size();
        if (bytes + longer.size() * text.size() > kMaxExpandedBytes) return too_many();
      }
    }
    results = std::move(longer);
    text.remove_prefix(close + 1);
  }
  append(text);
  return results;
}

}  // namespace hinomi::detect::sigma
