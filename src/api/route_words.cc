#include "api/route_words.h"

#include <algorithm>
#include <iterator>

namespace hinomi::api {
namespace {

using http::Method;

struct Described {
  Method method;
  std::string_view pattern;
  RouteWords words;
};

#define HINOMI_ALERT_FILTER                                                             \
  "alerts.level alerts.realm alerts.status alerts.tactic alerts.technique alerts.rule " \
  "alerts.source alerts.entity alerts.q alerts.from alerts.to alerts.until_version"

constexpr Described kAlerts[] = {
    {Method::get,
     "/api/v1/alerts",
     {.summary = "Alerts, a page of them",
      .answer = "AlertPage",
      .parameters = HINOMI_ALERT_FILTER " alerts.before_seq alerts.offset alerts.limit alerts.order"}},
    {Method::get,
     "/api/v1/alerts/facets",
     {.summary = "How many of the alerts have each value",
      .answer = "AlertFacets",
      .parameters = HINOMI_ALERT_FILTER}},
    {Method::get,
     "/api/v1/alerts/histogram",
     {.summary = "How many of the alerts there were over time",
      .answer = "AlertHistogram",
      .parameters = HINOMI_ALERT_FILTER " alerts.buckets"}},
    {Method::get,
     "/api/v1/alerts/{id}",
     {.summary = "One alert with its rule and its findings", .answer = "Alert"}},
    {Method::get,
     "/api/v1/findings/{id}",
     {.summary = "One finding: the event, and why the rule matched it", .answer = "Finding"}},
    {Method::get,
     "/api/v1/rules/{id}",
     {.summary = "One rule as it was when it matched", .answer = "Rule", .parameters = "rules.set"}},
    {Method::get,
     "/api/v1/stream",
     {.summary = "Alerts that are new or changed, as they happen", .media = "text/event-stream"}},
};

#undef HINOMI_ALERT_FILTER

constexpr Described kProgram[] = {
    {Method::get,
     "/healthz",
     {.summary = "Whether events are taken and judged; the same with 503 when not", .answer = "Health"}},
    {Method::get,
     "/api/v1/status",
     {.summary = "Figures of the server: sources, pipeline, journal, disk, memory", .answer = "Status"}},
    {Method::get, "/api/v1/openapi.json", {.summary = "This description of the API", .answer = "Document"}},
    {Method::post,
     "/api/v1/events",
     {.summary = "Send events: lines, or a JSON array; acknowledged when durable",
      .answer = "Receipt",
      .body = "Events",
      .parameters = "events.source",
      .body_media = "application/x-ndjson text/plain application/json"}},
    {Method::post,
     "/api/v1/csp-report",
     {.summary = "Reports of browsers about the content policy; counted, never read",
      .body = "CspReport",
      .status = 204,
      .body_media = "application/csp-report application/reports+json"}},
};

constexpr Described kRecords[] = {
    {Method::get,
     "/api/v1/schema",
     {.summary = "The declarations of all kinds of records", .answer = "Declarations"}},
    {Method::get,
     "/api/v1/search",
     {.summary = "Full-text search over all records that the caller may read",
      .answer = "SearchHits",
      .parameters = "search.q search.limit"}},
    {Method::get,
     "/api/v1/titles",
     {.summary = "Titles of records of any kind by their ids; hidden and unknown ones are left out",
      .answer = "Titles",
      .parameters = "titles.ids"}},
    {Method::post,
     "/api/v1/changes/{seq}/undo",
     {.summary = "Undo one change of a record, if what it set still stands", .answer = "Undone"}},
    {Method::get,
     "/api/v1/attachments/{id}/content",
     {.summary = "The bytes of an attached file, always as a download", .media = "application/octet-stream"}},
    {Method::get,
     "/api/v1/changes/stream",
     {.summary = "Changes of all records that the caller may read, as they happen",
      .parameters = "changes.after",
      .media = "text/event-stream"}},
};

constexpr Described kWork[] = {
    {Method::get,
     "/api/v1/inbox",
     {.summary = "The caller's own notices and what waits for them", .answer = "Inbox"}},
    {Method::get, "/api/v1/inbox/count", {.summary = "How many notices are unread", .answer = "InboxCount"}},
    {Method::post,
     "/api/v1/inbox/read",
     {.summary = "Mark all of the caller's notices as read", .answer = "InboxRead"}},
    {Method::get,
     "/api/v1/approvals/{id}/steps",
     {.summary = "The steps of an approval", .answer = "ApprovalSteps"}},
    {Method::post,
     "/api/v1/break_glass/open",
     {.summary = "Open an emergency access for a while; it is reviewed afterwards",
      .answer = "BreakGlass",
      .body = "Emergency",
      .status = 201}},
    {Method::get,
     "/api/v1/audit",
     {.summary = "Entries of the audit log, for audit.read of the organisation",
      .answer = "AuditEntries",
      .parameters = "audit.organisation audit.after audit.before audit.limit audit.entity audit.record "
                    "audit.actor"}},
    {Method::get,
     "/api/v1/audit/tree",
     {.summary = "Size, root, keys, checkpoint and anchor of an audit log",
      .answer = "AuditTree",
      .parameters = "audit.organisation"}},
    {Method::post,
     "/api/v1/audit/export",
     {.summary = "Begin an export of the audit log",
      .answer = "AuditExport",
      .body = "AuditExportBody",
      .status = 202}},
    {Method::get, "/api/v1/audit/exports/{id}", {.summary = "How far an export is", .answer = "AuditExport"}},
    {Method::get,
     "/api/v1/audit/exports/{id}/file",
     {.summary = "The archive of an export, for hinomi-verify", .media = "application/octet-stream"}},
};

constexpr Described kRoles[] = {
    {Method::get,
     "/api/v1/roles",
     {.summary = "All roles, or services, with who carries them",
      .answer = "RoleBoard",
      .parameters = "roles.catalogue roles.organisation roles.on"}},
    {Method::get,
     "/api/v1/roles/{code}",
     {.summary = "One role, or service, with everything about it",
      .answer = "Role",
      .parameters = "roles.catalogue roles.organisation roles.on"}},
    {Method::put,
     "/api/v1/roles/{code}/setting",
     {.summary = "Set what an organisation says of a role",
      .answer = "RoleSetting",
      .body = "RoleSettingBody"}},
    {Method::get,
     "/api/v1/people/{id}/roles",
     {.summary = "The roles that a person carries", .answer = "RolesOfPerson"}},
    {Method::get,
     "/api/v1/assignments/ownerless",
     {.summary = "Assignments that nobody carries at a day",
      .answer = "Ownerless",
      .parameters = "roles.organisation roles.on"}},
};

constexpr Described kSessions[] = {
    {Method::get, "/api/v1/session", {.summary = "Who is signed in", .answer = "Session"}},
    {Method::post,
     "/api/v1/session",
     {.summary = "Sign in, step by step: 204 with a session cookie, or 200 with what is missing",
      .answer = "NextProof",
      .body = "SignIn",
      .status = 204}},
    {Method::remove, "/api/v1/session", {.summary = "End the own session", .status = 204}},
    {Method::post,
     "/api/v1/session/proof",
     {.summary = "Prove again who one is, for what needs it", .body = "SignIn", .status = 204}},
    {Method::post,
     "/api/v1/session/passkey/options",
     {.summary = "What a browser needs to prove a passkey", .answer = "PasskeyOptions", .body = "Nothing"}},
    {Method::get,
     "/api/v1/sessions",
     {.summary = "Sessions: one's own, or with account.manage those of a person",
      .answer = "Sessions",
      .parameters = "account.person"}},
    {Method::remove,
     "/api/v1/sessions/{id}",
     {.summary = "End a session", .parameters = "account.person", .status = 204}},
};

constexpr Described kAccount[] = {
    {Method::get, "/api/v1/account", {.summary = "The own account", .answer = "Account"}},
    {Method::post,
     "/api/v1/account/password",
     {.summary = "Change the own password; all other sessions end", .body = "NewPassword", .status = 204}},
    {Method::post,
     "/api/v1/account/totp",
     {.summary = "Begin with one-time codes: their secret", .answer = "TotpSecret", .body = "Nothing"}},
    {Method::put,
     "/api/v1/account/totp",
     {.summary = "Confirm one-time codes with the first of them", .body = "TotpCode", .status = 204}},
    {Method::remove, "/api/v1/account/totp", {.summary = "Give up one-time codes", .status = 204}},
    {Method::post,
     "/api/v1/account/passkeys/options",
     {.summary = "What a browser needs to make a passkey", .answer = "PasskeyOptions", .body = "Nothing"}},
    {Method::post,
     "/api/v1/account/passkeys",
     {.summary = "Add a passkey that a browser made",
      .answer = "Passkey",
      .body = "NewPasskey",
      .status = 201}},
    {Method::remove, "/api/v1/account/passkeys/{id}", {.summary = "Remove a passkey", .status = 204}},
    {Method::post,
     "/api/v1/account/recovery-codes",
     {.summary = "New recovery codes; those before are no longer good",
      .answer = "RecoveryCodes",
      .body = "Nothing"}},
    {Method::get,
     "/api/v1/tokens",
     {.summary = "Tokens for programs, without their secrets",
      .answer = "Tokens",
      .parameters = "account.person"}},
    {Method::post,
     "/api/v1/tokens",
     {.summary = "A new token for a program; its secret is shown this once",
      .answer = "Token",
      .body = "NewToken",
      .status = 201}},
    {Method::remove,
     "/api/v1/tokens/{id}",
     {.summary = "End a token", .parameters = "account.person", .status = 204}},
    {Method::post,
     "/api/v1/people/{id}/invitation",
     {.summary = "Invite a person: an address with which they make their account, once",
      .answer = "Invitation",
      .body = "NewInvitation",
      .status = 201}},
    {Method::get,
     "/api/v1/people/{id}/account",
     {.summary = "The account of a person", .answer = "AccountOfPerson"}},
    {Method::remove,
     "/api/v1/people/{id}/account",
     {.summary = "Disable the account of a person; their sessions and tokens end", .status = 204}},
    {Method::post,
     "/api/v1/invitation/check",
     {.summary = "Whose an invitation is; it stays good", .answer = "Invited", .body = "InvitationCode"}},
    {Method::post,
     "/api/v1/invitation",
     {.summary = "Take an invitation: login and password", .body = "TakenInvitation", .status = 204}},
    {Method::get,
     "/api/v1/setup",
     {.summary = "Whether the first start is still to be done, and its choices", .answer = "SetupState"}},
    {Method::post,
     "/api/v1/setup",
     {.summary = "The first start: organisations and the administrator; 404 afterwards",
      .body = "Setup",
      .status = 204}},
    {Method::get, "/api/v1/checklist", {.summary = "What is to be done next", .answer = "Checklist"}},
};

constexpr Described kVaults[] = {
    {Method::get, "/api/v1/vaults", {.summary = "The vaults that the caller belongs to", .answer = "Vaults"}},
    {Method::post,
     "/api/v1/vaults",
     {.summary = "A new vault; the caller is one of its custodians",
      .answer = "Vault",
      .body = "VaultCreate",
      .status = 201}},
    {Method::get, "/api/v1/vaults/{vault}", {.summary = "One vault, for its members", .answer = "Vault"}},
    {Method::get,
     "/api/v1/vaults/{vault}/members",
     {.summary = "Who belongs to a vault", .answer = "VaultMembers"}},
    {Method::post,
     "/api/v1/vaults/{vault}/members",
     {.summary = "Add a member, or make one a custodian or none", .body = "VaultMemberPut", .status = 204}},
    {Method::remove,
     "/api/v1/vaults/{vault}/members/{person}",
     {.summary = "Take a member out", .status = 204}},
    {Method::post, "/api/v1/vaults/{vault}/leave", {.summary = "Leave a vault", .status = 204}},
    {Method::get,
     "/api/v1/vaults/{vault}/log",
     {.summary = "What was done to a vault and in it, newest first",
      .answer = "VaultLog",
      .parameters = "vault_log.before"}},
    {Method::post,
     "/api/v1/vaults/{vault}/open",
     {.summary = "Open a closed vault", .body = "VaultReason", .status = 204}},
    {Method::post,
     "/api/v1/vaults/{vault}/close",
     {.summary = "Close a vault: nobody works in it until it is opened",
      .body = "VaultReason",
      .status = 204}},
};

template <std::size_t count>
const RouteWords* find(const Described (&table)[count], const Route& route) noexcept {
  const auto* const found = std::find_if(std::begin(table), std::end(table), [&](const Described& one) {
    return one.method == route.method && one.pattern == route.pattern;
  });
  return found == std::end(table) ? nullptr : &found->words;
}

const RouteWords* words_of(const Route& route) noexcept {
  for (const RouteWords* const words :
       {find(kAlerts, route), find(kProgram, route), find(kRecords, route), find(kWork, route),
        find(kRoles, route), find(kSessions, route), find(kAccount, route), find(kVaults, route)})
    if (words != nullptr) return words;
  return nullptr;
}

}  // namespace

void describe(std::vector<Route>& routes) {
  for (Route& route : routes) {
    if (route.words.operation != RecordOperation::none || !route.words.summary.empty()) continue;
    if (const RouteWords* const words = words_of(route)) route.words = *words;
  }
}

}  // namespace hinomi::api
