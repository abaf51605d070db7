#include "normalise/json_extractor.h"

#include "parse/syslog/event_xml.h"

namespace hinomi::normalise {
namespace {

using parse::json::Kind;
using parse::json::Value;

constexpr std::string_view kText = "#text";

bool is_name_key(std::string_view key) {
  return key == "@Name" || key == "Name" || key == "name";
}
bool is_value_key(std::string_view key) {
  return key == kText || key == "@Value" || key == "Value" || key == "value" || key == "text" ||
         key == "content";
}

}  // namespace

base::Result<void> JsonExtractor::extract(std::string_view document, SlotWriter& writer) {
  const auto root = padded_ ? reader_.read_padded(document) : reader_.read(document);
  if (!root) return root.error();
  if (root->kind() != Kind::object) {
    return base::Error{.code = base::ErrorCode::invalid_input,
                       .message = "JSON event: the document is no object",
                       .remedy = "give one object an event",
                       .where = {1, 1}};
  }
  path_.clear();
  name_start_ = 0;
  keys_.restart();
  walk_object(*root, FieldMap::kRoot, writer);
  if (writer.full()) {
    return base::Error{.code = base::ErrorCode::limit_exceeded,
                       .message = "JSON event: too many values",
                       .remedy = {},
                       .where = {1, 1}};
  }
  return {};
}

void JsonExtractor::walk_object(Value object, FieldMap::State state, SlotWriter& writer) {
  const Value last = object.last();
  for (Value at = object.first(); !(at == last) && !writer.full(); at = at.next()) {
    const std::string_view key = at.string();
    at = at.next();
    walk_member(key, at, state, writer);
  }
}

void JsonExtractor::walk_member(std::string_view key, Value value, FieldMap::State from, SlotWriter& writer) {
  const FieldMap::State to = keys_.step(writer.map(), from, key);
  if (!writer.everything()) {
    if (to != FieldMap::kNowhere) walk_value(value, {.state = to, .parent = from, .parent_path = 0}, writer);
    return;
  }
  const std::size_t path_before = path_.size();
  if (key != kText) {
    if (path_.size() > name_start_) path_ += '.';
    path_ += key;
  }
  walk_value(value, {.state = to, .parent = from, .parent_path = path_before}, writer);
  path_.resize(path_before);
}

void JsonExtractor::walk_value(Value value, const Spot& spot, SlotWriter& writer) {
  const FieldMap::Place& place = writer.map().place(spot.state);
  switch (value.kind()) {
    case Kind::object: {
      if (place.named_values && walk_named_value(value, spot, writer)) return;
      if (place.wants_text) write_text_of(value, place, writer);
      const std::size_t name_before = name_start_;
      if (place.transparent) name_start_ = path_.size();
      walk_object(value, spot.state, writer);
      name_start_ = name_before;
      return;
    }
    case Kind::array:
      walk_array(value, spot, writer);
      return;
    default:
      if (writer.full()) return;
      write_scalar(value, place, writer);
      if (place.embedded && value.kind() == Kind::string) walk_embedded(value.string(), spot.state, writer);
      return;
  }
}

// Every element is a value of the same place. The text of the whole stands for arrays that hold more than
// scalars.
void JsonExtractor::walk_array(Value array, const Spot& spot, SlotWriter& writer) {
  const FieldMap::Place& place = writer.map().place(spot.state);
  const Value last = array.last();
  bool scalars = !(array.first() == last);
  for (Value at = array.first(); scalars && !(at == last); at = at.next()) {
    scalars = at.kind() != Kind::object && at.kind() != Kind::array;
  }
  if (!scalars && place.wants_text) write_text_of(array, place, writer);
  for (Value at = array.first(); !(at == last) && !writer.full(); at = at.next()) {
    if (at.kind() == Kind::object && !(place.named_values && walk_named_value(at, spot, writer))) {
      const std::size_t name_before = name_start_;
      if (place.transparent) name_start_ = path_.size();
      walk_object(at, spot.state, writer);
      name_start_ = name_before;
    } else if (at.kind() == Kind::array) {
      walk_array(at, spot, writer);
    } else if (at.kind() != Kind::object) {
      write_scalar(at, place, writer);
    }
  }
}

// {"@Name": "Image", "#text": "x"} counts as "Image": "x" beside the array. False when the object is no such
// pair.
bool JsonExtractor::walk_named_value(Value object, const Spot& spot, SlotWriter& writer) {
  const Value last = object.last();
  std::string_view key;
  const Value* value = nullptr;
  Value found = object;
  for (Value at = object.first(); !(at == last); at = at.next()) {
    const std::string_view member = at.string();
    at = at.next();
    if (is_name_key(member) && at.kind() == Kind::string) {
      key = at.string();
    } else if (is_value_key(member)) {
      found = at;
      value = &found;
    } else {
      return false;
    }
  }
  if (key.empty()) return false;
  const std::string kept_path = path_;
  path_.resize(spot.parent_path);
  if (value != nullptr) {
    walk_member(key, *value, spot.parent, writer);
  } else {
    const FieldMap::Place& place = writer.map().place(writer.map().step(spot.parent, key));
    if (writer.wants(place)) writer.write(place, key, {});
  }
  path_ = kept_path;
  return true;
}

void JsonExtractor::write_scalar(Value value, const FieldMap::Place& place, SlotWriter& writer) {
  const Kind kind = value.kind();
  if (place.time_rank != FieldMap::kNoTime) {
    if (kind == Kind::string) writer.offer_time(place.time_rank, value.string());
    if (kind == Kind::integer) writer.offer_time(place.time_rank, static_cast<double>(value.integer()));
    if (kind == Kind::real) writer.offer_time(place.time_rank, value.real());
  }
  if (!writer.wants(place)) return;
  switch (kind) {
    case Kind::string: {
      // There may be several embedded documents, one after the other.
      const bool stays = borrow_ && !in_embedded_;
      const std::string_view text = stays ? value.string() : writer.arena().copy(value.string());
      writer.write(place, name(), {event::ValueKind::text, text});
      return;
    }
    case Kind::boolean:
      writer.write(place, name(), {event::ValueKind::boolean, value.boolean() ? "true" : "false"});
      return;
    case Kind::null:
      writer.write(place, name(), {});
      return;
    default:
      writer.write(place, name(),
                   {event::ValueKind::number, parse::json::number_text(value, writer.arena())});
      return;
  }
}

void JsonExtractor::write_text_of(Value container, const FieldMap::Place& place, SlotWriter& writer) {
  scratch_.clear();
  parse::json::append_json(scratch_, container);
  writer.write(place, name(), {event::ValueKind::text, writer.arena().copy(scratch_)});
}

// A document kept as text in a string, one level deep: JSON below this place, or a Windows event as XML.
void JsonExtractor::walk_embedded(std::string_view text, FieldMap::State state, SlotWriter& writer) {
  if (in_embedded_) return;
  const std::size_t front = text.find_first_not_of(" \t\r\n");
  if (front == std::string_view::npos) return;
  text.remove_prefix(front);
  if (text.front() == '{') {
    const auto root = embedded_reader_.read(text);
    if (!root || root->kind() != Kind::object) return;  // then it is only a text
    in_embedded_ = true;
    const std::size_t name_before = name_start_;
    if (writer.map().place(state).transparent) name_start_ = path_.size();
    walk_object(*root, state, writer);
    name_start_ = name_before;
    in_embedded_ = false;
  } else if (text.front() == '<') {
    pairs_.clear();
    // The names of XML borrow from `text`, which goes away with the next document: copied first.
    parse::syslog::parse_event_xml(writer.arena().copy(text), writer.arena(), pairs_);
    for (const auto& pair : pairs_) writer.write_named(pair.name, pair.value);
  }
}

}  // namespace hinomi::normalise
