#include <fmt/format.h>

#include "base/json_writer.h"
#include "demo/network.h"

namespace hinomi::demo {

void ProxyLog::request(TimeNs time, const WebRequest& request) {
  std::string text;
  text.reserve(768);
  base::JsonWriter json(text);
  json.begin_object();
  json.key("@timestamp").string(base::format_rfc3339(time, 3));
  json.key("event").begin_object();
  json.key("dataset").string("proxy.log");
  json.key("duration").integer(random_.between(8, 900) * 1'000'000);  // nanoseconds, as ECS has it
  json.end_object();
  json.key("host").begin_object().key("name").string("lnx-prx01").end_object();
  json.key("source").begin_object().key("ip").string(request.client).end_object();
  if (!request.account.empty()) {
    json.key("user").begin_object().key("name").string(request.account);
    if (!request.name.empty()) json.key("full_name").string(request.name);
    json.end_object();
  }
  json.key("http").begin_object();
  json.key("request").begin_object().key("method").string(request.method);
  json.key("body").begin_object().key("bytes").unsigned_integer(request.sent).end_object().end_object();
  json.key("response").begin_object().key("status_code").integer(request.status);
  json.key("body").begin_object().key("bytes").unsigned_integer(request.received).end_object().end_object();
  json.end_object();
  json.key("url").begin_object();
  json.key("original").string(fmt::format("{}://{}{}", request.scheme, request.host, request.path));
  json.key("domain").string(request.host);
  json.end_object();
  json.key("user_agent").begin_object().key("original").string(request.user_agent).end_object();
  json.key("destination").begin_object();
  json.key("ip").string(request.server);
  json.key("bytes").unsigned_integer(request.received + 400);  // with the response's headers
  json.end_object();
  json.end_object();
  recorder_.add(LogFile::proxy, time, std::move(text));
}

}  // namespace hinomi::demo
