#include "parse/evtx/json.h"

#include <deque>
#include <functional>
#include <unordered_set>
#include <vector>

#include "base/json_writer.h"
#include "parse/evtx/content.h"

namespace hinomi::parse::evtx {
namespace {

// Appends `text` as a JSON string. Most text is ASCII with some backslashes; base's writer does the rest.
void append_string(std::string& out, std::string_view text) {
  const std::size_t before = out.size();
  out.resize(before + 2 * text.size() + 2);
  char* at = out.data() + before;
  *at++ = '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte >= 0x7F) {
      out.resize(before);
      return base::append_json_string(out, text);
    }
    if (c == '"' || c == '\\') *at++ = '\\';
    *at++ = c;
  }
  *at++ = '"';
  out.resize(static_cast<std::size_t>(at - out.data()));
}

// The member names of one JSON object; few, so that a list does until they are many.
class Keys {
 public:
  void clear() {
    few_.clear();
    pool_.clear();
    many_.clear();
  }
  // `name`, or `name`_1, _2 … when it is taken; valid until the next call.
  std::string_view unique(std::string_view name) {
    if (add(name)) return name;
    for (std::size_t n = 1;; ++n) {
      suffixed_.assign(name).append(1, '_').append(std::to_string(n));
      if (add(suffixed_)) return suffixed_;
    }
  }

 private:
  static constexpr std::size_t kFew = 48;
  struct Place {
    std::size_t begin, size;
  };

  bool add(std::string_view name) {
    if (few_.size() < kFew) {
      for (const Place& place : few_) {
        if (place.size == name.size() && std::string_view(pool_).substr(place.begin, place.size) == name)
          return false;
      }
      few_.push_back({pool_.size(), name.size()});
      pool_ += name;
      if (few_.size() == kFew) {
        for (const Place& place : few_) many_.emplace(pool_, place.begin, place.size);
      }
      return true;
    }
    return many_.emplace(name).second;
  }

  std::vector<Place> few_;
  std::string pool_;
  std::unordered_set<std::string> many_;
  std::string suffixed_;
};

}  // namespace

class JsonRenderer::Writer {
 public:
  explicit Writer(Strings strings) : strings_(strings) {}

  Outcome write(const Record& record, std::string& out) {
    out_ = &out;
    reader_ = record.reader;
    budget_.reset();
    incomplete_ = false;
    const std::size_t before = out.size();
    out += '{';
    Members members{.object = 0};
    keys_at(0).clear();
    write_children(record.root, record.root.definition->root(), members);
    out += '}';
    if (budget_.exhausted()) {
      out.resize(before);
      return Outcome::too_large;
    }
    return incomplete_ ? Outcome::incomplete : Outcome::complete;
  }

 private:
  // The members of the JSON object that is being written.
  struct Members {
    std::size_t object = 0;  // depth of the object; its names are keys_[object]
    bool first = true;
    bool in_container = false;
    bool skip_unnamed_data = false;  // they are written already
  };

  Keys& keys_at(std::size_t depth) {
    while (keys_.size() <= depth) keys_.emplace_back();
    return keys_[depth];
  }

  // Calls visit(instance, element) for each element that the parts stand for, through fragments and arrays.
  template <typename Visit>
  void for_each_element(const Instance& instance, Range parts, Visit&& visit) {
    for (const Part& part : instance.definition->parts(parts)) {
      if (!budget_.spend(1, 0)) return;
      if (part.kind == Part::Kind::element) {
        const Element& element = instance.definition->element(part);
        if (!has_array(instance, element)) {
          visit(instance, element);
          continue;
        }
        ArrayExpansion expansion(instance, element);
        for (std::size_t n = 0; n < expansion.count() && budget_.spend(1, 0); ++n)
          visit(expansion.at(n), element);
      } else if (part.kind == Part::Kind::instance) {
        if (!budget_.spend_open(part.b - part.a)) return;
        enter_fragment(reader_->open_part(part, instance.depth), visit);
      } else if (part.kind == Part::Kind::value) {
        const Value value = instance.value(part.index);
        if (!value.is(ValueType::binxml) || value.size == 0) continue;
        if (!budget_.spend_open(value.size)) return;
        enter_fragment(reader_->open_value(value, instance.depth), visit);
      }
    }
  }
  template <typename Visit>
  void enter_fragment(const std::optional<Instance>& fragment, Visit&& visit) {
    if (!fragment) {
      incomplete_ = true;
      return;
    }
    if (budget_.enter()) for_each_element(*fragment, fragment->definition->root(), visit);
    budget_.leave();
  }

  void write_children(const Instance& instance, Range parts, Members& members) {
    if (members.in_container) write_unnamed_data(instance, parts, members);
    // The visitor's type must not depend on the recursion depth, hence one function object.
    const std::function<void(const Instance&, const Element&)> visit =
        [&](const Instance& where, const Element& element) { write_child(where, element, members); };
    for_each_element(instance, parts, visit);
  }

