// The organisation master: companies of a group and what stands in them, people with their posts over time.
// Who does which role is an assignment (assignment.h).
#pragma once

#include <optional>
#include <string>

#include "schema/entity.h"

namespace hinomi::govern {

enum class OrganisationKind : std::uint8_t { own, affiliate, supplier };
[[nodiscard]] std::span<const std::string_view> choices_of(OrganisationKind kind);

// A company: the frame of everything in it. Its key is the OrganisationId of labels.
struct Organisation {
  std::string name;
  std::optional<std::string> name_en;
  std::optional<std::string> short_name;
  std::optional<std::int64_t> key;  // the server's, from 1 on
  OrganisationKind kind = OrganisationKind::own;
  std::optional<base::RecordId> parent;
  std::optional<std::string> time_zone;  // IANA: "Asia/Tokyo"
  std::optional<std::string> calendar;   // of content/calendars: "jp"
  std::optional<std::string> valid_from;
  std::optional<std::string> valid_until;  // the last day
};
[[nodiscard]] schema::Entity organisation_entity();

// A place of an organisation: office, plant, data centre. Its key is the SiteId of labels.
struct Site {
  std::string name;
  std::optional<std::string> name_en;
  std::optional<std::int64_t> key;
  std::optional<std::string> time_zone;
  std::optional<std::string> address;
};
[[nodiscard]] schema::Entity site_entity();

enum class Employment : std::uint8_t { employee, contractor, supplier_staff, other };
[[nodiscard]] std::span<const std::string_view> choices_of(Employment employment);

struct Person {
  std::string name;
  std::optional<std::string> name_kana;  // reading, for sorting
  std::optional<std::string> name_en;
  std::optional<std::string> email;
  std::optional<std::string> phone;
  Employment employment = Employment::employee;
  std::optional<std::string> department;
  std::optional<std::string> joined_on;
  std::optional<std::string> leaves_on;  // the last day
  std::optional<std::string> language;   // "ja", "en"
};
[[nodiscard]] schema::Entity person_entity();

// A position of the organisation that roles can be given to, whoever holds it.
struct Post {
  std::string name;
  std::optional<std::string> name_en;
  std::optional<base::RecordId> superior;
};
[[nodiscard]] schema::Entity post_entity();

// Who holds a post, and from when to when; "acting" holds it for somebody who is away.
struct Holding {
  std::string title;  // "佐藤 花子: CSIRT 長", kept by the server
  base::RecordId person{};
  base::RecordId post{};
  bool acting = false;
  std::optional<std::string> valid_from;
  std::optional<std::string> valid_until;
};
[[nodiscard]] schema::Entity holding_entity();

}  // namespace hinomi::govern
