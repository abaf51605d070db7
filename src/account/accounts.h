// Accounts of people and everything that signs them in: passwords, second factors, sessions, tokens,
// invitations, and the first start. All of it lies in the database, so that every server on it refuses whom
// one of them has sent away, within kStale. Not what somebody may do (access), nor HTTP.
//
// Safe from any thread; blocks on the database and, for passwords, on a processor. Changes write the audit
// log in their transaction; secrets are never in it.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "account/account.h"
#include "account/guard.h"
#include "account/secret_box.h"
#include "credential/passkey.h"
#include "credential/password.h"
#include "os/clock.h"
#include "os/random.h"
#include "record/audit.h"
#include "record/record.h"
#include "store/sql/database.h"

namespace hinomi::account {

class Accounts {
 public:
  // How long a session or token that was found good is not looked up again. What ends on this server is
  // refused at once, on others after this.
  static constexpr std::chrono::milliseconds kStale{200};

  struct Parts {
    store::sql::Database* database = nullptr;
    record::AuditLog* audit = nullptr;  // null: none is kept
    const os::Clock* clock = nullptr;
    os::RandomBytes random;
    const SecretBox* box = nullptr;
    credential::PasswordCost cost = credential::kPasswordCost;
    credential::HashSlots::Limits hashing{};
    credential::SessionRules rules{};
    bool demo = false;  // this server shows the demonstration: its console signs in the person of the demo
    // Whether somebody may not sign in for now, and whatever they have open is not good meanwhile; the
    // console is not held up by it. Empty: nobody is locked.
    std::function<base::Result<bool>(store::sql::Connection&, const base::RecordId&, base::TimeNs)>
        is_locked{};
  };
  // Makes the tables, or brings them up to this program. Before open_secret_box().
  [[nodiscard]] static base::Result<void> migrate(store::sql::Database& database);
  [[nodiscard]] static base::Result<std::unique_ptr<Accounts>> open(Parts parts);

  // ---- accounts
  struct NewAccount {
    base::RecordId person{};
    std::string login;
    std::string password_hash;  // of new_password(); empty: cannot sign in by password
    bool must_enrol = false;
  };
  // Whether a password may be chosen by who is called so; its hash. Takes as long as a sign-in.
  [[nodiscard]] record::Outcome<std::string> new_password(std::string_view password,
                                                          std::span<const std::string_view> called);
  // Within the transaction of the caller, as the first administrator is made.
  [[nodiscard]] record::Outcome<Account> create_within(store::sql::Connection& connection,
                                                       const record::Context& context, NewAccount account);
  [[nodiscard]] record::Outcome<Account> create(const record::Context& context, NewAccount account);
  [[nodiscard]] base::Result<std::optional<Account>> find(const base::RecordId& person);
  // Ends every session and token with it. An invitation brings it back.
  [[nodiscard]] record::Outcome<Account> disable(const record::Context& context,
                                                 const base::RecordId& person);
  [[nodiscard]] record::Outcome<NewSession> change_password(const record::Context& context,
                                                            const Session& session, std::string_view old,
                                                            std::string_view chosen,
                                                            std::span<const std::string_view> called,
                                                            const From& from);

  // ---- signing in (sign_in.cc). `old`: a session whose token came along; it is not gone on with.
  [[nodiscard]] base::Result<SignIn> sign_in(std::string_view login, std::string_view password,
                                             const From& from);
  // The second factor of half a session, which ends; or the fresh proof of a whole one, which goes on under a
  // new token.
  struct Evidence {
    std::optional<std::string_view> password = std::nullopt;
    std::optional<std::string_view> totp = std::nullopt;
    std::optional<std::string_view> recovery = std::nullopt;
    const credential::AssertionResponse* passkey = nullptr;
    const credential::RelyingParty* relying_party = nullptr;  // where there is a passkey
  };
  [[nodiscard]] base::Result<SignIn> prove(const Session& session, const Evidence& evidence,
                                           const From& from);
  // A passkey alone, without a session or name.
  [[nodiscard]] base::Result<SignIn> sign_in(const credential::AssertionResponse& passkey,
                                             const credential::RelyingParty& relying_party, const From& from);
  // Whoever may use the server's console, and has shown it by a ticket: the first administrator, the person
  // of the demonstration, or the local operator while there is neither. With `session`: its fresh proof.
  [[nodiscard]] base::Result<SignIn> sign_in_at_console(const Session* session, const From& from);

