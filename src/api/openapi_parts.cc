#include "api/openapi_parts.h"

namespace hinomi::api {
namespace {

// Schemas of what is not a declared record. Every text is English; members that are always there are
// "required".
constexpr std::string_view kSchemas = R"json({
"Id": {"type": "string", "format": "uuid", "description": "UUID; clients may make their own, of version 7"},
"Time": {"type": "string", "format": "date-time", "description": "RFC 3339, UTC, up to nanoseconds"},
"Fault": {
  "type": "object", "required": ["field", "code"], "description": "What is wrong with one field",
  "properties": {
    "field": {"type": "string"}, "code": {"$ref": "#/components/schemas/FaultCode"},
    "detail": {"type": "string", "description": "English, for logs and programs"}}},
"Problem": {
  "type": "object", "required": ["type", "title", "status", "code"], "description": "RFC 9457",
  "properties": {
    "type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"},
    "code": {"$ref": "#/components/schemas/ProblemCode"}, "detail": {"type": "string"},
    "faults": {"type": "array", "items": {"$ref": "#/components/schemas/Fault"}},
    "errors": {"type": "array", "description": "of uploads: what is wrong in which line", "items": {
      "type": "object", "required": ["detail"], "properties": {
        "detail": {"type": "string"}, "line": {"type": "integer"}, "parameter": {"type": "string"}}}}}},
"Document": {"type": "object", "description": "OpenAPI 3.1"},
"Declarations": {
  "type": "object", "required": ["entities"],
  "properties": {"entities": {"type": "array", "items": {"$ref": "#/components/schemas/EntityDeclaration"}}}},
"EntityDeclaration": {
  "type": "object",
  "required": ["name", "path", "title", "prefix", "for_all_organisations", "attached", "may_be_sealed", "owner",
    "state_field", "fields", "transitions", "actions", "permissions"],
  "properties": {
    "name": {"type": "string"}, "path": {"type": "string", "description": "of its routes: /api/v1/PATH"},
    "title": {"type": "string", "description": "the field that stands for a record"},
    "prefix": {"type": "string", "description": "of receipt numbers; empty: none"},
    "for_all_organisations": {"type": "boolean"}, "attached": {"type": "boolean"},
    "may_be_sealed": {"type": "boolean"}, "owner": {"type": "string"}, "state_field": {"type": "string"},
    "fields": {"type": "array", "items": {"$ref": "#/components/schemas/FieldDeclaration"}},
    "transitions": {"type": "array", "items": {
      "type": "object", "required": ["from", "to", "action"], "properties": {
        "from": {"type": "string"}, "to": {"type": "string"}, "action": {"type": "string"}}}},
    "actions": {"type": "array", "items": {
      "type": "object", "required": ["name", "needs_reason", "needs_step_up", "four_eyes"], "properties": {
        "name": {"type": "string"}, "needs_reason": {"type": "boolean"},
        "needs_step_up": {"type": "boolean"}, "four_eyes": {"type": "boolean"}}}},
    "permissions": {"type": "array", "items": {"type": "string"}}}},
"FieldDeclaration": {
  "type": "object",
  "required": ["name", "kind", "needed", "unique", "searchable", "listed", "filterable", "by_server", "once"],
  "properties": {
    "name": {"type": "string"},
    "kind": {"type": "string", "enum": ["text", "prose", "integer", "real", "boolean", "time", "date", "choice",
      "reference", "texts"]},
    "needed": {"type": "boolean"}, "unique": {"type": "boolean"}, "searchable": {"type": "boolean"},
    "listed": {"type": "boolean"}, "filterable": {"type": "boolean"}, "by_server": {"type": "boolean"},
    "once": {"type": "boolean"}, "limit": {"type": "integer"}, "least": {"type": "integer"},
    "most": {"type": "integer"}, "choices": {"type": "array", "items": {"type": "string"}},
    "target": {"type": "string"}, "permission": {"type": "string"}}},
"SearchHits": {
  "type": "object", "required": ["items"], "properties": {"items": {"type": "array", "items": {
    "type": "object", "required": ["entity", "id", "title", "number", "record"], "properties": {
      "entity": {"type": "string"}, "id": {"$ref": "#/components/schemas/Id"}, "title": {"type": "string"},
      "number": {"type": "string"}, "record": {"$ref": "#/components/schemas/AnyRecord"}}}}}},
"Titles": {
  "type": "object", "description": "by ids", "additionalProperties": {
    "type": "object", "required": ["entity", "path", "title"], "properties": {
      "entity": {"type": "string"}, "path": {"type": "string"}, "title": {"type": "string"},
      "vault": {"type": "integer", "description": "where it stands, if in one"}}}},
"Undone": {
  "type": "object", "required": ["id", "version"], "properties": {
    "id": {"$ref": "#/components/schemas/Id"}, "version": {"type": "integer"}}},
"Change": {
  "type": "object",
  "required": ["seq", "at", "entity", "record", "version", "kind", "action", "actor", "via", "peer", "reason",
    "realm", "changes"],
  "properties": {
    "seq": {"type": "integer", "format": "int64"}, "at": {"$ref": "#/components/schemas/Time"},
    "entity": {"type": "string"}, "record": {"$ref": "#/components/schemas/Id"}, "version": {"type": "integer"},
    "kind": {"type": "string"}, "action": {"type": "string"},
    "actor": {"type": "object", "required": ["kind", "id", "name"], "properties": {
      "kind": {"type": "string"}, "id": {"type": ["string", "null"], "format": "uuid"},
      "name": {"type": "string"}}},
    "via": {"type": "string"}, "peer": {"type": "string"}, "reason": {"type": "string"},
    "realm": {"type": "string"}, "undoes": {"type": "integer", "format": "int64"},
    "changes": {"type": "object", "description": "by fields: [before, after]",
      "additionalProperties": {"type": "array"}}}},
"History": {
  "type": "object", "required": ["items"],
  "properties": {"items": {"type": "array", "items": {"$ref": "#/components/schemas/Change"}}}},
"FieldCounts": {
  "type": "object", "required": ["values"], "properties": {"values": {"type": "array", "items": {
    "type": "object", "required": ["value", "count"],
    "properties": {"value": {"type": ["string", "boolean", "number", "array", "null"]},
      "count": {"type": "integer"}}}}}},
"BulkResult": {
  "type": "object", "required": ["count", "done", "preview", "refused"], "properties": {
    "count": {"type": "integer"}, "done": {"type": "integer"}, "preview": {"type": "boolean"},
    "refused": {"type": "array", "items": {
      "type": "object", "required": ["id", "code", "faults"], "properties": {
        "id": {"$ref": "#/components/schemas/Id"}, "code": {"$ref": "#/components/schemas/ProblemCode"},
        "faults": {"type": "array", "items": {"$ref": "#/components/schemas/Fault"}}}}}}},
"File": {"type": "string", "description": "the bytes of a file"},
"ImportTrouble": {
  "type": "object", "required": ["field", "code", "place", "text"], "properties": {
    "field": {"type": ["string", "null"]}, "code": {"type": "string"},
    "place": {"type": "string", "description": "a cell, as B4"}, "text": {"type": "string"}}},
"ImportRow": {
  "type": "object",
  "required": ["place", "id", "kind", "conflict", "changes", "suspicions", "troubles", "faults"], "properties": {
    "place": {"type": "integer", "description": "row of the file, from 1"},
    "id": {"type": ["string", "null"], "format": "uuid"},
    "kind": {"type": "string", "enum": ["change", "new", "refused"]},
    "code": {"$ref": "#/components/schemas/ProblemCode"},
    "conflict": {"type": "boolean", "description": "somebody changed the record since the file went out"},
    "changes": {"type": "object", "description": "by key of the column: old and new value as text",
      "additionalProperties": {"type": "array", "minItems": 2, "maxItems": 2, "items": {"type": "string"}}},
    "suspicions": {"type": "array", "description": "what a spreadsheet may have done by itself", "items": {
      "type": "object", "required": ["field", "code", "place"], "properties": {
        "field": {"type": "string"}, "code": {"type": "string"}, "place": {"type": "string"}}}},
    "troubles": {"type": "array", "items": {"$ref": "#/components/schemas/ImportTrouble"}},
    "faults": {"type": "array", "items": {"$ref": "#/components/schemas/Fault"}}}},
"ImportResult": {
  "type": "object", "required": ["preview", "applied", "columns", "rows", "troubles", "counts"], "properties": {
    "preview": {"type": "boolean"}, "applied": {"type": "boolean"},
    "columns": {"type": "array", "items": {
      "type": "object", "required": ["key", "title", "known"], "properties": {
        "key": {"type": ["string", "null"]}, "title": {"type": "string"}, "known": {"type": "boolean"}}}},
    "rows": {"type": "array", "description": "rows that change, are new or are refused",
      "items": {"$ref": "#/components/schemas/ImportRow"}},
    "troubles": {"type": "array", "items": {"$ref": "#/components/schemas/ImportTrouble"}},
    "counts": {
      "type": "object", "required": ["change", "new", "same", "refused", "skipped", "missing"], "properties": {
        "change": {"type": "integer"}, "new": {"type": "integer"}, "same": {"type": "integer"},
        "refused": {"type": "integer"}, "skipped": {"type": "integer"}, "missing": {"type": "integer"}}}}},
"ActionBody": {
  "type": "object", "properties": {"reason": {"type": "string", "description": "shown by the history"}},
  "additionalProperties": true},
"Nothing": {"type": "object", "additionalProperties": false},
"SignIn": {
  "type": "object", "description": "one step: name and password, or one of the others",
  "properties": {
    "name": {"type": "string"}, "password": {"type": "string"}, "totp": {"type": "string"},
    "recovery_code": {"type": "string"}, "ticket": {"type": "string"},
    "passkey": {"type": "object", "description": "as a browser gives it"}},
  "additionalProperties": false},
"NextProof": {
  "type": "object", "required": ["next"], "properties": {"next": {"type": "string"}}},
"Session": {
  "type": "object", "required": ["name", "language"], "properties": {
    "name": {"type": "string"}, "language": {"type": ["string", "null"]},
    "principal": {"type": "object", "required": ["kind", "id", "name"], "properties": {
      "kind": {"type": "string"}, "id": {"$ref": "#/components/schemas/Id"}, "name": {"type": "string"}}},
    "setup_needed": {"type": "boolean"}, "proved_at": {"type": ["string", "null"], "format": "date-time"},
    "step_up_fresh": {"type": "boolean"}, "methods": {"type": "array", "items": {"type": "string"}},
    "organisations": {"type": "array", "items": {"type": "object"}},
    "sites": {"type": "array", "items": {"type": "object"}},
    "permissions": {"type": "object", "description": "by names: where the caller holds them",
      "additionalProperties": {"type": "object"}},
    "vaults": {"type": "array", "items": {"type": "object"}}, "unread": {"type": "integer"}}},
"SessionInfo": {
  "type": "object", "required": ["id", "created_at", "used_at", "peer", "agent", "current"], "properties": {
    "id": {"type": "string"}, "created_at": {"$ref": "#/components/schemas/Time"},
    "used_at": {"$ref": "#/components/schemas/Time"}, "peer": {"type": "string"}, "agent": {"type": "string"},
    "current": {"type": "boolean"}}},
"Sessions": {
  "type": "object", "required": ["items"],
  "properties": {"items": {"type": "array", "items": {"$ref": "#/components/schemas/SessionInfo"}}}},
"Passkey": {
  "type": "object", "required": ["id", "name", "created_at", "used_at"], "properties": {
    "id": {"type": "string"}, "name": {"type": "string"}, "created_at": {"$ref": "#/components/schemas/Time"},
    "used_at": {"type": ["string", "null"], "format": "date-time"}}},
"PasskeyOptions": {"type": "object", "description": "for navigator.credentials"},
"NewPasskey": {"type": "object", "required": ["name", "passkey"], "properties": {
  "name": {"type": "string"}, "passkey": {"type": "object", "description": "as a browser gives it"}}},
"Account": {
  "type": "object", "required": ["login", "password", "totp", "must_enrol", "passkeys", "recovery_left"],
  "properties": {
    "login": {"type": "string"}, "password": {"type": "boolean"}, "totp": {"type": "boolean"},
    "must_enrol": {"type": "boolean"},
    "passkeys": {"type": "array", "items": {"$ref": "#/components/schemas/Passkey"}},
    "recovery_left": {"type": "integer"}}},
"AccountOfPerson": {
  "type": "object",
  "required": ["login", "totp", "passkeys", "recovery_left", "must_enrol", "created_at", "disabled_at"],
  "properties": {
    "login": {"type": "string"}, "totp": {"type": "boolean"}, "passkeys": {"type": "integer"},
    "recovery_left": {"type": "integer"}, "must_enrol": {"type": "boolean"},
    "created_at": {"$ref": "#/components/schemas/Time"},
    "disabled_at": {"type": ["string", "null"], "format": "date-time"}}},
"NewPassword": {
  "type": "object", "required": ["new"],
  "properties": {"old": {"type": "string"}, "new": {"type": "string"}}},
"TotpSecret": {
  "type": "object", "required": ["secret", "uri"],
  "properties": {"secret": {"type": "string"}, "uri": {"type": "string"}}},
"TotpCode": {"type": "object", "required": ["code"], "properties": {"code": {"type": "string"}}},
"RecoveryCodes": {
  "type": "object", "required": ["codes"],
  "properties": {"codes": {"type": "array", "items": {"type": "string"}}}},
"Token": {
  "type": "object", "required": ["id", "name", "scopes", "created_at", "expires_at", "used_at"], "properties": {
    "id": {"type": "string"}, "name": {"type": "string"},
    "scopes": {"type": "array", "items": {"type": "string"}},
    "created_at": {"$ref": "#/components/schemas/Time"}, "expires_at": {"$ref": "#/components/schemas/Time"},
    "used_at": {"type": ["string", "null"], "format": "date-time"},
    "token": {"type": "string", "description": "the secret; only when it was just made"}}},
"Tokens": {
  "type": "object", "required": ["items"],
  "properties": {"items": {"type": "array", "items": {"$ref": "#/components/schemas/Token"}}}},
"NewToken": {
  "type": "object", "required": ["name", "scopes", "expires_at"], "properties": {
    "name": {"type": "string"}, "scopes": {"type": "array", "items": {"type": "string"}},
    "expires_at": {"$ref": "#/components/schemas/Time"}}},
"Invitation": {
  "type": "object", "required": ["address", "expires_at"],
  "properties": {"address": {"type": "string"}, "expires_at": {"$ref": "#/components/schemas/Time"}}},
"NewInvitation": {
  "type": "object", "properties": {
    "must_enrol": {"type": "boolean", "description": "nothing opens before there is a second factor"},
    "reset_factors": {"type": "boolean", "description": "removes all second factors; needs a reason"}}},
"InvitationCode": {"type": "object", "required": ["code"], "properties": {"code": {"type": "string"}}},
"Invited": {
  "type": "object", "required": ["name", "login"], "properties": {
    "name": {"type": "string"},
    "login": {"type": ["string", "null"], "description": "of an account that is there already"}}},
"TakenInvitation": {
  "type": "object", "required": ["code", "login", "password"], "properties": {
    "code": {"type": "string"}, "login": {"type": "string"}, "password": {"type": "string"}}},
"SetupState": {
  "type": "object", "required": ["needed", "languages", "calendars", "zones"], "properties": {
    "needed": {"type": "boolean"}, "languages": {"type": "array", "items": {"type": "string"}},
    "calendars": {"type": "array", "items": {"type": "object", "required": ["key", "name"], "properties": {
      "key": {"type": "string"}, "name": {"$ref": "#/components/schemas/InBothLanguages"}}}},
    "zones": {"type": "array", "items": {"type": "string"}}}},
"Setup": {
  "type": "object", "required": ["secret", "language", "organisations", "administrator"], "properties": {
    "secret": {"type": "string"}, "language": {"type": "string"},
    "organisations": {"type": "array", "items": {"type": "object", "required": ["name", "zone", "calendar"],
      "properties": {
        "name": {"type": "string"}, "name_en": {"type": "string"}, "short": {"type": "string"},
        "zone": {"type": "string"}, "calendar": {"type": "string"},
        "sites": {"type": "array", "items": {"type": "object", "properties": {
          "name": {"type": "string"}, "name_en": {"type": "string"}}}}}}},
    "administrator": {"type": "object"}, "demo": {"type": "boolean"}}},
"Checklist": {
  "type": "array", "items": {"type": "object", "required": ["key", "done", "screen"], "properties": {
    "key": {"type": "string"}, "done": {"type": "boolean"}, "screen": {"type": "string"}}}},
"Inbox": {"type": "object", "required": ["items"], "properties": {
  "items": {"type": "array", "items": {"$ref": "#/components/schemas/Notice"}}, "unread": {"type": "integer"},
  "unread_is_exact": {"type": "boolean"}}},
"Vault": {
  "type": "object", "required": ["id", "created_at", "state", "is_here", "custodian", "members", "title", "purpose"],
  "properties": {
    "id": {"type": "integer"}, "created_at": {"$ref": "#/components/schemas/Time"},
    "state": {"type": "string", "enum": ["open", "closed"]},
    "is_here": {"type": "boolean", "description": "false: its file is on another server"},
    "custodian": {"type": "boolean", "description": "the caller is one"}, "members": {"type": "integer"},
    "title": {"type": "string"}, "purpose": {"type": "string"}}},
"Vaults": {"type": "object", "required": ["items"], "properties": {
  "items": {"type": "array", "items": {"$ref": "#/components/schemas/Vault"}}}},
"VaultCreate": {
  "type": "object", "required": ["title", "custodians"], "properties": {
    "title": {"type": "string"}, "purpose": {"type": "string"},
    "custodians": {"type": "array", "items": {"$ref": "#/components/schemas/Id"}}, "reason": {"type": "string"}}},
"VaultMembers": {"type": "object", "required": ["items"], "properties": {"items": {"type": "array", "items": {
  "type": "object", "required": ["person", "custodian"], "properties": {
    "person": {"$ref": "#/components/schemas/Id"}, "custodian": {"type": "boolean"}}}}}},
"VaultMemberPut": {"type": "object", "required": ["person"], "properties": {
  "person": {"$ref": "#/components/schemas/Id"}, "custodian": {"type": "boolean"}, "reason": {"type": "string"}}},
"VaultReason": {"type": "object", "properties": {"reason": {"type": "string"}}},
"VaultLog": {"type": "object", "required": ["items"], "properties": {"items": {"type": "array", "items": {
  "type": "object", "required": ["seq", "at", "actor", "actor_name", "deed", "about", "reason"], "properties": {
    "seq": {"type": "integer"}, "at": {"$ref": "#/components/schemas/Time"},
    "actor": {"$ref": "#/components/schemas/Id"}, "actor_name": {"type": "string"}, "deed": {"type": "string"},
    "about": {"type": ["string", "null"], "format": "uuid"}, "reason": {"type": "string"}}}}}},
"SealBody": {"type": "object", "required": ["vault"], "properties": {
  "vault": {"type": "integer"}, "reason": {"type": "string"}}},
"Sealed": {"type": "object", "required": ["vault", "records", "wiped"], "properties": {
  "vault": {"type": "integer"}, "records": {"type": "integer"},
  "wiped": {"type": "boolean", "description": "no bytes of it are left in the file of the main database"}}},
"InboxCount": {"type": "object", "required": ["unread", "unread_is_exact"], "properties": {
  "unread": {"type": "integer"}, "unread_is_exact": {"type": "boolean"}}},
"InboxRead": {"type": "object", "required": ["marked", "unread"], "properties": {
  "marked": {"type": "integer"}, "unread": {"type": "integer"}}},
"ApprovalSteps": {"type": "object", "required": ["items"], "properties": {
  "items": {"type": "array", "items": {"$ref": "#/components/schemas/ApprovalStep"}}}},
"Emergency": {"type": "object", "required": ["reason"], "properties": {
  "reason": {"type": "string"}, "ticket": {"type": "string"}, "role": {"type": "string"},
  "organisation": {"type": "integer"}, "minutes": {"type": "integer"}}},
"AuditEntries": {"type": "object", "required": ["organisation", "size", "entries", "next"], "properties": {
  "organisation": {"type": "integer"}, "size": {"type": "integer"},
  "entries": {"type": "array", "items": {"type": "object"}}, "next": {"type": ["integer", "null"]}}},
"AuditTree": {
  "type": "object", "required": ["organisation", "name", "keys", "size", "root", "checkpoint", "anchor"],
  "properties": {
    "organisation": {"type": "integer"}, "name": {"type": "string"}, "keys": {"type": "array"},
    "size": {"type": "integer"}, "root": {"type": "string"}, "checkpoint": {"type": ["object", "null"]},
    "anchor": {"type": ["object", "null"]}}},
"AuditExportBody": {"type": "object", "required": ["organisation"],
  "properties": {"organisation": {"type": "integer"}}},
"AuditExport": {
  "type": "object", "required": ["id", "state", "bytes", "problem", "file"], "properties": {
    "id": {"$ref": "#/components/schemas/Id"},
    "state": {"type": "string", "enum": ["waiting", "running", "ready", "failed"]},
    "bytes": {"type": "integer"}, "problem": {"type": ["string", "null"]},
    "file": {"type": ["string", "null"], "description": "path to fetch it from, once it is ready"}}},
"InBothLanguages": {
  "type": "object", "required": ["ja", "en"],
  "properties": {"ja": {"type": "string"}, "en": {"type": "string"}}},
"RoleBoard": {"type": "object", "required": ["categories", "roles"], "properties": {
  "categories": {"type": "array", "items": {"type": "object"}},
  "roles": {"type": "array", "items": {"$ref": "#/components/schemas/Role"}}}},
"Role": {
  "type": "object", "required": ["code", "name", "aim", "state", "holders", "sourcing"], "properties": {
    "code": {"type": "string"}, "category": {"type": "string"},
    "name": {"$ref": "#/components/schemas/InBothLanguages"},
    "aim": {"$ref": "#/components/schemas/InBothLanguages"}, "state": {"type": "string"},
    "area": {"type": "string"}, "holders": {"type": "array", "items": {"type": "object"}},
    "withheld_holders": {"type": "integer"}, "sourcing": {"type": "string"},
    "maturity": {"type": ["object", "null"]}, "open_work": {"type": ["integer", "null"]},
    "measures": {"type": "array", "items": {"type": "object"}}}},
"RoleSettingBody": {"type": "object", "description": "members of RoleSettingChange, and organisation"},
"RolesOfPerson": {"type": "object", "required": ["roles"], "properties": {
  "roles": {"type": "array", "items": {"type": "object"}}}},
"Ownerless": {"type": "object"},
"Health": {
  "type": "object", "required": ["status"],
  "properties": {"status": {"type": "string", "enum": ["ok", "unhealthy"]}}},
"Events": {"type": "string", "contentMediaType": "application/octet-stream",
  "description": "as it came: lines of text, JSON lines, or a JSON array; Content-Encoding gzip is taken"},
"CspReport": {"type": "object"},
"Receipt": {
  "type": "object", "required": ["accepted", "duplicate", "first_id", "last_id"], "properties": {
    "accepted": {"type": "integer"}, "duplicate": {"type": "boolean"},
    "first_id": {"type": ["string", "null"]}, "last_id": {"type": ["string", "null"]}}},
"Level": {"type": "string", "enum": ["informational", "low", "medium", "high", "critical"]},
"RuleHead": {
  "type": "object", "required": ["id", "title", "title_ja", "level", "tags"], "properties": {
    "id": {"type": "string"}, "title": {"type": "string"}, "title_ja": {"type": "string"},
    "level": {"$ref": "#/components/schemas/Level"}, "tags": {"type": "array", "items": {"type": "string"}}}},
"Rule": {
  "allOf": [{"$ref": "#/components/schemas/RuleHead"}, {
    "type": "object",
    "required": ["description", "description_ja", "advice", "advice_ja", "falsepositives", "author", "status",
      "yaml", "set"],
    "properties": {
      "description": {"type": "string"}, "description_ja": {"type": "string"}, "advice": {"type": "string"},
      "advice_ja": {"type": "string"}, "falsepositives": {"type": "array", "items": {"type": "string"}},
      "author": {"type": "string"}, "status": {"type": "string"}, "yaml": {"type": "string"},
      "set": {"type": "string"}}}]},
"AlertCore": {
  "type": "object",
  "required": ["id", "seq", "version", "entity", "realm", "status", "first_seen", "last_seen",
    "first_received", "last_received", "count"],
  "properties": {
    "id": {"type": "string"}, "seq": {"type": "integer"}, "version": {"type": "integer"},
    "entity": {"type": "object", "required": ["field", "value"],
      "properties": {"field": {"type": "string"}, "value": {"type": "string"}}},
    "realm": {"type": "string"}, "status": {"type": "string"},
    "first_seen": {"$ref": "#/components/schemas/Time"}, "last_seen": {"$ref": "#/components/schemas/Time"},
    "first_received": {"$ref": "#/components/schemas/Time"},
    "last_received": {"$ref": "#/components/schemas/Time"}, "count": {"type": "integer"}}},
"AlertRow": {
  "allOf": [{"$ref": "#/components/schemas/AlertCore"}, {
    "type": "object", "required": ["rule"], "properties": {"rule": {"$ref": "#/components/schemas/RuleHead"}}}]},
"Alert": {
  "allOf": [{"$ref": "#/components/schemas/AlertCore"}, {
    "type": "object", "required": ["rule", "sources", "findings"], "properties": {
      "rule": {"$ref": "#/components/schemas/Rule"}, "sources": {"type": "array", "items": {"type": "string"}},
      "findings": {"type": "array", "items": {
        "type": "object", "required": ["id", "ordinal", "event", "event_time", "received"], "properties": {
          "id": {"type": "string"}, "ordinal": {"type": "integer"}, "event": {"type": "string"},
          "event_time": {"$ref": "#/components/schemas/Time"},
          "received": {"$ref": "#/components/schemas/Time"}}}}}}]},
"AlertPage": {
  "type": "object", "required": ["items", "total", "version", "max_seq"], "properties": {
    "items": {"type": "array", "items": {"$ref": "#/components/schemas/AlertRow"}},
    "total": {"type": "integer"}, "version": {"type": "integer"}, "max_seq": {"type": "integer"}}},
"ValueCount": {
  "type": "object", "required": ["value", "count"],
  "properties": {"value": {"type": "string"}, "count": {"type": "integer"}}},
"AlertFacets": {
  "type": "object",
  "required": ["level", "realm", "status", "tactic", "technique", "rule", "entity", "source", "entities_left_out"],
  "properties": {
    "level": {"type": "object", "additionalProperties": {"type": "integer"}},
    "realm": {"type": "object", "additionalProperties": {"type": "integer"}},
    "status": {"type": "object", "additionalProperties": {"type": "integer"}},
    "tactic": {"type": "array", "items": {"$ref": "#/components/schemas/ValueCount"}},
    "technique": {"type": "array", "items": {"$ref": "#/components/schemas/ValueCount"}},
    "rule": {"type": "array", "items": {
      "type": "object", "required": ["id", "title", "title_ja", "count"], "properties": {
        "id": {"type": "string"}, "title": {"type": "string"}, "title_ja": {"type": "string"},
        "count": {"type": "integer"}}}},
    "entity": {"type": "array", "items": {"$ref": "#/components/schemas/ValueCount"}},
    "source": {"type": "array", "items": {"$ref": "#/components/schemas/ValueCount"}},
    "entities_left_out": {"type": "boolean"}}},
"AlertHistogram": {
  "type": "object", "required": ["from", "to", "buckets"], "properties": {
    "from": {"$ref": "#/components/schemas/Time"}, "to": {"$ref": "#/components/schemas/Time"},
    "buckets": {"type": "array", "items": {
      "type": "object", "required": ["at", "counts"], "properties": {
        "at": {"$ref": "#/components/schemas/Time"},
        "counts": {"type": "object", "additionalProperties": {"type": "integer"}}}}}}},
"Finding": {
  "type": "object",
  "required": ["id", "alert", "rule", "event", "matched", "explanation", "correlation", "missing"],
  "properties": {
    "id": {"type": "string"}, "alert": {"type": "string"}, "rule": {}, "event": {"type": "object"},
    "matched": {"type": "array"}, "explanation": {"type": "array"}, "correlation": {"type": ["object", "null"]},
    "matched_cut": {"type": "boolean"}, "explanation_cut": {"type": "boolean"}, "fields_cut": {"type": "boolean"},
    "missing": {"type": "array", "description": "what is no longer kept",
      "items": {"type": "string", "enum": ["record", "event"]}}}},
"Status": {
  "type": "object",
  "required": ["time", "version", "uptime_s", "realm_default", "events", "pipeline", "journal", "disk", "sources",
    "sandbox", "memory", "http", "csp_reports"],
  "properties": {
    "time": {"$ref": "#/components/schemas/Time"}, "version": {"type": "string"}, "uptime_s": {"type": "integer"},
    "realm_default": {"type": "string"}, "events": {"type": "object"}, "pipeline": {"type": "object"},
    "journal": {"type": "object"}, "disk": {"type": "object"},
    "sources": {"type": "array", "items": {"type": "object"}}, "sandbox": {"type": "object"},
    "memory": {"type": "array", "items": {"type": "object"}}, "http": {"type": "object"},
    "csp_reports": {"type": "integer"}}}
})json";

constexpr std::string_view kSecurity = R"json({
"session": {"type": "apiKey", "in": "cookie", "name": "__Host-hinomi_session",
  "description": "over plain HTTP on the loopback address the cookie is hinomi_session"},
"token": {"type": "http", "scheme": "bearer", "description": "token of a program"},
"source_token": {"type": "http", "scheme": "bearer", "description": "token of a source of events"}
})json";

}  // namespace

std::string_view schema_parts() noexcept {
  return kSchemas;
}
std::string_view security_parts() noexcept {
  return kSecurity;
}

}  // namespace hinomi::api
