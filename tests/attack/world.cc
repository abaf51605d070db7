#include "attack/world.h"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "store/sql/testing/postgres_server.h"

namespace hinomi::attack {
namespace {

namespace fs = std::filesystem;
using store::sql::Connection;
using store::sql::PostgresServer;

constexpr auto kLogPatience = std::chrono::seconds(4);

std::string content_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

std::string in_quotes(std::string_view text) {
  return "\"" + std::string(text) + "\"";
}

}  // namespace

std::string text_in(const std::string& json, const std::string& name) {
  const std::string mark = "\"" + name + "\":\"";
  const std::size_t at = json.find(mark);
  if (at == std::string::npos) return {};
  return json.substr(at + mark.size(), json.find('"', at + mark.size()) - at - mark.size());
}

std::string new_address() {
  static int last = 0;
  ++last;
  return "127." + std::to_string(10 + last / 200) + "." + std::to_string(1 + last % 200) + ".7";
}

World& World::get() {
  static World world;
  return world;
}

std::string World::why_missing() {
  return PostgresServer::why_missing();
}

bool World::start() {
  root_ = std::make_unique<os::ScratchFolder>();
  database_name_ = PostgresServer::get().take_database();
  auto opened = store::sql::open_postgres(
      {.address = PostgresServer::get().socket_address(database_name_), .connections = 2});
  if (!opened) {
    ADD_FAILURE() << opened.error().message;
    return false;
  }
  database_ = std::move(*opened);
  return start_first() && set_up() && start_second();
}

void World::stop() {
  for (auto& server : servers_) {
    if (server) {
      EXPECT_EQ(server->stop(), 0);
    }
    server.reset();
  }
  database_.reset();
  if (!database_name_.empty()) PostgresServer::get().give_back_database(database_name_);
  root_.reset();
}

// Over TCP, told by the environment; the other one over a socket, told by a file.
bool World::start_first() {
  fault::ServerSettings settings;
  settings.program = HINOMI_PROGRAM;
  settings.data = *root_ / "one";
  settings.rules = {HINOMI_RULES};
  settings.port = fault::free_port();
  settings.environment = {"HINOMI_DATABASE=" + PostgresServer::get().tcp_address(database_name_)};
  servers_[0] = std::make_unique<fault::ServerProcess>(settings);
  if (servers_[0]->start()) return true;
  ADD_FAILURE() << servers_[0]->problem() << "\n" << log_of(0);
  return false;
}

bool World::start_second() {
  const std::string one = *root_ / "one";
  const std::string two = *root_ / "two";
  fs::create_directories(two);
  fs::permissions(two, fs::perms::owner_all);
  fs::copy(one + "/keys", two + "/keys", fs::copy_options::recursive);
  fs::copy_file(one + "/key", two + "/key");
  const std::string file =
      root_->write("database", PostgresServer::get().socket_address(database_name_) + "\n");
  fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write);
  fault::ServerSettings settings;
  settings.program = HINOMI_PROGRAM;
  settings.data = two;
  settings.rules = {HINOMI_RULES};
  settings.port = fault::free_port();
  settings.more = {"--database-file", file};
  servers_[1] = std::make_unique<fault::ServerProcess>(settings);
  if (servers_[1]->start()) return true;
  ADD_FAILURE() << servers_[1]->problem() << "\n" << log_of(1);
  return false;
}

std::string World::log_of(int node) const {
  if (!servers_[index(node)]) return {};
  return content_of(servers_[index(node)]->log_path());
}

// Both organisations, and the administrator of the group.
bool World::set_up() {
  constexpr std::string_view kMark = "/setup#secret=";
  const bool printed =
      wait_until([&] { return log_of(0).find(kMark) != std::string::npos; }, std::chrono::seconds(20));
  const std::string log = log_of(0);
  const std::size_t at = log.find(kMark);
  if (!printed || at == std::string::npos) {
    ADD_FAILURE() << "no secret of the first start was printed\n" << log;
    return false;
  }
  const std::size_t begin = at + kMark.size();
  setup_secret_ = log.substr(begin, log.find_first_of(" \r\n\x1b", begin) - begin);
  const std::string before = state();
  const Mark mark = this->mark();
  const auto ask = [&](Browser& browser, const std::string& secret) {
    return send(0, browser, "POST", "/api/v1/setup", setup_body(browser.login, secret)).status;
  };
  Browser stranger;
  stranger.login = "stranger";
  stranger.from = new_address();
  first_start_.without_secret = ask(stranger, "");
  first_start_.with_wrong_secret = ask(stranger, std::string(setup_secret_.size(), 'x'));
  first_start_.had_no_effect = state() == before;
  first_start_.was_logged = logged_since(mark, {"setup.finish", R"("outcome":"refused")"});
  Browser other;
  admin_.login = "admin";
  other.login = "admin2";
  int own = 0;
  int others = 0;
  std::thread at_once([&] { others = ask(other, setup_secret_); });
  own = ask(admin_, setup_secret_);
  at_once.join();
  first_start_.made_at_once = (own == 204 ? 1 : 0) + (others == 204 ? 1 : 0);
  if (own != 204) admin_ = other;
  if (first_start_.made_at_once == 0)
    ADD_FAILURE() << "the first start was refused: " << own << "\n" << log_of(0);
  admin_.person = text_in(send(0, admin_, "GET", "/api/v1/session").body, "id");
  return !admin_.person.empty();
}