  // ---- sessions (sessions.cc)
  [[nodiscard]] base::Result<std::optional<Session>> find_session(std::string_view token);
  // By the hash of the token, without a use of it: for what is held open.
  [[nodiscard]] base::Result<std::optional<Session>> open_session(const credential::Digest& hash);
  [[nodiscard]] base::Result<std::vector<Session>> sessions_of(const base::RecordId& person);
  // not_found unless it is open and `of` that person (nullopt: of anybody).
  [[nodiscard]] record::Outcome<Session> end_session(const record::Context& context,
                                                     const base::RecordId& session,
                                                     const std::optional<base::RecordId>& of);
  [[nodiscard]] record::Outcome<Session> session_of_id(const base::RecordId& session);
  // For whoever takes a role from somebody and wants them to sign in again.
  [[nodiscard]] base::Result<std::int64_t> end_all_sessions(const record::Context& context,
                                                            const base::RecordId& person);

  // ---- tokens (tokens.cc)
  [[nodiscard]] base::Result<std::optional<Token>> find_token(std::string_view text);
  struct TokenWish {
    base::RecordId owner{};
    OwnerKind owner_kind = OwnerKind::person;
    std::string name;
    std::vector<std::string> scopes;
    base::TimeNs expires{};
  };
  [[nodiscard]] record::Outcome<NewToken> create_token(const record::Context& context, TokenWish wish);
  [[nodiscard]] base::Result<std::vector<Token>> tokens_of(const base::RecordId& owner);
  [[nodiscard]] record::Outcome<Token> token_of_id(const base::RecordId& token);
  [[nodiscard]] record::Outcome<Token> end_token(const record::Context& context, const base::RecordId& token,
                                                 const std::optional<base::RecordId>& of);

  // ---- second factors (factors.cc)
  struct NewTotp {
    std::string secret;  // base 32
    std::string uri;     // of the QR code
  };
  [[nodiscard]] record::Outcome<NewTotp> start_totp(const Session& session, std::string_view issuer);
  // The code of the new secret was right: it counts from now on, and other sessions end. Half a session that
  // had to enrol is replaced by a whole one.
  [[nodiscard]] record::Outcome<std::optional<NewSession>> confirm_totp(const record::Context& context,
                                                                        const Session& session,
                                                                        std::string_view code,
                                                                        const From& from);
  // conflict: it is the only one, and one is needed.
  [[nodiscard]] record::Outcome<bool> remove_totp(const record::Context& context, const Session& session);
  // Ten new codes in place of the old ones.
  [[nodiscard]] record::Outcome<std::vector<std::string>> new_recovery_codes(const record::Context& context,
                                                                             const base::RecordId& person);
  // Options for the browser, as JSON.
  [[nodiscard]] base::Result<std::string> passkey_creation(const Session& session,
                                                           std::string_view display_name,
                                                           const credential::RelyingParty& relying_party);
  // `session`: nullptr for signing in without a name.
  [[nodiscard]] base::Result<std::string> passkey_request(const Session* session,
                                                          const credential::RelyingParty& relying_party);
  struct AddedPasskey {
    PasskeyFacts facts;
    std::optional<NewSession> session;  // as of confirm_totp()
  };
  [[nodiscard]] record::Outcome<AddedPasskey> add_passkey(const record::Context& context,
                                                          const Session& session, std::string_view name,
                                                          const credential::RegistrationResponse& response,
                                                          const credential::RelyingParty& relying_party,
                                                          const From& from);
  [[nodiscard]] base::Result<std::vector<PasskeyFacts>> passkeys_of(const base::RecordId& person);
  [[nodiscard]] record::Outcome<bool> remove_passkey(const record::Context& context, const Session& session,
                                                     const base::RecordId& passkey);

