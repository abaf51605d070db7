// The accounts of a server: the key of their secrets, and what the first start offers. Put together once, by
// the front, over the database of the records. Not for what is said about them over HTTP
// (api/sign_in_routes.h).
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "account/accounts.h"
#include "account/secret_box.h"
#include "api/server.h"
#include "app/data_folder.h"
#include "app/record_keeper.h"
#include "base/result.h"
#include "os/clock.h"

namespace hinomi::app {

class AccountKeeper {
 public:
  struct Setup {
    DataFolder folder;
    RecordKeeper* records = nullptr;  // outlives this
    bool demo = false;
    const os::Clock* clock = nullptr;
  };
  // Makes the key file where it is missing. With `demo` the console signs in the person of the demonstration,
  // where the records hold them.
  [[nodiscard]] static base::Result<std::unique_ptr<AccountKeeper>> open(const Setup& setup);

  [[nodiscard]] account::Accounts& accounts() noexcept { return *accounts_; }
  [[nodiscard]] static base::Result<api::SetupChoices> choices();

 private:
  AccountKeeper() = default;
  std::unique_ptr<account::SecretBox> box_;
  std::unique_ptr<account::Accounts> accounts_;
};

// The supervisor asks for a secret of the first start before it starts the front; the front, once, makes one
// if there is no administrator yet; the supervisor takes it and shows it. Empty: there is none to show.
[[nodiscard]] base::Result<void> ask_for_setup_secret(const DataFolder& folder);
[[nodiscard]] base::Result<void> answer_setup_secret(const DataFolder& folder, account::Accounts& accounts);
[[nodiscard]] std::string take_setup_secret(const DataFolder& folder);

}  // namespace hinomi::app
