// The seam to who is who: what people may do today, who holds which post, who may be asked. Answered by the
// organisation master (module govern); here because jobs and approvals stand below it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/principal.h"
#include "base/labels.h"
#include "base/record_id.h"
#include "base/result.h"
#include "store/sql/database.h"

namespace hinomi::work {

inline constexpr std::size_t kMaxAsked = 100;  // people that one question names

struct Holder {
  base::RecordId person{};
  bool acting = false;  // for somebody who is away
};

// "Today" is the day of the organisation master. Every question is put in the transaction of the caller, so
// that what it has just changed counts.
class People {
 public:
  People() = default;
  virtual ~People() = default;
  People(const People&) = delete;
  People& operator=(const People&) = delete;

  using Connection = store::sql::Connection;
  // Never nullptr; empty for who is not there today.
  [[nodiscard]] virtual base::Result<std::shared_ptr<const access::Grants>> grants_now(
      Connection& connection, const base::RecordId& person) = 0;
  // nullopt: not there today.
  [[nodiscard]] virtual base::Result<std::optional<std::string>> name_of(Connection& connection,
                                                                         const base::RecordId& person) = 0;
  // Who holds a post today, those who stand in for somebody too.
  [[nodiscard]] virtual base::Result<std::vector<Holder>> holders_of(Connection& connection,
                                                                     const base::RecordId& post) = 0;
  // The posts that somebody holds today, not acting.
  [[nodiscard]] virtual base::Result<std::vector<base::RecordId>> posts_of(Connection& connection,
                                                                           const base::RecordId& person) = 0;
  [[nodiscard]] virtual base::Result<std::optional<base::RecordId>> superior_of(
      Connection& connection, const base::RecordId& post) = 0;
  // Up to kMaxAsked people who hold the permission in this organisation today.
  [[nodiscard]] virtual base::Result<std::vector<base::RecordId>> who_may(
      Connection& connection, std::string_view permission, base::OrganisationId organisation) = 0;
};

// Somebody as the program acts for them: with the rights of now, and nothing that a session proves.
[[nodiscard]] base::Result<access::Principal> principal_now(People& people,
                                                            store::sql::Connection& connection,
                                                            const base::RecordId& person);

}  // namespace hinomi::work
