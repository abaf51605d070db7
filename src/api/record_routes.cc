#include "api/record_routes.h"

#include <utility>

#include "api/problem.h"
#include "api/records/answer.h"
#include "api/vault_routes.h"

namespace hinomi::api {
namespace {

using http::Method;
using records::Asked;
using records::RecordService;

// Holds a long body, within what all of them may take.
class HeldBody final : public http::BodySink {
 public:
  explicit HeldBody(std::shared_ptr<std::atomic<std::uint64_t>> held) : held_(std::move(held)) {}
  ~HeldBody() override { *held_ -= counted_; }
  std::optional<http::Response> take(std::string_view piece) override {
    counted_ += piece.size();
    *held_ += piece.size();
    if (*held_ > RecordRoutes::kMaxHeldBytes)
      return problem(Problem::busy, "too many files come at once; send it again");
    body_.append(piece);
    return std::nullopt;
  }
  std::string& body() noexcept { return body_; }

 private:
  std::shared_ptr<std::atomic<std::uint64_t>> held_;
  std::uint64_t counted_ = 0;
  std::string body_;
};

// Writes a body to the disk as it comes. What is not kept in the end is gone with this.
class StoredBody final : public http::BodySink {
 public:
  using Count = std::shared_ptr<std::atomic<std::size_t>>;
  // nullptr: as many as may come at once are coming.
  static std::shared_ptr<StoredBody> open(store::blobs::BlobStore& blobs, Count count) {
    auto body = std::make_shared<StoredBody>(blobs, std::move(count));
    return *body->count_ > RecordRoutes::kMaxFilesAtOnce ? nullptr : body;
  }
  StoredBody(store::blobs::BlobStore& blobs, Count count) : blobs_(blobs), count_(std::move(count)) {
    ++*count_;
  }
  ~StoredBody() override { --*count_; }
  std::optional<http::Response> take(std::string_view piece) override {
    if (auto refusal = begin()) return refusal;
    if (const auto written = content_->write(piece); !written) return refusal_of(written.error());
    return std::nullopt;
  }
  // Also for a body without a byte.
  std::optional<http::Response> begin() {
    if (content_ != nullptr) return std::nullopt;
    auto begun = blobs_.begin();
    if (!begun) return refusal_of(begun.error());
    content_ = std::move(*begun);
    return std::nullopt;
  }
  store::blobs::BlobWriter& content() noexcept { return *content_; }

 private:
  static http::Response refusal_of(const base::Error& error) {
    return problem(error.code == base::ErrorCode::limit_exceeded ? Problem::disk_full : Problem::not_written,
                   "the file cannot be kept");
  }

