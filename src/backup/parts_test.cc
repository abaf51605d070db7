#include "backup/parts.h"

#include <gtest/gtest.h>

#include <string>

namespace hinomi::backup {
namespace {

const std::string kHash(64, 'a');

TEST(Parts, names_of_the_table_are_known) {
  EXPECT_EQ(part_of("records.db")->form, Form::records);
  EXPECT_EQ(part_of("journal/0000000000000001.hjs")->fate, Fate::events);
  EXPECT_EQ(part_of("keys/audit-signing.pem")->fate, Fate::secret);
  EXPECT_EQ(part_of("key")->fate, Fate::secret);
  EXPECT_EQ(part_of("vaults/7.db-wal")->form, Form::sealed);
  EXPECT_EQ(part_of("blobs/aa/aa/" + kHash)->form, Form::blobs);
  EXPECT_EQ(part_of("blobs/new/x")->fate, Fate::remade);
}

TEST(Parts, no_other_name_is_taken) {
  for (const std::string& name : {std::string(),
                                  std::string("/etc/passwd"),
                                  std::string("../records.db"),
                                  std::string("./records.db"),
                                  std::string("journal/../../x"),
                                  std::string("journal/.."),
                                  std::string("journal/a/b"),
                                  std::string("journal/"),
                                  std::string("journal"),
                                  std::string("journal/.hidden"),
                                  std::string("records.db/x"),
                                  std::string("records.db\0x", 12),
                                  std::string("records.db "),
                                  std::string("other"),
                                  std::string("audit/1.checkpoints"),
                                  std::string("vaults/x.db"),
                                  std::string("vaults/1.db-shm"),
                                  std::string("vaults/.db"),
                                  std::string("vaults/99999999999.db"),
                                  "blobs/ab/aa/" + kHash,
                                  "blobs/aa/ab/" + kHash,
                                  "blobs/aa/aa/" + std::string(63, 'a'),
                                  "blobs/aa/aa/" + std::string(64, 'A'),
                                  "blobs/" + kHash,
                                  "journal/" + std::string(300, 'a'),
                                  std::string("journal/\xe3\x81\x82"),
                                  std::string("journal\\x"),
                                  std::string("C:journal")})
    EXPECT_EQ(part_of(name), nullptr) << name;
}

}  // namespace
}  // namespace hinomi::backup
