#include "parse/evtx/flatten.h"

#include <algorithm>

#include "parse/evtx/content.h"

namespace hinomi::parse::evtx {
namespace {

constexpr std::string_view kTimePath = "Event.System.TimeCreated.#attributes.SystemTime";
constexpr std::string_view kRecordIdPath = "Event.System.EventRecordID";

}  // namespace

// Where a leaf stands, and what the caller calls it.
struct Flattener::Path {
  std::string text;
  std::uint32_t id = kUnwanted;
  bool transient = false;
};

// One leaf of a template: the text of an element, or an attribute.
struct Flattener::Item {
  const Path* path = nullptr;        // of a Data with a variable name: that of its container
  const Element* element = nullptr;  // the owner
  Range parts;
  std::uint16_t value = 0;  // the only part, if is_single
  bool is_single = false;   // one value and nothing else
  bool is_attribute = false;
  bool has_attributes = false;  // others than its name, if it is a Data
  bool has_children = false;    // elements in the template, so that it is not null without text
  bool has_variable_name = false;
};

// Where BinXML within a value, or an instance within a fragment, takes its place.
struct Flattener::Fragment {
  std::uint16_t value = 0;
  const Part* instance = nullptr;  // else the value
  const Path* path = nullptr;
  bool in_container = false;
};

// What to do with a record of one template at one place.
struct Flattener::Plan {
  const Template* definition = nullptr;
  const Path* prefix = nullptr;
  bool in_container = false;
  std::vector<Item> all;
  std::vector<Item> wanted;
  std::vector<Fragment> fragments;
  std::optional<Item> time;
  std::optional<Item> record_id;
};

class Flattener::Planner {
 public:
  Planner(Flattener& owner, const Template& definition, Plan& plan)
      : owner_(owner), definition_(definition), plan_(plan) {}

  void run() {
    walk(definition_.root(), plan_.prefix, plan_.in_container);
    for (const Item& item : plan_.all) {
      if (item.has_variable_name || is_wanted(item.path->id)) plan_.wanted.push_back(item);
    }
  }

 private:
  void walk(Range parts, const Path* path, bool in_container) {
    for (const Part& part : definition_.parts(parts)) {
      switch (part.kind) {
        case Part::Kind::element:
          plan_element(definition_.element(part), path, in_container);
          break;
        case Part::Kind::value:
          plan_.fragments.push_back({part.index, nullptr, path, in_container});
          break;
        case Part::Kind::instance:
          plan_.fragments.push_back({0, &part, path, in_container});
          break;
        default:
          break;
      }
    }
  }

  void plan_element(const Element& element, const Path* parent, bool in_container) {
    const std::string_view name = definition_.text(element.name);
    Item item{.path = nullptr, .element = &element, .parts = element.parts};
    const Path* inner = nullptr;
    if (in_container && name == kDataName) {
      inner = owner_.child(parent, data_name(element, item.has_variable_name));
      item.path = item.has_variable_name ? parent : inner;
    } else {
      inner = owner_.child(parent, name);
      item.path = inner;
      item.has_attributes = !element.attributes.empty();
      plan_attributes(element, inner);
    }
    std::size_t text_parts = 0;
    for (const Part& part : definition_.parts(element.parts)) {
      const bool is_child = part.kind == Part::Kind::element || part.kind == Part::Kind::instance;
      item.has_children |= is_child;
      text_parts += is_child ? 0 : 1;
    }
    if (text_parts > 0 || !item.has_children) add(item);
    walk(element.parts, inner, !(in_container && name == kDataName) && is_container(name));
  }

  // The name of a Data element if the template states it; `variable` when values make it up.
  std::string_view data_name(const Element& element, bool& variable) const {
    for (const Attribute& attribute : definition_.attributes(element)) {
      if (definition_.text(attribute.name) != "Name" || attribute.parts.empty()) continue;
      const auto parts = definition_.parts(attribute.parts);
      if (parts.size() == 1 && parts[0].kind == Part::Kind::text) return definition_.text(parts[0]);
      variable = true;
    }
    return kDataName;
  }

  void plan_attributes(const Element& element, const Path* path) {
    const auto attributes = definition_.attributes(element);
    if (attributes.empty()) return;
    const Path* parent = owner_.child(path, "#attributes");
    for (const Attribute& attribute : attributes) {
      add({.path = owner_.child(parent, definition_.text(attribute.name)),
           .element = &element,
           .parts = attribute.parts,
           .is_attribute = true});
    }
  }