  // ---- invitations (invitations.cc)
  struct Invitation {
    std::string code;  // for the link; kept nowhere
    base::TimeNs expires{};
  };
  struct InvitationWish {
    base::RecordId person{};
    bool must_enrol = false;
    bool resets_factors = false;  // of an account that is there: for who lost every second factor
  };
  // Earlier ones of the same person end.
  [[nodiscard]] record::Outcome<Invitation> invite(const record::Context& context,
                                                   const InvitationWish& wish);
  // Whom an open invitation is for; before the work of hashing is done.
  [[nodiscard]] base::Result<std::optional<base::RecordId>> invited(std::string_view code, const From& from);
  // Makes the account, or gives the one that is there a new password (its login stays, and so do its second
  // factors unless the invitation resets them).
  [[nodiscard]] record::Outcome<Account> accept(std::string_view code, std::string_view login,
                                                std::string password_hash, const From& from);

  // ---- the first start (setup.cc)
  struct SetupState {
    bool needed = true;  // there is no administrator
    std::optional<base::RecordId> administrator;
    std::optional<base::RecordId> demo_person;
  };
  [[nodiscard]] base::Result<SetupState> setup_state();
  // A new secret in place of an earlier one, to be shown to the owner; nullopt when there is an
  // administrator.
  [[nodiscard]] base::Result<std::optional<std::string>> new_setup_secret();
  // Whether it is the one; before any work is done.
  [[nodiscard]] base::Result<Proof> check_setup_secret(std::string_view typed, const From& from);
  // Uses the secret up and names the administrator; in the transaction that makes them. conflict: somebody
  // was faster.
  [[nodiscard]] record::Outcome<bool> finish_setup_within(store::sql::Connection& connection,
                                                          const record::Context& context,
                                                          std::string_view typed,
                                                          const base::RecordId& administrator);
  [[nodiscard]] base::Result<void> set_demo_person_within(store::sql::Connection& connection,
                                                          const base::RecordId& person);
  // A whole session for somebody who has just made the account.
  [[nodiscard]] base::Result<SignIn> begin_after_setup(const base::RecordId& person, const From& from);

  // How often a password was hashed for somebody who has one, and as much work was done for nobody.
  struct Work {
    std::uint64_t for_somebody = 0;
    std::uint64_t for_nobody = 0;
  };
  [[nodiscard]] Work work() const noexcept { return {for_somebody_.load(), for_nobody_.load()}; }
  [[nodiscard]] const os::Clock& clock() const noexcept { return *parts_.clock; }
  [[nodiscard]] const credential::SessionRules& rules() const noexcept { return parts_.rules; }
  // A transaction of the database, for what is made together with an account.
  [[nodiscard]] store::sql::Database& database() noexcept { return *parts_.database; }

 private:
  struct Row;  // an account as it is stored

  explicit Accounts(Parts parts);
  using Connection = store::sql::Connection;
  using Work_ = std::function<base::Result<void>(Connection&)>;
  [[nodiscard]] base::Result<void> read(const Work_& work);
  [[nodiscard]] base::Result<void> write(const Work_& work);
  // A write whose refusal undoes it.
  template <typename T>
  [[nodiscard]] record::Outcome<T> change(const std::function<record::Outcome<T>(Connection&)>& work);
  [[nodiscard]] base::Result<void> load_recovery_key();

  // One at a time for each person, until the transaction ends.
  [[nodiscard]] static base::Result<void> lock(Connection& connection, const base::RecordId& person);
  [[nodiscard]] base::Result<std::optional<Row>> row_of(Connection& connection, const base::RecordId& person);
  [[nodiscard]] base::Result<std::optional<Row>> row_of_login(Connection& connection, std::string_view login);
  [[nodiscard]] base::Result<Account> facts_of(Connection& connection, const Row& row);
  [[nodiscard]] record::AuditEntry entry_of(const access::Principal& who, std::string_view via,
                                            std::string_view peer, std::string action,
                                            const std::optional<base::RecordId>& person) const;
  [[nodiscard]] base::Result<void> audit(Connection& connection, const access::Principal& who,
                                         std::string_view via, std::string_view peer, std::string action,
                                         const std::optional<base::RecordId>& person,
                                         std::string_view reason = {}, std::string details = "{}");
  [[nodiscard]] base::Result<void> audit(Connection& connection, const record::Context& context,
                                         std::string action, const std::optional<base::RecordId>& person,
                                         std::string details = "{}");

