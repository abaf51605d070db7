#include <fmt/format.h>

#include "base/json_writer.h"
#include "demo/network.h"

namespace hinomi::demo {

void DnsLog::query(TimeNs time, const NameQuery& query) {
  std::string text;
  text.reserve(512);
  base::JsonWriter json(text);
  json.begin_object();
  json.key("@timestamp").string(base::format_rfc3339(time, 3));
  json.key("event").begin_object().key("dataset").string("dns.log").key("kind").string("event").end_object();
  json.key("host").begin_object().key("name").string("lnx-dns01").end_object();
  json.key("source").begin_object();
  json.key("ip").string(query.client);
  json.key("port").integer(random_.between(49'152, 65'535));
  json.end_object();
  json.key("network").begin_object().key("transport").string("udp").end_object();
  json.key("dns").begin_object();
  json.key("id").string(fmt::format("{}", random_.below(65'536)));
  json.key("question").begin_object();
  json.key("name").string(query.name);
  json.key("type").string(query.type);
  json.key("registered_domain").string(query.domain);
  json.end_object();
  json.key("response_code").string(query.answer.empty() ? "NXDOMAIN" : "NOERROR");
  if (!query.answer.empty()) {
    json.key("answers").begin_array().begin_object();
    json.key("type").string(query.type).key("data").string(query.answer);
    json.end_object().end_array();
  }
  json.end_object();
  json.end_object();
  recorder_.add(LogFile::dns, time, std::move(text));
}

}  // namespace hinomi::demo