std::string World::setup_body(const std::string& login, const std::string& secret) {
  return R"({"secret":")" + secret +
         R"(","language":"en","organisations":[{"name":"一番商事","zone":"Asia/Tokyo","calendar":"jp","sites":[{"name":"本社"},{"name":"工場"}]},)"
         R"({"name":"二番商事","zone":"Asia/Tokyo","calendar":"jp","sites":[{"name":"支社"}]}],)"
         R"("administrator":{"name":"管理 者","login":")" +
         login + R"(","password":")" + std::string(kPassword) + "\"}}";
}

std::string World::text(int node, std::string_view method, std::string_view target, std::string_view fields,
                        std::string_view body) const {
  std::string text = std::string(method) + " " + std::string(target) + " HTTP/1.1\r\nHost: " + host(node) +
                     "\r\n" + std::string(fields);
  if (!body.empty() || method == "POST" || method == "PUT" || method == "PATCH")
    text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  return text + "\r\n" + std::string(body);
}

Answer World::raw(int node, std::string_view method, std::string_view target, std::string_view fields,
                  std::string_view body, const std::string& from) {
  Wire wire(port(node), from);
  wire.send(text(node, method, target, fields, body));
  return wire.receive();
}

Answer World::send(int node, Browser& browser, std::string_view method, std::string_view target,
                   std::string_view body, std::string_view more) {
  std::string fields(more);
  if (!browser.cookie.empty()) fields += "Cookie: " + browser.cookie + "\r\n";
  if (!browser.bearer.empty()) fields += "Authorization: Bearer " + browser.bearer + "\r\n";
  if (method != "GET" && more.find("Origin:") == std::string_view::npos)
    fields += "Origin: http://" + host(node) + "\r\n";
  if (!body.empty() && more.find("Content-Type:") == std::string_view::npos)
    fields += "Content-Type: application/json\r\n";
  Answer answer = raw(node, method, target, fields, body, browser.from);
  if (const std::string set = answer.field("Set-Cookie"); !set.empty())
    browser.cookie = set.substr(0, set.find(';'));
  return answer;
}

std::unique_ptr<Wire> World::stream(int node, Browser& browser, std::string_view target) {
  auto wire = std::make_unique<Wire>(port(node), browser.from);
  wire->send(text(node, "GET", target, "Cookie: " + browser.cookie + "\r\n", {}));
  const Answer head = wire->receive();
  EXPECT_EQ(head.status, 200) << target << " " << head.body;
  EXPECT_TRUE(wire->wait_for("event: hello", std::chrono::seconds(5))) << target;
  return wire;
}

Answer World::sign_in(int node, Browser& browser, std::string_view password) {
  return send(node, browser, "POST", "/api/v1/session",
              R"({"name":)" + in_quotes(browser.login) + R"(,"password":)" + in_quotes(password) + "}");
}

bool World::is_signed_in(int node, Browser& browser) {
  // A copy: what comes back must not change what is asked about.
  Browser copy = browser;
  return send(node, copy, "GET", "/api/v1/session").status == 200;
}

std::string World::make(std::string_view path, const std::string& body) {
  const Answer made = send(0, admin_, "POST", "/api/v1/" + std::string(path), body);
  EXPECT_EQ(made.status, 201) << path << " " << body << " " << made.body;
  return text_in(made.body, "id");
}

std::string World::assign(const std::string& person, const std::string& role, int organisation,
                          std::string_view more) {
  return make("assignments", R"({"role":)" + in_quotes(role) + R"(,"person":)" + in_quotes(person) +
                                 R"(,"organisation":)" + std::to_string(organisation) + std::string(more) +
                                 "}");
}

