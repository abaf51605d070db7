// Records of every declared entity: what is written is read back, and what is not valid is refused by name.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "properties/world.h"
#include "record/custom.h"
#include "record/json.h"
#include "record/rows.h"
#include "record/tables.h"

namespace hinomi::properties {
namespace {

using record::Draft;
using record::Record;
using record::Refusal;
using schema::Entity;
using schema::Field;
using schema::Kind;
using schema::Value;
using store::sql::Connection;

constexpr int kRecords = 16;  // of each entity

class RoundTripTest : public PropertyTest {};
INSTANTIATE_TEST_SUITE_P(Both, RoundTripTest, ::testing::ValuesIn(store::sql::kBothDialects),
                         store::sql::dialect_name);

// An empty list and no list are the same.
bool same(const Value& a, const Value& b) {
  const auto none = [](const Value& value) {
    const auto* const texts = std::get_if<schema::Texts>(&value);
    return schema::is_empty(value) || (texts != nullptr && texts->empty());
  };
  if (none(a) || none(b)) return none(a) && none(b);
  return a == b;
}

std::string shown(const Field& field, const Value& value) {
  std::string json;
  base::JsonWriter writer(json);
  record::write_value(writer, field, value);
  return json;
}

void expect_same(const Entity& entity, const Record& wanted, const Record& got, std::string_view how) {
  for (std::size_t i = 0; i < entity.fields.size(); ++i)
    EXPECT_TRUE(same(wanted.values[i], got.values[i]))
        << how << " " << entity.name << "." << entity.fields[i].name << " wanted "
        << shown(entity.fields[i], wanted.values[i]) << " got " << shown(entity.fields[i], got.values[i]);
  EXPECT_EQ(wanted.tags, got.tags) << how << " " << entity.name;
  EXPECT_EQ(wanted.custom, got.custom) << how << " " << entity.name;
  EXPECT_EQ(wanted.tlp, got.tlp) << how << " " << entity.name;
  EXPECT_TRUE(wanted.labels == got.labels) << how << " " << entity.name;
}

// What the record must be once the draft is in it.
Record with(const Record& before, const Draft& draft) {
  Record record = before;
  for (const auto& [index, value] : draft.values) record.values[index] = value;
  if (draft.organisation) record.labels.organisation = *draft.organisation;
  if (draft.site) record.labels.site = *draft.site;
  if (draft.zone) record.labels.zone = *draft.zone;
  if (draft.data_class) record.labels.data_class = *draft.data_class;
  if (draft.tlp) record.tlp = *draft.tlp;
  if (draft.tags) record.tags = *draft.tags;
  if (draft.custom) record.custom = record::merge_custom(record.custom, *draft.custom);
  return record;
}

// The fields of a record from its JSON.
Record read_json(const Entity& entity, const std::string& json) {
  Record record;
  record.values = std::vector<Value>(entity.fields.size());
  parse::json::Reader reader(parse::json::Limits{.document_bytes = 1U << 22, .depth = 16});
  const auto document = reader.read(json);
  EXPECT_TRUE(document) << json;
  if (!document) return record;
  std::size_t seen = 0;
  for (auto key = document->first(); !(key == document->last());) {
    const auto value = key.next();
    if (const Field* const field = entity.find(key.string())) {
      EXPECT_TRUE(record::read_value(*field, value, record.values[entity.index_of(field->name)])) << json;
      ++seen;
    }
    key = value.next();
  }
  EXPECT_EQ(seen, entity.fields.size());
  return record;
}

class Trial {
 public:
  Trial(World& world, const Entity& entity) : world_(world), entity_(entity) {}

  void write() {
    std::vector<Draft> drafts;
    for (int i = 0; i < kRecords; ++i) {
      drafts.push_back(valid_draft(entity_, world_.chance(), world_.targets(), true));
      for (auto& [index, value] : drafts.back().values)
        if (entity_.fields[index].unique_value) value = std::to_string(i);
    }
    in_write([&](Connection& connection) {
      for (const Draft& draft : drafts) write_one(connection, draft);
    });
  }

  void change() {
    first_ = wanted_;
    world_.clock().advance(std::chrono::seconds(1));
    in_write([&](Connection& connection) {
      for (Record& wanted : wanted_) {
        Draft draft = valid_draft(entity_, world_.chance(), world_.targets(), true);
        draft.organisation.reset();
        std::erase_if(draft.values, [&](const auto& one) {
          return entity_.fields[one.first].once || entity_.fields[one.first].unique_value;
        });
        const auto read = record::read_draft(entity_, body_of(entity_, draft), false);
        ASSERT_TRUE(read && read->faults.empty());
        const auto changed = world_.engine().change_within(connection, world_.as_program(), entity_,
                                                           wanted.id, read->draft, "change");
        ASSERT_TRUE(changed) << entity_.name << " " << text_of(changed.refusal());
        wanted = with(wanted, draft);
      }
    });
  }

