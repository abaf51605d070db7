// What Windows servers do by themselves on a normal day: services, monitoring, replication, backup.
// People's work on them is in it_department.h.
#pragma once

#include "demo/random.h"
#include "demo/scene.h"

namespace hinomi::demo {

void add_server_day(Scene& scene, const Random& random);

// The access right "Replicating Directory Changes All" in the form of event 4662 (MS-ADTS 5.1.3.2.1).
inline constexpr std::string_view kReplicationRight =
    "%%7688\r\n\t\t{1131f6ad-9c07-11d1-f79f-00c04fc2dcd2}\r\n\t{19195a5b-6da0-11d0-afd3-00c04fd930c9}";

// Security 4662 on a domain controller.
void add_directory_access(WindowsLog& log, const Host& controller, TimeNs time, std::string_view account,
                          std::string_view properties);

}  // namespace hinomi::demo
