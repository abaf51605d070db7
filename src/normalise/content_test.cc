// The mapping content as it ships, against real records and against what public rules ask for.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "normalise/normaliser.h"
#include "parse/json/document.h"
#include "parse/yaml/yaml.h"

namespace hinomi::normalise {
namespace {

namespace fs = std::filesystem;

std::string contents(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

class ContentTest : public testing::Test {
 protected:
  void SetUp() override {
    auto made = Normaliser::load(HINOMI_SOURCE_DIR "/content/mappings", fields_, sources_);
    ASSERT_TRUE(made) << made.error().message << " line " << made.error().where.line;
    normaliser_ = std::move(*made);
  }
  void freeze(std::initializer_list<const char*> names) {
    for (const char* name : names) fields_.intern(name);
    ASSERT_TRUE(normaliser_->freeze());
    extractor_ = std::make_unique<Extractor>(*normaliser_);
  }
  void json(std::string_view document, event::Extent extent = event::Extent::referenced) {
    const auto result = extractor_->json(document, 1, extent, arena_, event_);
    ASSERT_TRUE(result) << result.error().message << " in " << document;
    extractor_->finish(event_);
  }
  void line(std::string_view text) {
    ASSERT_TRUE(extractor_->line(text, 1, event::Extent::referenced, arena_, event_));
    extractor_->finish(event_);
  }
  bool is(event::LogSource demand) const {
    for (const auto& source : sources_.sources(event_.route)) {
      if (event::satisfies(source, demand)) return true;
    }
    return false;
  }
  // The values of a field, joined by '|'.
  std::string value(std::string_view name) const {
    std::string out;
    for (const auto& slot : event_.slots) {
      if (slot.field != fields_.find(name) || slot.field == event::kUnlistedField) continue;
      if (!out.empty()) out += '|';
      out += slot.value.text;
    }
    return out;
  }
  event::FieldTable fields_;
  event::SourceRegistry sources_;
  std::unique_ptr<Normaliser> normaliser_;
  std::unique_ptr<Extractor> extractor_;
  base::Arena arena_;
  event::Event event_;
};

TEST_F(ContentTest, knows_windows_events_in_every_common_shape) {
  freeze({"Image", "CommandLine", "ParentImage", "Provider_Name", "Computer", "EventType", "TargetObject"});
  const std::vector<std::string> shapes = {
      // XML turned into JSON
      R"({"Event":{"System":{"Provider":{"#attributes":{"Name":"Microsoft-Windows-Sysmon"}},"EventID":1,"TimeCreated":{"#attributes":{"SystemTime":"2026-04-17T05:24:53.092051Z"}},"Channel":"Microsoft-Windows-Sysmon/Operational","Computer":"c"},"EventData":{"Image":"i","CommandLine":"l"}}})",
      R"({"Event":{"System":{"Provider":{"@Name":"Microsoft-Windows-Sysmon"},"EventID":{"@Qualifiers":0,"#text":"1"},"TimeCreated":{"@SystemTime":"2026-04-17T05:24:53.092051Z"},"Channel":"Microsoft-Windows-Sysmon/Operational","Computer":"c"},"EventData":{"Data":[{"@Name":"Image","#text":"i"},{"@Name":"CommandLine","#text":"l"}]}}})",
      // winlogbeat
      R"({"@timestamp":"2026-04-17T05:24:53.092051Z","event":{"code":"1","provider":"Microsoft-Windows-Sysmon"},"host":{"name":"c"},"winlog":{"channel":"Microsoft-Windows-Sysmon/Operational","event_id":"1","provider_name":"Microsoft-Windows-Sysmon","computer_name":"c","event_data":{"Image":"i","CommandLine":"l"}}})",
      // Elastic Common Schema with the keys flattened
      R"({"@timestamp":"2026-04-17T05:24:53.092051Z","event.code":"1","winlog.channel":"Microsoft-Windows-Sysmon/Operational","winlog.provider_name":"Microsoft-Windows-Sysmon","winlog.computer_name":"c","process.executable":"i","process.command_line":"l"})",
      // NXLog
      R"({"SourceName":"Microsoft-Windows-Sysmon","Channel":"Microsoft-Windows-Sysmon/Operational","Hostname":"c","host":"collector","EventID":1,"@timestamp":"2026-04-17T05:24:53.092051Z","Image":"i","CommandLine":"l"})",
      // Microsoft Sentinel
      R"({"TimeGenerated":"2026-04-17T05:24:53.092051Z","Provider":"Microsoft-Windows-Sysmon","Channel":"Microsoft-Windows-Sysmon/Operational","Computer":"c","EventID":1,"EventData":"{\"Image\":\"i\",\"CommandLine\":\"l\"}"})",
      // an export of a search engine
      R"({"_index":"x","_source":{"@timestamp":"2026-04-17T05:24:53.092051Z","log_name":"Microsoft-Windows-Sysmon/Operational","event_id":1,"source_name":"Microsoft-Windows-Sysmon","computer_name":"c","event_data":{"Image":"i","CommandLine":"l"}}})",
  };
  for (const auto& shape : shapes) {
    json(shape);
    EXPECT_TRUE(is({.product = "windows", .category = "process_creation", .service = {}})) << shape;
    EXPECT_TRUE(is({.product = "windows", .category = {}, .service = "sysmon"})) << shape;
    EXPECT_TRUE(is({.product = "windows", .category = {}, .service = {}})) << shape;
    EXPECT_FALSE(is({.product = "windows", .category = {}, .service = "security"})) << shape;
    EXPECT_EQ(value("Image"), "i") << shape;
    EXPECT_EQ(value("CommandLine"), "l") << shape;
    EXPECT_EQ(value("Computer"), "c") << shape;
    EXPECT_EQ(value("Provider_Name"), "Microsoft-Windows-Sysmon") << shape;
    EXPECT_TRUE(event_.has_time) << shape;
    EXPECT_EQ(base::format_rfc3339(event_.time, 6), "2026-04-17T05:24:53.092051Z") << shape;
  }
}

TEST_F(ContentTest, a_process_creation_of_the_security_log_has_the_names_of_sysmon) {
  freeze({"Image", "ParentImage", "CommandLine", "IntegrityLevel"});
  json(
      R"({"Channel":"security","EventID":4688,"NewProcessName":"n","ParentProcessName":"p","CommandLine":"l","MandatoryLabel":"S-1-16-12288"})");
  EXPECT_TRUE(is({.product = "windows", .category = "process_creation", .service = {}}));
  EXPECT_TRUE(is({.product = "windows", .category = {}, .service = "security"}));
  EXPECT_EQ(value("Image"), "n");
  EXPECT_EQ(value("ParentImage"), "p");
  EXPECT_EQ(value("IntegrityLevel"), "S-1-16-12288");
}

TEST_F(ContentTest, registry_events_are_told_apart) {
  freeze({"EventType"});
  const auto of = [this](const char* id, const char* type) {
    json(R"({"Channel":"Microsoft-Windows-Sysmon/Operational","EventID":)" + std::string(id) +
         R"(,"EventType":")" + type + "\"}");
    std::string out;
    for (const char* category : {"registry_add", "registry_delete", "registry_set", "registry_event"}) {
      if (is({.product = "windows", .category = category, .service = {}})) out += std::string(category) + " ";
    }
    return out;
  };
  EXPECT_EQ(of("12", "CreateKey"), "registry_add registry_event ");
  EXPECT_EQ(of("12", "DeleteValue"), "registry_delete registry_event ");
  EXPECT_EQ(of("13", "SetValue"), "registry_set registry_event ");
}

TEST_F(ContentTest, knows_logs_of_other_systems) {
  freeze({"eventName", "CommandLine", "Image", "query", "cs-uri-query", "c-uri", "gcp.audit.method_name"});
  const auto expect = [this](std::string_view document, event::LogSource demand) {
    json(document);
    EXPECT_TRUE(is(demand)) << document;
  };
  expect(R"({"eventSource":"iam.amazonaws.com","eventName":"CreateUser","awsRegion":"x"})",
         {.product = "aws", .category = {}, .service = "cloudtrail"});
  expect(R"({"category":"SignInLogs","properties":{"userAgent":"x"}})",
         {.product = "azure", .category = {}, .service = "signinlogs"});
  expect(R"({"category":"Administrative","operationName":"MICROSOFT.NETWORK/X/WRITE"})",
         {.product = "azure", .category = {}, .service = "activitylogs"});
  expect(R"({"protoPayload":{"methodName":"v1.x"}})",
         {.product = "gcp", .category = {}, .service = "gcp.audit"});
  EXPECT_EQ(value("gcp.audit.method_name"), "v1.x");
  expect(R"({"eventType":"user.session.start","actor":{"alternateId":"a"}})",
         {.product = "okta", .category = {}, .service = "okta"});
  expect(R"({"Workload":"Exchange","Operation":"New-InboxRule"})",
         {.product = "m365", .category = {}, .service = "audit"});
  expect(R"({"_path":"dns","uid":"u","query":"q"})", {.product = "zeek", .category = {}, .service = "dns"});
  expect(R"({"id.orig_h":"1","endpoint":"e","operation":"o"})",
         {.product = "zeek", .category = {}, .service = "dce_rpc"});
  expect(R"({"logtype":2000,"node_id":"n"})",
         {.product = "opencanary", .category = "application", .service = {}});
  expect(R"({"verb":"create","objectRef":{"resource":"pods"}})",
         {.product = "kubernetes", .category = "application", .service = "audit"});
  expect(R"({"verb":"create","objectRef":{"resource":"pods"}})",
         {.product = "kubernetes", .category = {}, .service = "audit"});
  expect(R"({"action":"org.x","actor":"a","org":"o"})",
         {.product = "github", .category = {}, .service = "audit"});
  expect(R"({"dns":{"question":{"name":"q.example"}}})", {.product = {}, .category = "dns", .service = {}});
  EXPECT_EQ(value("query"), "q.example");
  expect(
      R"({"host":{"os":{"type":"linux"}},"event":{"category":["process"],"type":["start"]},"process":{"executable":"/bin/x"}})",
      {.product = "linux", .category = "process_creation", .service = {}});
  EXPECT_EQ(value("Image"), "/bin/x");
}

TEST_F(ContentTest, knows_lines_of_text_logs) {
  freeze({"CommandLine", "Image", "cs-uri-query", "sc-status", "USER", "pam_user"});
  const auto expect = [this](std::string_view text, event::LogSource demand) {
    line(text);
    EXPECT_TRUE(is(demand)) << text;
  };
  expect("type=EXECVE msg=audit(1.000:2): argc=2 a0=\"curl\" a1=\"-o\"",
         {.product = "linux", .category = "process_creation", .service = {}});
  EXPECT_EQ(value("CommandLine"), "curl -o");
  expect("type=SYSCALL msg=audit(1.000:2): SYSCALL=execve exe=\"/usr/bin/curl\"",
         {.product = "linux", .category = "process_creation", .service = {}});
  EXPECT_EQ(value("Image"), "/usr/bin/curl");
  expect("Nov 23 07:00:39 h sshd[812]: Failed password",
         {.product = "linux", .category = {}, .service = "sshd"});
  EXPECT_TRUE(is({.product = "linux", .category = {}, .service = "auth"}));
  EXPECT_TRUE(is({.product = "linux", .category = {}, .service = "syslog"}));
  EXPECT_TRUE(is({.product = "linux", .category = {}, .service = {}}));
  expect("<86>Nov 23 07:00:39 h x: pam_unix(x:auth): authentication failure; user=root",
         {.product = "linux", .category = {}, .service = "auth"});
  EXPECT_EQ(value("pam_user"), "root");
  expect("2026-11-23T07:00:39.123456+00:00 h CRON[1]: (root) CMD (x)",
         {.product = "linux", .category = {}, .service = "cron"});
  expect(
      "2026-11-23T07:00:39+00:00 h sysmon: <Event><System><Provider "
      "Name=\"Linux-Sysmon\"/><EventID>1</EventID><Channel>Linux-Sysmon/Operational</Channel></"
      "System><EventData><Data Name=\"CommandLine\">id</Data></EventData></Event>",
      {.product = "linux", .category = "process_creation", .service = {}});
  EXPECT_EQ(value("CommandLine"), "id");
  EXPECT_FALSE(is({.product = "windows", .category = {}, .service = {}}));
  expect("<189>29: *Mar  1 18:46:11: %SYS-5-CONFIG_I: Configured",
         {.product = "cisco", .category = {}, .service = "aaa"});
  EXPECT_FALSE(is({.product = "linux", .category = {}, .service = {}}));
  expect("192.0.2.1 - - [10/Oct/2000:13:55:36 +0000] \"GET /a?b HTTP/1.0\" 200 1",
         {.product = {}, .category = "webserver", .service = {}});
  expect(
      "<134>date=2026-11-23 time=07:00:39 devname=\"f\" devid=\"FG100\" logid=\"0100044546\" type=\"event\" "
      "action=\"Add\" cfgpath=\"firewall.policy\"",
      {.product = "fortigate", .category = {}, .service = "event"});
}

// Log sources that no content of a record betrays: what is missing is said in content/mappings/README.md.
const std::set<std::string> kNotRecognised = {
    "paloalto/file_event/globalprotect",
};

TEST_F(ContentTest, covers_every_log_source_that_public_rules_ask_for) {
  const fs::path rules = HINOMI_SOURCE_DIR "/../shared/data/sigma";
  if (!fs::exists(rules)) GTEST_SKIP() << "the test data is absent: " << rules;
  const auto entries = read_source_entries(contents(HINOMI_SOURCE_DIR "/content/mappings/sources.yaml"));
  ASSERT_TRUE(entries);
  std::set<event::LogSource> demands;
  for (const auto& file : fs::recursive_directory_iterator(rules)) {
    if (file.path().extension() != ".yml" || file.path().string().find("/tests/") != std::string::npos)
      continue;
    const auto documents = parse::yaml::read(contents(file.path()));
    if (!documents) continue;
    for (const auto& document : *documents) {
      const auto* source = document.find("logsource");
      if (source == nullptr) continue;
      demands.insert({std::string(source->text_of("product")), std::string(source->text_of("category")),
                      std::string(source->text_of("service"))});
    }
  }
  ASSERT_GT(demands.size(), 130U);
  std::set<std::string> missing;
  for (const auto& demand : demands) {
    bool covered = false;
    for (const auto& entry : *entries) {
      for (const auto& source : entry.is) covered = covered || event::satisfies(source, demand);
    }
    if (!covered) missing.insert(demand.product + "/" + demand.category + "/" + demand.service);
  }
  EXPECT_EQ(missing, kNotRecognised);
}

TEST_F(ContentTest, real_windows_events_are_routed_and_timed) {
  const fs::path folder = HINOMI_SOURCE_DIR "/../shared/data/sigma-regression";
  if (!fs::exists(folder)) GTEST_SKIP() << "the test data is absent: " << folder;
  freeze({"Image", "EventID", "Channel", "Provider_Name", "Computer"});
  std::size_t events = 0;
  for (const auto& file : fs::recursive_directory_iterator(folder)) {
    if (file.path().extension() != ".json") continue;
    const std::string text = contents(file.path());
    parse::json::DocumentSplitter splitter(parse::json::detect_layout(text));
    std::vector<parse::json::Piece> pieces;
    splitter.feed(text, pieces);
    splitter.finish(pieces);
    for (const auto& piece : pieces) {
      ASSERT_EQ(piece.kind, parse::json::PieceKind::document) << file.path();
      json(std::string_view(text).substr(piece.offset, piece.length));
      ++events;
      EXPECT_TRUE(is({.product = "windows", .category = {}, .service = {}})) << file.path();
      EXPECT_TRUE(event_.has_time) << file.path();
      for (const char* field : {"EventID", "Channel", "Provider_Name", "Computer"}) {
        EXPECT_NE(value(field), "") << field << " in " << file.path();
      }
    }
  }
  EXPECT_EQ(events, 118U);
}

}  // namespace
}  // namespace hinomi::normalise
