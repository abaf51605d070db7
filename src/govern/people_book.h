// Answers of the organisation master to jobs, approvals and notices: work::People over people, posts,
// holdings and assignments. Periods are judged by the day of the organisation where they stand.
#pragma once

#include "govern/grants.h"
#include "work/people.h"

namespace hinomi::govern {

class PeopleBook final : public work::People {
 public:
  explicit PeopleBook(const GrantBook& grants) : grants_(grants) {}

  [[nodiscard]] base::Result<std::shared_ptr<const access::Grants>> grants_now(
      Connection& connection, const base::RecordId& person) override {
    return grants_.grants_in(connection, person);
  }
  [[nodiscard]] base::Result<std::optional<std::string>> name_of(Connection& connection,
                                                                 const base::RecordId& person) override;
  [[nodiscard]] base::Result<std::vector<work::Holder>> holders_of(Connection& connection,
                                                                   const base::RecordId& post) override;
  [[nodiscard]] base::Result<std::vector<base::RecordId>> posts_of(Connection& connection,
                                                                   const base::RecordId& person) override;
  [[nodiscard]] base::Result<std::optional<base::RecordId>> superior_of(Connection& connection,
                                                                        const base::RecordId& post) override;
  [[nodiscard]] base::Result<std::vector<base::RecordId>> who_may(Connection& connection,
                                                                  std::string_view permission,
                                                                  base::OrganisationId organisation) override;

 private:
  const GrantBook& grants_;
};

}  // namespace hinomi::govern