  void expect_read_back(std::string_view how) {
    for (const Record& wanted : wanted_) {
      const auto got = world_.engine().get(world_.as_program(), entity_, wanted.id);
      ASSERT_TRUE(got) << text_of(got.refusal());
      expect_same(entity_, wanted, *got, how);
      const Record again = read_json(entity_, record::to_json(entity_, *got));
      for (std::size_t i = 0; i < entity_.fields.size(); ++i)
        EXPECT_TRUE(same(got->values[i], again.values[i])) << entity_.name << "." << entity_.fields[i].name;
      expect_cells(*got);
    }
  }

  // As it was before the change, by the history alone.
  void expect_then(base::TimeNs then) {
    for (const Record& wanted : first_) {
      const auto got = world_.engine().get(world_.as_program(), entity_, wanted.id, then);
      ASSERT_TRUE(got) << text_of(got.refusal());
      expect_same(entity_, wanted, *got, "as of then");
    }
  }

  // Whatever the order, pages hold each record once; and what a field says finds its record.
  void expect_lists() {
    record::ListQuery query;
    query.realm = std::nullopt;
    query.limit = 7;
    for (std::size_t i = 0; i <= entity_.fields.size(); ++i) {
      if (i < entity_.fields.size() && !record::may_sort(entity_.fields[i])) continue;
      query.sort = i < entity_.fields.size() ? std::optional(i) : std::nullopt;
      for (const bool down : {false, true}) {
        query.descending = down;
        expect_pages(query);
      }
    }
    for (const Record& wanted : wanted_) expect_found(wanted);
  }

 private:
  void write_one(Connection& connection, const Draft& draft) {
    const std::string body = body_of(entity_, draft);
    const auto read = record::read_draft(entity_, body, true);
    ASSERT_TRUE(read) << body;
    ASSERT_TRUE(read->faults.empty()) << entity_.name << " " << read->faults.front().field << " " << body;
    Record blank;
    blank.values = entity_.defaults();
    const auto made =
        world_.engine().create_within(connection, world_.as_program(), entity_, std::move(read->draft));
    ASSERT_TRUE(made) << entity_.name << " " << text_of(made.refusal()) << " " << body;
    blank.id = made->id;
    wanted_.push_back(with(blank, draft));
  }

  void in_write(const std::function<void(Connection&)>& work) {
    const auto done = world_.engine().in_write([&](Connection& connection) -> base::Result<void> {
      work(connection);
      return {};
    });
    EXPECT_TRUE(done);
  }

  // As text in a cell of a table and back. Members of a list may not hold what parts them.
  void expect_cells(const Record& record) {
    for (std::size_t i = 0; i < entity_.fields.size(); ++i) {
      const Field& field = entity_.fields[i];
      if (schema::is_empty(record.values[i]) || field.kind == Kind::texts) continue;
      Value back;
      EXPECT_TRUE(record::read_text(field, record::text_of(field, record.values[i]), back));
      EXPECT_TRUE(same(record.values[i], back)) << entity_.name << "." << field.name;
    }
  }

  void expect_pages(record::ListQuery query) {
    std::set<base::RecordId> seen;
    query.after.clear();
    const std::string how = std::string(entity_.name) + " sorted by " +
                            (query.sort ? std::string(entity_.fields[*query.sort].name) : "time") +
                            (query.descending ? ", down" : "");
    for (;;) {
      const auto page = world_.engine().list(world_.as_program(), entity_, query);
      ASSERT_TRUE(page) << how << ": " << text_of(page.refusal());
      for (const Record& record : page->records)
        EXPECT_TRUE(seen.insert(record.id).second) << how << ": twice";
      if (page->next.empty()) break;
      query.after = page->next;
    }
    for (const Record& wanted : wanted_) EXPECT_TRUE(seen.contains(wanted.id)) << how << ": left out";
  }

  void expect_found(const Record& wanted) {
    for (std::size_t i = 0; i < entity_.fields.size(); ++i) {
      const Field& field = entity_.fields[i];
      if (!field.may_filter) continue;
      std::string text = record::text_of(field, wanted.values[i]);
      if (const auto* const members = std::get_if<schema::Texts>(&wanted.values[i]))
        text = members->empty() ? std::string() : members->front();
      const bool none = text.empty();
      std::string escaped;
      for (const char c : text) {
        if (c == ',' || c == '\\') escaped += '\\';
        escaped += c;
      }
      const record::Parameter asked = none ? record::Parameter{std::string(field.name) + ".empty", "true"}
                                           : record::Parameter{std::string(field.name), escaped};
      auto read = record::read_query(entity_, {asked, {"realm", "any"}, {"id", wanted.id.text()}});
      ASSERT_TRUE(read.faults.empty()) << field.name << " " << read.faults.front().detail;
      const auto page = world_.engine().list(world_.as_program(), entity_, read.query);
      ASSERT_TRUE(page) << text_of(page.refusal());
      EXPECT_EQ(page->records.size(), 1U) << entity_.name << "." << asked.name << "=" << asked.value;
    }
  }