  void add(Item item) {
    const auto parts = definition_.parts(item.parts);
    if (parts.size() == 1 && parts[0].kind == Part::Kind::value) {
      item.is_single = true;
      item.value = parts[0].index;
    }
    if (item.path->text == kTimePath) plan_.time = item;
    if (item.path->text == kRecordIdPath) plan_.record_id = item;
    if (item.has_variable_name || item.path->id != kNever) plan_.all.push_back(item);
  }

  Flattener& owner_;
  const Template& definition_;
  Plan& plan_;
};

// One record.
class Flattener::Run {
 public:
  Run(Flattener& owner, const Record& record, Extent extent, base::Arena& arena, std::vector<Leaf>& out)
      : owner_(owner), reader_(*record.reader), extent_(extent), arena_(arena), out_(out) {}

  Result run(const Record& record) {
    visit(record.root, owner_.root_, false);
    if (!result_.time) result_.time = record.written();
    if (budget_.exhausted()) result_.complete = false;
    return result_;
  }

 private:
  void visit(const Instance& instance, const Path* prefix, bool in_container) {
    if (!budget_.enter()) return budget_.leave();
    const Plan& plan = owner_.plan(*instance.definition, prefix, in_container);
    for (const Item& item : extent_ == Extent::everything ? plan.all : plan.wanted) {
      if (!budget_.spend(1, 0)) break;
      if (item.is_single) {
        emit_single(instance, item);
      } else {
        emit_general(instance, item);
      }
    }
    if (plan.time && !result_.time) result_.time = read_time(instance, *plan.time);
    if (plan.record_id && !result_.record_id) result_.record_id = read_record_id(instance, *plan.record_id);
    if (instance.has_binxml || instance.definition->id() == Template::kTransient)
      visit_fragments(instance, plan);
    budget_.leave();
  }

  void visit_fragments(const Instance& instance, const Plan& plan) {
    for (const Fragment& fragment : plan.fragments) {
      std::optional<Instance> inner;
      if (fragment.instance != nullptr) {
        if (!budget_.spend_open(fragment.instance->b - fragment.instance->a)) return;
        inner = reader_.open_part(*fragment.instance, instance.depth);
      } else {
        const Value value = instance.value(fragment.value);
        if (!value.is(ValueType::binxml) || value.size == 0) continue;
        if (!budget_.spend_open(value.size)) return;
        inner = reader_.open_value(value, instance.depth);
      }
      if (inner) {
        visit(*inner, fragment.path, fragment.in_container);
      } else {
        result_.complete = false;
      }
    }
  }

  void emit_single(const Instance& instance, const Item& item) {
    const Value value = instance.value(item.value);
    if (value.is_array() && value.size > 0) {
      split_array(value, items_);
      if (!budget_.spend(items_.size(), 0)) return;
      for (const Value& each : items_) emit_value(instance, item, each);
      return;
    }
    emit_value(instance, item, value);
  }

  void emit_value(const Instance& instance, const Item& item, const Value& value) {
    if (is_empty(value)) {
      if (value.is(ValueType::string) || value.is(ValueType::ansi_string)) {
        emit(instance, item, LeafKind::text, {});
      } else {
        emit_null(instance, item);
      }
      return;
    }
    if (value.is(ValueType::binxml)) return;
    emit(instance, item, kind_of(value), decode(value));
  }

  std::string_view decode(const Value& value) {
    const std::size_t bound = format_bound(value);
    if (!budget_.spend(0, bound)) return {};
    char* text = arena_.allocate(bound);
    const std::size_t length = format_value(value, text);
    arena_.shrink_last(bound - length);
    return {text, length};
  }

  void emit_general(const Instance& instance, const Item& item) {
    if (!has_array(instance, *item.element)) return emit_text(instance, item);
    ArrayExpansion expansion(instance, *item.element);
    for (std::size_t n = 0; n < expansion.count() && budget_.spend(1, 0); ++n)
      emit_text(expansion.at(n), item);
  }

  void emit_text(const Instance& instance, const Item& item) {
    const TextSummary summary = summarise(instance, item.parts);
    if (summary.is_null()) {
      if (!summary.has_children) emit_null(instance, item);
      return;
    }
    emit(instance, item, summary.kind(), text_of(instance, item.parts));
  }

  std::string_view text_of(const Instance& instance, Range parts) {
    if (!budget_.spend(1, text_bound(instance, parts))) return {};
    text_.clear();
    append_text(instance, parts, Strings::exact, text_);
    return arena_.copy(text_);
  }