Browser World::person(const std::string& login, int organisation, const std::vector<std::string>& roles,
                      bool with_account) {
  Browser browser;
  browser.login = login;
  browser.from = new_address();
  browser.person = make("people", R"({"name":)" + in_quotes(login) + R"(,"organisation":)" +
                                      std::to_string(organisation) + "}");
  for (const std::string& role : roles) assign(browser.person, role, organisation);
  if (!with_account) return browser;
  const Answer invited = send(0, admin_, "POST", "/api/v1/people/" + browser.person + "/invitation", "{}");
  EXPECT_EQ(invited.status, 201) << invited.body;
  const std::string address = text_in(invited.body, "address");
  const std::string code = address.substr(address.find("#code=") + 6);
  const Answer accepted = send(0, browser, "POST", "/api/v1/invitation",
                               R"({"code":)" + in_quotes(code) + R"(,"login":)" + in_quotes(login) +
                                   R"(,"password":)" + in_quotes(kPassword) + "}");
  EXPECT_EQ(accepted.status, 204) << accepted.body;
  EXPECT_EQ(sign_in(0, browser).status, 204) << login;
  return browser;
}

std::string World::version(Browser& as, std::string_view path, const std::string& id) {
  return send(0, as, "GET", "/api/v1/" + std::string(path) + "/" + id).field("ETag");
}

std::vector<std::string> World::rows(const std::string& sql) {
  std::vector<std::string> found;
  const auto read = store::sql::in_transaction(*database_, Connection::Kind::read,
                                               [&](Connection& connection) -> base::Result<void> {
                                                 found.clear();
                                                 auto statement = connection.prepare(sql);
                                                 if (!statement) return statement.error();
                                                 for (;;) {
                                                   const auto row = (*statement)->step();
                                                   if (!row) return row.error();
                                                   if (!*row) return {};
                                                   found.emplace_back((*statement)->text(0));
                                                 }
                                               });
  EXPECT_TRUE(read) << read.error().message << " " << sql;
  return found;
}

void World::execute(const std::string& sql) {
  PostgresServer::get().run_in(database_name_, sql);
}

std::string World::state() {
  // Jobs and schedules move by themselves; audit and last uses are what an attack is meant to leave.
  const std::vector<std::string> tables = rows(
      "SELECT CAST(c.relname AS TEXT) FROM pg_class c JOIN pg_namespace n ON n.oid=c.relnamespace WHERE "
      "n.nspname='public' AND c.relkind='r' AND (c.relname LIKE 'r\\_%' OR c.relname IN ('account', "
      "'account_recovery', 'account_passkey', 'account_invitation', 'account_setup', 'account_key')) AND "
      "c.relname NOT IN ('r_job', 'r_schedule') ORDER BY c.relname");
  std::string state;
  for (const std::string& table : tables)
    for (const std::string& digest :
         rows("SELECT md5(COALESCE(string_agg(CAST(t AS TEXT), '|' ORDER BY CAST(t AS TEXT)), '')) FROM " +
              table + " t"))
      state += table + " " + digest + "\n";
  for (const std::string_view sql :
       {"SELECT md5(COALESCE(string_agg(CAST(id AS TEXT) || half || methods, '|' ORDER BY id), '')) FROM "
        "account_session WHERE ended_at IS NULL",
        "SELECT md5(COALESCE(string_agg(CAST(id AS TEXT) || scopes || COALESCE(ended_at, 0), '|' ORDER BY "
        "id), '')) "
        "FROM account_token"})
    for (const std::string& digest : rows(std::string(sql))) state += digest + "\n";
  return state;
}

World::Mark World::mark() {
  Mark mark;
  for (const std::string& row : rows("SELECT organisation || ' ' || size FROM audit_tree")) {
    std::istringstream words(row);
    int organisation = 0;
    words >> organisation >> mark.leaves[organisation];
  }
  for (int node = 0; node < 2; ++node) mark.log[index(node)] = log_of(node).size();
  return mark;
}

bool World::logged_since(const Mark& mark, const std::vector<std::string>& all) {
  const auto holds_all = [&](const std::string& text) {
    for (const std::string& one : all)
      if (text.find(one) == std::string::npos) return false;
    return true;
  };
  return wait_until(
      [&] {
        for (int organisation = 0; organisation <= 2; ++organisation) {
          const auto before = mark.leaves.find(organisation);
          const long size = before == mark.leaves.end() ? 0 : before->second;
          for (const std::string& leaf :
               rows("SELECT leaf FROM audit_leaf WHERE organisation=" + std::to_string(organisation) +
                    " AND idx>=" + std::to_string(size)))
            if (holds_all(leaf)) return true;
        }
        for (int node = 0; node < 2; ++node) {
          std::istringstream lines(log_of(node).substr(mark.log[index(node)]));
          for (std::string line; std::getline(lines, line);)
            if (holds_all(line)) return true;
        }
        return false;
      },
      kLogPatience);
}

}  // namespace hinomi::attack