  // Data elements without names, when no Data here has one: all in one member.
  void write_unnamed_data(const Instance& instance, Range parts, Members& members) {
    std::size_t unnamed = 0;
    bool named = false;
    const std::function<void(const Instance&, const Element&)> count = [&](const Instance& where,
                                                                           const Element& element) {
      if (where.definition->text(element.name) != kDataName) return;
      if (data_name(where, element) != nullptr) {
        named = true;
      } else {
        ++unnamed;
      }
    };
    for_each_element(instance, parts, count);
    if (named || unnamed == 0) return;
    members.skip_unnamed_data = true;
    write_key(kDataName, members);
    *out_ += unnamed > 1 ? "{\"#text\":[" : "{\"#text\":";
    bool first = true;
    const std::function<void(const Instance&, const Element&)> write = [&](const Instance& where,
                                                                           const Element& element) {
      if (where.definition->text(element.name) != kDataName) return;
      if (!first) *out_ += ',';
      first = false;
      write_data_value(where, element, members.object + 1);
    };
    for_each_element(instance, parts, write);
    *out_ += unnamed > 1 ? "]}" : "}";
  }

  void write_child(const Instance& instance, const Element& element, Members& members) {
    if (!budget_.enter()) return budget_.leave();
    const std::string_view name = instance.definition->text(element.name);
    if (members.in_container && name == kDataName) {
      const Attribute* attribute = data_name(instance, element);
      if (attribute != nullptr) {
        name_.clear();
        if (!budget_.spend(1, text_bound(instance, attribute->parts))) return budget_.leave();
        append_text(instance, attribute->parts, strings_, name_);
        write_key(name_, members);
        write_data_value(instance, element, members.object + 1);
      } else if (!members.skip_unnamed_data) {
        write_key(name, members);
        write_data_value(instance, element, members.object + 1);
      }
    } else {
      write_key(name, members);
      write_element(instance, element, members.object + 1);
    }
    budget_.leave();
  }

  void write_element(const Instance& instance, const Element& element, std::size_t object) {
    const TextSummary text = summarise(instance, element.parts);
    const bool attributes = has_attribute(instance, element);
    if (!text.has_children && !attributes) return write_text(instance, element.parts, text);
    const bool container = is_container(instance.definition->text(element.name));
    write_object(instance, element, text, attributes, container, object);
  }

  void write_data_value(const Instance& instance, const Element& element, std::size_t object) {
    const TextSummary text = summarise(instance, element.parts);
    if (!text.has_children) return write_text(instance, element.parts, text);
    write_object(instance, element, text, false, false, object);
  }

  void write_object(const Instance& instance, const Element& element, const TextSummary& text,
                    bool attributes, bool container, std::size_t object) {
    keys_at(object).clear();
    Members members{.object = object, .in_container = container};
    *out_ += '{';
    if (attributes) write_attributes(instance, element, members);
    if (!text.is_null()) {
      write_key("#text", members);
      write_text(instance, element.parts, text);
    }
    if (text.has_children) write_children(instance, element.parts, members);
    *out_ += '}';
  }

  void write_attributes(const Instance& instance, const Element& element, Members& members) {
    write_key("#attributes", members);
    *out_ += '{';
    Members inner{.object = members.object + 1};
    keys_at(inner.object).clear();
    for (const Attribute& attribute : instance.definition->attributes(element)) {
      const TextSummary text = summarise(instance, attribute.parts);
      if (text.is_null() || !budget_.spend(1, 0)) continue;
      write_key(instance.definition->text(attribute.name), inner);
      write_text(instance, attribute.parts, text);
    }
    *out_ += '}';
  }

  void write_key(std::string_view name, Members& members) {
    if (!budget_.spend(1, name.size())) return;
    if (!members.first) *out_ += ',';
    members.first = false;
    append_string(*out_, keys_at(members.object).unique(name));
    *out_ += ':';
  }

  void write_text(const Instance& instance, Range parts, const TextSummary& text) {
    const LeafKind kind = text.kind();
    if (kind == LeafKind::null) {
      *out_ += "null";
      return;
    }
    if (!budget_.spend(1, text_bound(instance, parts))) return;
    if (kind == LeafKind::number || kind == LeafKind::boolean) return append_value(*out_, text.single);
    text_.clear();
    append_text(instance, parts, strings_, text_);
    append_string(*out_, text_);
  }

  Strings strings_;
  std::string* out_ = nullptr;
  ChunkReader* reader_ = nullptr;
  RenderBudget budget_;
  bool incomplete_ = false;
  std::deque<Keys> keys_;
  std::string text_;
  std::string name_;
};

JsonRenderer::JsonRenderer(Strings strings) : writer_(std::make_unique<Writer>(strings)) {}
JsonRenderer::~JsonRenderer() = default;

JsonRenderer::Outcome JsonRenderer::append(const Record& record, std::string& out) {
  return writer_->write(record, out);
}

}  // namespace hinomi::parse::evtx