  // Null is said of elements that have nothing at all; of attributes, nothing is said.
  void emit_null(const Instance& instance, const Item& item) {
    if (item.is_attribute || item.has_children) return;
    if (item.has_attributes && has_attribute(instance, *item.element)) return;
    emit(instance, item, LeafKind::null, {});
  }

  void emit(const Instance& instance, const Item& item, LeafKind kind, std::string_view text) {
    const Path* path = item.path;
    if (item.has_variable_name) {
      const Attribute* name = data_name(instance, *item.element);
      path = owner_.child(path, name == nullptr ? kDataName : text_of(instance, name->parts));
      if (path->id == kNever || (extent_ == Extent::wanted && !is_wanted(path->id))) return;
    }
    out_.push_back({path->id, kind, text, path->transient ? arena_.copy(path->text) : path->text});
  }

  std::optional<base::TimeNs> read_time(const Instance& instance, const Item& item) {
    if (item.is_single) return time_of(instance.value(item.value));
    return base::parse_rfc3339(text_of(instance, item.parts));
  }

  std::optional<std::uint64_t> read_record_id(const Instance& instance, const Item& item) {
    if (item.is_single) return unsigned_of(instance.value(item.value));
    const std::string_view text = text_of(instance, item.parts);
    return unsigned_of({reinterpret_cast<const std::byte*>(text.data()),
                        static_cast<std::uint16_t>(std::min<std::size_t>(text.size(), 0xFFFF)),
                        static_cast<std::uint8_t>(ValueType::ansi_string)});
  }

  Flattener& owner_;
  ChunkReader& reader_;
  Extent extent_;
  base::Arena& arena_;
  std::vector<Leaf>& out_;
  RenderBudget budget_;
  Result result_;
  std::vector<Value> items_;
  std::string text_;
};

Flattener::Flattener(PathToId id_of) : Flattener(std::move(id_of), Limits{}) {}
Flattener::Flattener(PathToId id_of, const Limits& limits)
    : id_of_(std::move(id_of)), limits_(limits), root_(path({})) {}
Flattener::~Flattener() = default;

Flattener::Result Flattener::flatten(const Record& record, Extent extent, base::Arena& arena,
                                     std::vector<Leaf>& out) {
  forget_transient();
  return Run(*this, record, extent, arena, out).run(record);
}

void Flattener::forget_transient() {
  transient_paths_.clear();
  transient_plans_.clear();
}

const Flattener::Path* Flattener::path(std::string_view text) {
  const auto known = path_index_.find(text);
  if (known != path_index_.end()) return known->second;
  auto made = std::make_unique<Path>();
  made->text = text;
  made->id = text.empty() ? kNever : id_of_(text);
  made->transient = !text.empty() && paths_.size() > limits_.paths;
  const Path* result = made.get();
  if (result->transient) {
    transient_paths_.push_back(std::move(made));
  } else {
    path_index_.emplace(made->text, result);
    paths_.push_back(std::move(made));
  }
  return result;
}

const Flattener::Path* Flattener::child(const Path* parent, std::string_view name) {
  if (parent->text.size() + 1 + name.size() > kMaxPathBytes) return parent;
  scratch_.assign(parent->text);
  if (!scratch_.empty()) scratch_ += '.';
  scratch_ += name;
  return path(scratch_);
}

const Flattener::Plan& Flattener::plan(const Template& definition, const Path* prefix, bool in_container) {
  const bool is_known = definition.id() != Template::kTransient && !prefix->transient;
  if (is_known) {
    if (plans_.size() <= definition.id()) plans_.resize(definition.id() + 1);
    for (const auto& known : plans_[definition.id()]) {
      if (known->definition == &definition && known->prefix == prefix &&
          known->in_container == in_container) {
        return *known;
      }
    }
  }
  auto made = std::make_unique<Plan>();
  made->definition = &definition;
  made->prefix = prefix;
  made->in_container = in_container;
  const std::size_t transient_before = transient_paths_.size();
  Planner(*this, definition, *made).run();
  const bool keep = is_known && plan_count_ < limits_.plans && transient_paths_.size() == transient_before;
  plan_count_ += keep ? 1 : 0;
  auto& place = keep ? plans_[definition.id()] : transient_plans_;
  place.push_back(std::move(made));
  return *place.back();
}

}  // namespace hinomi::parse::evtx