  [[nodiscard]] base::Result<bool> matches(std::string_view password, const std::optional<Row>& row,
                                           bool& outdated);
  [[nodiscard]] base::Result<bool> use_totp(Connection& connection, const Row& row, std::string_view code);
  [[nodiscard]] base::Result<bool> use_recovery(Connection& connection, const Row& row,
                                                std::string_view code);
  // The method it proves; nullopt: it proves nothing.
  [[nodiscard]] base::Result<std::optional<credential::Method>> use_passkey(
      Connection& connection, const credential::AssertionResponse& response,
      const credential::RelyingParty& relying_party, const std::optional<base::RecordId>& person,
      const std::optional<credential::Digest>& session, base::RecordId& owner);
  [[nodiscard]] base::Result<bool> take_ceremony(Connection& connection, const credential::Digest& challenge,
                                                 bool creates, const std::optional<base::RecordId>& person,
                                                 const std::optional<credential::Digest>& session);
  [[nodiscard]] base::Result<void> keep_ceremony(Connection& connection, credential::ByteSpan challenge,
                                                 bool creates, const Session* session);
  [[nodiscard]] base::Result<Next> missing(Connection& connection, const Row& row,
                                           credential::Methods methods);
  // What comes of checking evidence in a transaction; the methods that were shown, none: it proves nothing.
  [[nodiscard]] base::Result<credential::Methods> check(Connection& connection, const Row& row,
                                                        const Session& session, const Evidence& evidence);
  [[nodiscard]] base::Result<SignIn> prove_within(Connection& connection, const Session& session,
                                                  const Evidence& evidence, std::string_view known_password,
                                                  const From& from);
  [[nodiscard]] base::Result<SignIn> begin_by_password(Connection& connection, const Row& checked,
                                                       const std::string& hash, const From& from);
  [[nodiscard]] base::Result<std::optional<Row>> look_up(const base::RecordId& person);
  [[nodiscard]] base::Result<bool> may_enrol(Connection& connection, const Row& row, const Session& session);
  [[nodiscard]] base::Result<bool> may_lose(Connection& connection, const Row& row, bool totp);
  [[nodiscard]] base::Result<std::optional<NewSession>> after_enrolment(Connection& connection,
                                                                        const Row& row,
                                                                        const Session& session,
                                                                        credential::Method method,
                                                                        const From& from);
  // Puts a session (half of one, where something is missing) in place of `old`.
  struct Beginning {
    base::RecordId person{};
    std::string name;  // for the audit log
    credential::Methods methods;
    bool half = false;
    bool proved = true;
    std::optional<credential::Digest> old = std::nullopt;
    std::optional<base::TimeNs> since = std::nullopt;  // a session that goes on began then
    std::string_view action = "session.begin";
  };
  [[nodiscard]] base::Result<NewSession> begin(Connection& connection, const Beginning& beginning,
                                               const From& from);
  [[nodiscard]] base::Result<std::int64_t> end_sessions(Connection& connection, const base::RecordId& person,
                                                        const std::optional<credential::Digest>& but);
  [[nodiscard]] base::Result<std::optional<Session>> load_session(Connection& connection,
                                                                  const credential::Digest& hash);
  [[nodiscard]] base::Result<bool> still_open(Connection& connection, const Session& session);
  // Said to the audit log, which bounds how much of it one principal can have written down.
  void refuse(const From& from, const std::optional<base::RecordId>& person, std::string_view name,
              std::string action, std::string_view reason = {});
  [[nodiscard]] base::Result<bool> is_locked(Connection& connection, const base::RecordId& person);
  void forget();

  template <typename T>
  struct Kept {
    T value;
    std::chrono::steady_clock::time_point at;
  };
  // Looks in `kept`, then asks `load`.
  template <typename T, typename Load>
  [[nodiscard]] base::Result<std::optional<T>> remembered(std::map<credential::Digest, Kept<T>>& kept,
                                                          const credential::Digest& key, const Load& load);

  Parts parts_;
  credential::HashSlots slots_;
  credential::Secret recovery_key_;
  std::atomic<std::uint64_t> for_somebody_{0};
  std::atomic<std::uint64_t> for_nobody_{0};

  Guard guard_;

  std::mutex mutex_;              // of what is below
  std::uint64_t generation_ = 0;  // counts what was forgotten, so that no older answer is kept after it
  std::map<credential::Digest, Kept<Session>> sessions_;
  std::map<credential::Digest, Kept<Token>> tokens_;
};

}  // namespace hinomi::account
