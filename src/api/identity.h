// Who sent a request: from the cookie of a session or the token of a program to a principal with what it may
// do. Blocking: on worker threads. Not the proving of who somebody is (sign_in_routes.h).
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "access/principal.h"
#include "account/accounts.h"
#include "api/access.h"
#include "api/http/message.h"
#include "record/engine.h"

namespace hinomi::api {

// Somebody who was found.
struct Known {
  access::Principal who;
  std::optional<account::Session> session;  // one of the two
  std::optional<account::Token> token;
  std::string language;  // of their person record; empty: not said
  [[nodiscard]] bool is_half() const noexcept { return session && session->half; }
  [[nodiscard]] bool is_local_operator() const noexcept { return who.id == account::local_operator(); }
};

// Safe from any thread.
class Identity {
 public:
  // What a person (or service) may do now; nullptr: it cannot be said.
  using GrantsOf = std::function<std::shared_ptr<const access::Grants>(const base::RecordId&)>;

  Identity(account::Accounts& accounts, record::Engine& engine, GrantsOf grants_of)
      : accounts_(accounts), engine_(engine), grants_of_(std::move(grants_of)) {}

  // nullopt: nobody. Where there is an Authorization field, no cookie is looked at. Half a session is found
  // too: is_half().
  [[nodiscard]] base::Result<std::optional<Known>> find(const http::Request& request);
  // The person record of somebody whose session or token was found otherwise.
  [[nodiscard]] base::Result<std::optional<Known>> of_session(account::Session session);

 private:
  struct Person {
    std::string name;
    std::string language;
    base::Realm realm = base::Realm::real;
  };
  struct Kept {
    Person person;
    std::chrono::steady_clock::time_point at;
  };
  // nullopt: there is no such person (any more).
  [[nodiscard]] base::Result<std::optional<Person>> person(const base::RecordId& id);
  [[nodiscard]] base::Result<std::optional<Known>> of_token(account::Token token);

  account::Accounts& accounts_;
  record::Engine& engine_;
  GrantsOf grants_of_;
  std::mutex mutex_;  // of people_
  std::map<base::RecordId, Kept> people_;
};

}  // namespace hinomi::api