  World& world_;
  const Entity& entity_;
  std::vector<Record> wanted_;
  std::vector<Record> first_;
};

TEST_P(RoundTripTest, every_entity_reads_back_what_was_written) {
  HINOMI_SAY_SEED();
  World world(*database_, World::Wiring::bare, 1);
  for (const Entity& entity : world.registry().all()) {
    Trial trial(world, entity);
    trial.write();
    trial.expect_read_back("new");
    const base::TimeNs then = world.clock().now();
    trial.change();
    trial.expect_read_back("changed");
    trial.expect_then(then);
    trial.expect_lists();
    if (HasFatalFailure()) return;
  }
}

std::int64_t rows_of(World& world, const Entity& entity) {
  std::int64_t rows = -1;
  const auto read = world.engine().in_read([&](Connection& connection) -> base::Result<void> {
    auto statement = connection.prepare("SELECT COUNT(*) FROM " + record::table_of(entity));
    if (!statement) return statement.error();
    const auto found = (*statement)->step();
    if (!found) return found.error();
    rows = (*statement)->integer(0);
    (*statement)->reset();
    return {};
  });
  EXPECT_TRUE(read);
  return rows;
}

// The body of a valid new record, but for one member.
std::string body_with(World& world, const Entity& entity, const Field& field, const std::string& json) {
  Draft draft = valid_draft(entity, world.chance(), world.targets(), field.by_server);
  draft.organisation = base::OrganisationId{1};
  std::erase_if(draft.values, [&](const auto& one) { return entity.fields[one.first].name == field.name; });
  std::string body = body_of(entity, draft);
  body.pop_back();
  body += (body.size() > 1 ? ",\"" : "\"") + std::string(field.name) + "\":" + json + "}";
  return body;
}

bool names(const std::vector<record::Fault>& faults, std::string_view field) {
  return std::any_of(faults.begin(), faults.end(),
                     [&](const record::Fault& fault) { return fault.field == field; });
}

void expect_refused(World& world, const Entity& entity, const Field& field, const Invalid& invalid) {
  const std::string what = std::string(entity.name) + "." + std::string(field.name) + ", " + invalid.why +
                           ": " + invalid.json.substr(0, 60);
  const auto read = record::read_draft(entity, body_with(world, entity, field, invalid.json), true);
  // What is no JSON at all says so.
  if (!read) return;
  if (!read->faults.empty()) {
    EXPECT_TRUE(names(read->faults, field.name)) << what << ", but " << read->faults.front().field;
    return;
  }
  const auto made = field.by_server ? world.make(entity.name, read->draft)
                                    : world.engine().create(world.as_program(), entity, read->draft);
  ASSERT_FALSE(made) << what;
  EXPECT_EQ(made.refusal().kind, Refusal::Kind::invalid) << what << " " << text_of(made.refusal());
  EXPECT_TRUE(names(made.refusal().faults, field.name)) << what << " " << text_of(made.refusal());
}

TEST_P(RoundTripTest, what_is_not_valid_is_refused_and_the_field_is_named) {
  HINOMI_SAY_SEED();
  World world(*database_, World::Wiring::bare, 2);
  for (const Entity& entity : world.registry().all()) {
    const std::int64_t before = rows_of(world, entity);
    const std::int64_t changes = *world.engine().last_change();
    for (const Field& field : entity.fields) {
      for (const Invalid& invalid : invalid_values(field, world.chance()))
        expect_refused(world, entity, field, invalid);
      if (!field.by_server) continue;
      // Valid, but not theirs to set.
      Draft draft;
      const std::string valid = shown(field, valid_value(field.required(), world.chance(), world.targets()));
      const auto read = record::read_draft(entity, body_with(world, entity, field, valid), true);
      ASSERT_TRUE(read);
      const auto made = world.engine().create(world.as_program(), entity, read->draft);
      ASSERT_FALSE(made) << entity.name << "." << field.name;
      EXPECT_TRUE(names(made.refusal().faults, field.name)) << text_of(made.refusal());
    }
    EXPECT_EQ(rows_of(world, entity), before) << entity.name;
    EXPECT_EQ(*world.engine().last_change(), changes) << entity.name;
  }
}

}  // namespace
}  // namespace hinomi::properties
