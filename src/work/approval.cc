#include "work/approval.h"

#include <algorithm>
#include <map>

#include "parse/json/reader.h"
#include "trust/audit_leaf.h"

namespace hinomi::work {
namespace {

using namespace schema;  // the words of declarations
using parse::json::Value;

constexpr std::string_view kStates[] = {"open",    "approved", "rejected",   "sent_back",
                                        "expired", "void",     "acted_first"};
constexpr std::string_view kRules[] = {"anyone", "person", "post", "superior"};
constexpr std::string_view kDecisions[] = {"pending", "approved", "rejected", "sent_back"};
constexpr std::uint32_t kName = 40;
constexpr std::uint32_t kHex = 64;
constexpr std::size_t kMaxBytes = 64UL * 1024;
constexpr std::size_t kMaxDepth = 16;

bool append_canonical(std::string& out, const Value& value, std::initializer_list<std::string_view> without) {
  if (value.kind() == parse::json::Kind::array) {
    out += '[';
    bool first = true;
    for (auto at = value.first(); !(at == value.last()); at = at.next()) {
      if (!std::exchange(first, false)) out += ',';
      if (!append_canonical(out, at, {})) return false;
    }
    out += ']';
    return true;
  }
  if (value.kind() != parse::json::Kind::object) {
    if (value.kind() == parse::json::Kind::string) {
      trust::append_canonical_string(out, value.string());
    } else {
      parse::json::append_json(out, value);
    }
    return true;
  }
  std::map<std::string_view, Value> members;
  for (auto key = value.first(); !(key == value.last());) {
    const Value member = key.next();
    if (std::find(without.begin(), without.end(), key.string()) == without.end() &&
        !members.emplace(key.string(), member).second)
      return false;
    key = member.next();
  }
  out += '{';
  bool first = true;
  for (const auto& [name, member] : members) {
    if (!std::exchange(first, false)) out += ',';
    trust::append_canonical_string(out, name);
    out += ':';
    if (!append_canonical(out, member, {})) return false;
  }
  out += '}';
  return true;
}

}  // namespace

std::span<const std::string_view> choices_of(ApprovalState /*state*/) {
  return kStates;
}
std::span<const std::string_view> choices_of(ApproverRule /*rule*/) {
  return kRules;
}
std::span<const std::string_view> choices_of(StepDecision /*decision*/) {
  return kDecisions;
}

Entity approval_entity() {
  return {.name = "approval",
          .path = "approvals",
          .title = "title",
          .prefix = "APR",
          .fields = fields_of<Approval>({
              text<&Approval::title>("title").server_owned().listed(),
              text<&Approval::about_entity>("about_entity").server_owned().at_most(kName).filterable(),
              text<&Approval::about>("about").server_owned().at_most(kName).filterable(),
              text<&Approval::deed>("deed").server_owned().at_most(kName).filterable(),
              integer<&Approval::about_version>("about_version").server_owned(),
              prose<&Approval::arguments>("arguments").server_owned(),
              prose<&Approval::reason>("asked_because").server_owned(),
              reference<&Approval::requested_by>("requested_by", "person").server_owned().required().listed(),
              choice<&Approval::state>("state").server_owned().listed(),
              time<&Approval::expires_at>("expires_at").server_owned().listed(),
              text<&Approval::nonce>("nonce").server_owned().at_most(kHex),
              text<&Approval::hash>("hash").server_owned().at_most(kHex),
              time<&Approval::decided_at>("decided_at").server_owned().listed(),
              text<&Approval::decision_number>("decision_number").server_owned().at_most(kName).listed(),
              text<&Approval::outcome>("outcome").server_owned(),
          }),
          .actions = {{.name = "decide"},
                      {.name = "resubmit", .permission = "approval.request"},
                      {.name = "withdraw", .permission = "approval.request"}},
          .state_field = "state",
          // What a decision leads to is decided by it and by the steps that follow.
          .transitions = {{"", "acted_first", "create", true},
                          {"open", "approved", "decide"},
                          {"open", "rejected", "decide"},
                          {"open", "sent_back", "decide"},
                          {"acted_first", "approved", "decide"},
                          {"acted_first", "rejected", "decide"},
                          {"sent_back", "open", "resubmit"},
                          {"open", "void", "withdraw"},
                          {"sent_back", "void", "withdraw"},
                          {"open", "void", "void", true},
                          {"sent_back", "void", "void", true},
                          {"acted_first", "void", "void", true},
                          {"open", "expired", "expired", true},
                          {"sent_back", "expired", "expired", true},
                          {"acted_first", "expired", "expired", true}}};
}

Entity approval_step_entity() {
  return {
      .name = "approval_step",
      .path = "approval_steps",
      .title = "title",
      .fields = fields_of<ApprovalStep>({
          text<&ApprovalStep::title>("title").server_owned().at_most(kName),
          reference<&ApprovalStep::approval>("approval", "approval").server_owned().required().filterable(),
          integer<&ApprovalStep::position>("position").server_owned().filterable(),
          choice<&ApprovalStep::rule>("rule").server_owned(),
          reference<&ApprovalStep::person>("person", "person").server_owned(),
          reference<&ApprovalStep::post>("post", "post").server_owned(),
          flag<&ApprovalStep::deputy_allowed>("deputy_allowed").server_owned(),
          choice<&ApprovalStep::decision>("decision").server_owned(),
          reference<&ApprovalStep::decided_by>("decided_by", "person").server_owned(),
          flag<&ApprovalStep::as_deputy>("as_deputy").server_owned(),
          time<&ApprovalStep::decided_at>("decided_at").server_owned(),
          prose<&ApprovalStep::comment>("comment").server_owned(),
      }),
      .attached = true};
}

trust::Hash hash_of(const Binding& binding) {
  std::string text = R"(["hinomi approval 1",)";
  trust::append_canonical_string(text, binding.entity);
  text += ',';
  trust::append_canonical_string(text, binding.deed);
  text += ",[";
  trust::append_canonical_string(text, binding.target);
  text += ',' + std::to_string(binding.version) + "],";
  text += binding.arguments;
  text += ',' + std::to_string(binding.expires_at.since_epoch_ns) + ',';
  trust::append_canonical_string(text, binding.nonce);
  text += ',';
  trust::append_canonical_string(text, binding.requested_by.text());
  text += ']';
  return trust::sha256(text);
}

std::optional<std::string> canonical_json(std::string_view text,
                                          std::initializer_list<std::string_view> without) {
  parse::json::Reader reader(parse::json::Limits{.document_bytes = kMaxBytes, .depth = kMaxDepth});
  const auto document = reader.read(text);
  if (!document || document->kind() != parse::json::Kind::object) return std::nullopt;
  std::string canonical;
  if (!append_canonical(canonical, *document, without)) return std::nullopt;
  return canonical;
}

}  // namespace hinomi::work
