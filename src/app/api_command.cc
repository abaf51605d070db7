// hinomi api and hinomi records: requests to a running server, and their answers as they came.
#include <algorithm>
#include <array>
#include <vector>

#include "api/http/client.h"
#include "app/api_caller.h"
#include "app/cli.h"
#include "app/record_table.h"
#include "app/registry.h"
#include "base/record_id.h"
#include "messages/messages.h"

namespace hinomi::app {
namespace {

namespace http = api::http;

constexpr int kNoLimit = 1'000'000;

std::vector<OptionSpec> options_with(std::initializer_list<OptionSpec> more) {
  std::vector<OptionSpec> options(std::begin(kCallerOptions), std::end(kCallerOptions));
  options.insert(options.end(), more);
  return options;
}

void write_body(Console& console, const http::Response& response) {
  if (response.body.empty()) return;
  console.write(response.body);
  if (!response.body.ends_with('\n')) console.write("\n");
}

// Words of `hinomi records VERB ENTITY [ID]`.
struct RecordCall {
  const schema::Entity* entity = nullptr;
  std::string target;  // "/people", "/people/<id>"
};

std::optional<RecordCall> record_call(Console& console, const schema::Registry& registry,
                                      const Arguments& arguments, const std::string& command, bool takes_id) {
  const auto& words = arguments.paths();
  if (words.size() != (takes_id ? 2U : 1U)) {
    console.error_line(messages::usage_missing_argument(
        console.language, {.argument = takes_id ? "ENTITY ID" : "ENTITY", .command = command}));
    return std::nullopt;
  }
  RecordCall call;
  call.entity = registry.find_path(words[0]);
  if (call.entity == nullptr) call.entity = registry.find(words[0]);
  if (call.entity == nullptr || call.entity->attached) {
    std::string known;
    for (const schema::Entity& entity : registry.all())
      if (!entity.attached) known += (known.empty() ? "" : ", ") + std::string(entity.path);
    console.error_line(messages::api_no_entity(console.language, {.given = words[0], .known = known}));
    return std::nullopt;
  }
  call.target = "/" + std::string(call.entity->path);
  if (!takes_id) return call;
  const auto id = base::RecordId::parse(words[1]);
  if (!id) {
    console.error_line(messages::api_no_id(console.language, words[1]));
    return std::nullopt;
  }
  call.target += "/" + id->text();
  return call;
}

int finish(Console& console, const std::optional<http::Response>& response) {
  if (!response) return kExitProblems;
  if (is_refusal(*response)) {
    show_refusal(console, *response);
    return kExitProblems;
  }
  write_body(console, *response);
  return kExitOk;
}

// The version that is changed: the one given, or the one that stands now, which is asked for.
std::optional<std::string> version_of(Console& console, const ApiCaller& caller, const Arguments& arguments,
                                      const std::string& target) {
  if (const auto version = arguments.value("--version")) return "\"" + *version + "\"";
  const auto response = caller.ask(console, "GET", target);
  if (!response) return std::nullopt;
  if (!is_refusal(*response)) return field_of(*response, "etag");
  show_refusal(console, *response);
  return std::nullopt;
}

// Parsed words, registry and caller of one command about records.
struct Prepared {
  Arguments arguments;
  schema::Registry registry;
  RecordCall call;
  ApiCaller caller;
};

// nullopt after a message.
std::optional<Prepared> prepare(Console& console, std::span<const std::string> words,
                                const std::string& command, bool takes_id,
                                std::initializer_list<OptionSpec> more) {
  const auto options = options_with(more);
  auto arguments = Arguments::parse(console, command, words, options);
  if (!arguments) return std::nullopt;
  schema::Registry registry = make_registry();
  auto call = record_call(console, registry, *arguments, command, takes_id);
  if (!call) return std::nullopt;
  auto caller = ApiCaller::create(console, *arguments);
  if (!caller) return std::nullopt;
  return Prepared{std::move(*arguments), std::move(registry), std::move(*call), std::move(*caller)};
}

}  // namespace

int api_command(Console& console, std::span<const std::string> words) {
  const auto options = options_with({{"--data", true}, {"--version", true}});
  const auto arguments = Arguments::parse(console, "api", words, options);
  if (!arguments) return kExitUsage;
  if (arguments->paths().size() != 2) {
    console.error_line(
        messages::usage_missing_argument(console.language, {.argument = "METHOD PATH", .command = "api"}));
    return kExitUsage;
  }
  std::string method = arguments->paths()[0];
  std::transform(method.begin(), method.end(), method.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  if (!http::parse_method(method)) {
    console.error_line(messages::api_no_method(console.language, arguments->paths()[0]));
    return kExitUsage;
  }
  const auto data = data_of(console, *arguments);
  const auto caller = ApiCaller::create(console, *arguments);
  if (!data || !caller) return kExitUsage;
  std::vector<http::Field> fields;
  if (const auto version = arguments->value("--version"))
    fields.push_back({"If-Match", "\"" + *version + "\""});
  const auto response = caller->ask(console, method, arguments->paths()[1], *data, std::move(fields));
  if (!response) return kExitProblems;
  // Programs read the refusal where they read answers; people see it in words.
  write_body(console, *response);
  if (!is_refusal(*response)) return kExitOk;
  show_refusal(console, *response);
  return kExitProblems;
}

int records_list_command(Console& console, std::span<const std::string> words) {
  auto prepared = prepare(console, words, "records list", false, {{"--format", true}});
  if (!prepared) return kExitUsage;
  const std::string format = prepared->arguments.value("--format").value_or("json");
  if (format != "json" && format != "table") {
    console.error_line(messages::api_no_format(console.language, format));
    return kExitUsage;
  }
  const auto response = prepared->caller.ask(console, "GET", prepared->call.target);
  if (!response || is_refusal(*response) || format == "json") return finish(console, response);
  const auto table = record_table(*prepared->call.entity, response->body, console.language,
                                  console.out_is_terminal ? console.columns : kNoLimit);
  if (!table) {
    console.error_line(messages::api_failed(console.language, table.error().message));
    return kExitProblems;
  }
  console.write(*table);
  return kExitOk;
}

int records_get_command(Console& console, std::span<const std::string> words) {
  const auto prepared = prepare(console, words, "records get", true, {});
  if (!prepared) return kExitUsage;
  return finish(console, prepared->caller.ask(console, "GET", prepared->call.target));
}

int records_create_command(Console& console, std::span<const std::string> words) {
  const auto prepared = prepare(console, words, "records create", false, {{"--data", true}});
  if (!prepared) return kExitUsage;
  const auto data = data_of(console, prepared->arguments);
  if (!data) return kExitUsage;
  return finish(console,
                prepared->caller.ask(console, "POST", prepared->call.target, data->empty() ? "{}" : *data));
}

int records_change_command(Console& console, std::span<const std::string> words) {
  const auto prepared =
      prepare(console, words, "records change", true, {{"--data", true}, {"--version", true}});
  if (!prepared) return kExitUsage;
  const auto data = data_of(console, prepared->arguments);
  if (!data) return kExitUsage;
  const auto version = version_of(console, prepared->caller, prepared->arguments, prepared->call.target);
  if (!version) return kExitProblems;
  return finish(console, prepared->caller.ask(console, "PATCH", prepared->call.target,
                                              data->empty() ? "{}" : *data, {{"If-Match", *version}}));
}

int records_delete_command(Console& console, std::span<const std::string> words) {
  const auto prepared = prepare(console, words, "records delete", true, {{"--version", true}});
  if (!prepared) return kExitUsage;
  const auto version = version_of(console, prepared->caller, prepared->arguments, prepared->call.target);
  if (!version) return kExitProblems;
  return finish(console,
                prepared->caller.ask(console, "DELETE", prepared->call.target, {}, {{"If-Match", *version}}));
}

}  // namespace hinomi::app
