// What the server's own long-lived processes give up once they know what they need (os/sandbox.h): a process
// that was taken over through a line or a request is to reach little. Not for parser workers (worker/).
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "app/data_folder.h"

namespace hinomi::app {

// All are to be called before the process has a second thread. What the kernel refuses is logged, and the
// process goes on with what holds. They return the parts that hold (process/live_state.h).

// Reads every file that its user may read, since followed ones can lie anywhere; writes in the data folder
// and the folder for copies of checkpoints (empty: none) only; listens, but connects to nothing beside the
// ports of its database.
std::uint32_t confine_front(const DataFolder& folder, const std::string& audit_copies,
                            std::vector<std::uint16_t> database_ports,
                            const std::function<void(const std::string&)>& log);

// Reads the system's and the program's files, writes in the data folder only, no TCP.
std::uint32_t confine_pipeline(const DataFolder& folder, const std::string& content,
                               const std::function<void(const std::string&)>& log);

// Connects to others by TCP, and listens to none; reads what names and certificates need, and writes in the
// folder of anchors only.
std::uint32_t confine_anchor(const DataFolder& folder, const std::function<void(const std::string&)>& log);

}  // namespace hinomi::app