  store::blobs::BlobStore& blobs_;
  Count count_;
  std::unique_ptr<store::blobs::BlobWriter> content_;
};

using AboutRoles = http::Response (records::RoleService::*)(const Asked&);
using OneEntity = VaultRoutes::OneEntity;

}  // namespace

RecordRoutes::RecordRoutes(RecordService& service, records::RoleService* roles, FindCaller find_caller)
    : service_(service), roles_(roles), find_caller_(std::move(find_caller)) {}

void RecordRoutes::add(std::vector<Route>& routes, Method method, std::string pattern,
                       std::uint64_t body_limit, Answer answer) {
  patterns_.push_back(std::move(pattern));
  Route route;
  route.method = method;
  route.pattern = patterns_.back();
  route.permission = Permission::record;
  route.body_limit = body_limit;
  route.handler = [this, answer = std::move(answer)](Call& call, const http::Responder& respond) {
    this->answer(std::make_shared<http::Request>(std::move(call.request)), call.caller, respond, answer);
  };
  routes.push_back(std::move(route));
}

void RecordRoutes::answer(std::shared_ptr<http::Request> request, const Caller& caller,
                          const http::Responder& respond, const Answer& answer) {
  const bool taken = workers_.ask([this, request = std::move(request), respond, answer, caller] {
    const auto who = find_caller_(*request, caller);
    if (!who) {
      respond(records::simple_problem(503, "busy", "The server is busy"));
    } else if (!*who) {
      respond(problem(Problem::not_signed_in, "no session or token, or one that has ended"));
    } else {
      respond(answer(Asked{**who, *request}));
    }
  });
  if (!taken) respond(problem(Problem::busy, "too many questions wait for an answer"));
}

void RecordRoutes::add_held(std::vector<Route>& routes, std::string pattern, std::uint64_t body_limit,
                            Answer answer) {
  patterns_.push_back(std::move(pattern));
  Route route;
  route.method = Method::post;
  route.pattern = patterns_.back();
  route.permission = Permission::record;
  route.body_limit = body_limit;
  route.open_intake = [this, answer = std::move(answer)](Call& call,
                                                         Intake& intake) -> std::optional<http::Response> {
    auto body = std::make_shared<HeldBody>(held_);
    intake.sink = body;
    intake.finish = [this, body, answer, caller = call.caller, params = call.request.params](
                        http::Request& request, const http::Responder& respond) {
      auto whole = std::make_shared<http::Request>(std::move(request));
      whole->params = params;
      whole->body = std::move(body->body());
      // What it counts for ends with the answer.
      this->answer(whole, caller, respond, [body, answer](const Asked& asked) { return answer(asked); });
    };
    return std::nullopt;
  };
  routes.push_back(std::move(route));
}

void RecordRoutes::add_attach(std::vector<Route>& routes, std::string pattern, const schema::Entity& entity) {
  patterns_.push_back(std::move(pattern));
  Route route;
  route.method = Method::post;
  route.pattern = patterns_.back();
  route.permission = Permission::record;
  route.body_limit = store::blobs::kMaxBlobBytes;
  route.open_intake = [this, &entity](Call& call, Intake& intake) -> std::optional<http::Response> {
    auto body = StoredBody::open(*service_.blobs(), files_);
    if (body == nullptr) return problem(Problem::busy, "too many files come at once; send it again");
    intake.sink = body;
    intake.finish = [this, body, &entity, caller = call.caller, params = call.request.params](
                        http::Request& request, const http::Responder& respond) {
      if (auto refusal = body->begin()) return respond(std::move(*refusal));
      auto whole = std::make_shared<http::Request>(std::move(request));
      whole->params = params;
      answer(whole, caller, respond, [this, body, &entity](const Asked& asked) {
        return service_.add_attachment(asked, entity, body->content());
      });
    };
    return std::nullopt;
  };
  routes.push_back(std::move(route));
}

void RecordRoutes::add_one(std::vector<Route>& routes, const schema::Entity& entity) {
  const std::string one = "/api/v1/" + std::string(entity.path) + "/{id}";
  const auto on = [&](Method method, const std::string& pattern, OneEntity operation, RecordOperation named) {
    const std::uint64_t limit = method == Method::get ? 0 : records::kMaxRecordBody;
    add(routes, method, pattern, limit,
        [this, &entity, operation](const Asked& asked) { return (service_.*operation)(asked, entity); });
    routes.back().words.operation = named;
    routes.back().words.entity = &entity;
    if (vaults_ != nullptr) vaults_->mirror(routes, method, pattern, limit, entity, operation);
  };
  using Operation = RecordOperation;
  on(Method::get, one, &RecordService::get, Operation::get);
  on(Method::patch, one, &RecordService::change, Operation::change);
  on(Method::remove, one, &RecordService::remove, Operation::remove);
  on(Method::post, one + "/restore", &RecordService::restore, Operation::restore);
  on(Method::get, one + "/history", &RecordService::history, Operation::history);
  if (!entity.actions.empty())
    on(Method::post, one + "/actions/{action}", &RecordService::act, Operation::act);
  on(Method::get, one + "/comments", &RecordService::comments, Operation::comments);
  on(Method::post, one + "/comments", &RecordService::add_comment, Operation::add_comment);
  on(Method::remove, one + "/comments/{note}", &RecordService::remove_comment, Operation::remove_comment);
  on(Method::get, one + "/relations", &RecordService::relations, Operation::relations);
  on(Method::post, one + "/relations", &RecordService::add_relation, Operation::add_relation);
  on(Method::remove, one + "/relations/{note}", &RecordService::remove_relation, Operation::remove_relation);
  on(Method::get, one + "/attachments", &RecordService::attachments, Operation::attachments);
  if (service_.blobs() != nullptr) {
    add_attach(routes, one + "/attachments", entity);
    routes.back().words.operation = Operation::add_attachment;
    routes.back().words.entity = &entity;
  }
  on(Method::remove, one + "/attachments/{note}", &RecordService::remove_attachment,
     Operation::remove_attachment);
}

void RecordRoutes::add_roles(std::vector<Route>& routes, records::RoleService& roles) {
  const auto on = [&](Method method, std::string pattern, AboutRoles operation) {
    const std::uint64_t limit = method == Method::get ? 0 : records::kMaxRecordBody;
    add(routes, method, std::move(pattern), limit,
        [&roles, operation](const Asked& asked) { return (roles.*operation)(asked); });
  };
  using records::RoleService;
  on(Method::get, "/api/v1/roles", &RoleService::board);
  on(Method::get, "/api/v1/roles/{code}", &RoleService::role);
  on(Method::put, "/api/v1/roles/{code}/setting", &RoleService::set);
  on(Method::get, "/api/v1/people/{id}/roles", &RoleService::of_person);
  on(Method::get, "/api/v1/assignments/ownerless", &RoleService::ownerless);
}

void RecordRoutes::add_entity(std::vector<Route>& routes, const schema::Entity& entity) {
  const std::string all = "/api/v1/" + std::string(entity.path);
  const auto on = [&](Method method, const std::string& pattern, OneEntity operation, RecordOperation named) {
    const std::uint64_t limit = method == Method::get ? 0 : records::kMaxRecordBody;
    add(routes, method, pattern, limit,
        [this, &entity, operation](const Asked& asked) { return (service_.*operation)(asked, entity); });
    routes.back().words.operation = named;
    routes.back().words.entity = &entity;
    if (vaults_ != nullptr) vaults_->mirror(routes, method, pattern, limit, entity, operation);
  };
  on(Method::get, all, &RecordService::list, RecordOperation::list);
  on(Method::post, all, &RecordService::create, RecordOperation::create);
  on(Method::get, all + "/facets", &RecordService::facets, RecordOperation::facets);
  on(Method::post, all + "/bulk", &RecordService::bulk, RecordOperation::bulk);
  // Not within vaults: a file that goes out is put together on the disk.
  add(routes, Method::get, all + "/export", 0,
      [this, &entity](const Asked& asked) { return service_.export_table(asked, entity); });
  routes.back().words.operation = RecordOperation::export_table;
  routes.back().words.entity = &entity;
  add_held(routes, all + "/import", records::kMaxTableBody,
           [this, &entity](const Asked& asked) { return service_.import_table(asked, entity); });
  routes.back().words.operation = RecordOperation::import_table;
  routes.back().words.entity = &entity;
  add_one(routes, entity);
}

void RecordRoutes::add_work(std::vector<Route>& routes) {
  add(routes, Method::get, "/api/v1/inbox", 0, [this](const Asked& asked) { return service_.inbox(asked); });
  add(routes, Method::get, "/api/v1/inbox/count", 0,
      [this](const Asked& asked) { return service_.inbox_count(asked); });
  add(routes, Method::post, "/api/v1/inbox/read", records::kMaxRecordBody,
      [this](const Asked& asked) { return service_.read_inbox(asked); });
  add(routes, Method::get, "/api/v1/approvals/{id}/steps", 0,
      [this](const Asked& asked) { return service_.approval_steps(asked); });
  add(routes, Method::post, "/api/v1/break_glass/open", records::kMaxRecordBody,
      [this](const Asked& asked) { return service_.open_emergency(asked); });
}

std::vector<Route> RecordRoutes::routes() {
  std::vector<Route> routes;
  add(routes, Method::get, "/api/v1/schema", 0,
      [this](const Asked& asked) { return service_.declarations(asked); });
  add(routes, Method::get, "/api/v1/search", 0,
      [this](const Asked& asked) { return service_.search(asked); });
  add(routes, Method::get, "/api/v1/titles", 0,
      [this](const Asked& asked) { return service_.titles(asked); });
  add(routes, Method::post, "/api/v1/changes/{seq}/undo", records::kMaxRecordBody,
      [this](const Asked& asked) { return service_.undo(asked); });
  add(routes, Method::get, "/api/v1/attachments/{id}/content", 0,
      [this](const Asked& asked) { return service_.attachment_content(asked); });
  // Before those of entities: the first pattern that fits is taken, and "ownerless" is no id.
  if (roles_ != nullptr) add_roles(routes, *roles_);
  if (service_.has_work()) add_work(routes);
  for (const schema::Entity& entity : service_.engine().registry().all())
    if (!entity.attached) add_entity(routes, entity);
  return routes;
}

std::vector<Route> RecordRoutes::audit_routes(audit_log::AuditService& service) {
  std::vector<Route> routes;
  using One = http::Response (audit_log::AuditService::*)(const Asked&);
  const auto on = [&](Method method, std::string pattern, std::uint64_t limit, One operation) {
    add(routes, method, std::move(pattern), limit,
        [&service, operation](const Asked& asked) { return (service.*operation)(asked); });
  };
  using Service = audit_log::AuditService;
  on(Method::get, "/api/v1/audit", 0, &Service::list);
  on(Method::get, "/api/v1/audit/tree", 0, &Service::tree);
  on(Method::post, "/api/v1/audit/export", audit_log::kMaxExportBody, &Service::begin_export);
  on(Method::get, "/api/v1/audit/exports/{id}", 0, &Service::export_state);
  on(Method::get, "/api/v1/audit/exports/{id}/file", 0, &Service::download);
  return routes;
}

}  // namespace hinomi::api
