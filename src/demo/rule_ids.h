// The ids of the project's own rules (content/rules) that the recording is made for. A test holds them
// against the rule files; nothing else in the program may depend on single rules.
#pragma once

#include <string_view>

namespace hinomi::demo::rule_ids {

inline constexpr std::string_view kDiskImageFromMail = "97e56920-782d-4938-9040-db18ff9348e7";
inline constexpr std::string_view kPowershellEncoded = "130fa336-db75-4a2d-97f0-3ba0f39479b9";
inline constexpr std::string_view kScriptDownloadAndRun = "21eb3afe-9650-4a4b-904f-aeebf5f835f9";
inline constexpr std::string_view kRundll32UserFolder = "a44b1ea2-8146-491f-8871-062693bf55fc";
inline constexpr std::string_view kDiscoveryBurst = "0aa92131-2c21-4c8b-b121-7900ed23733a";
inline constexpr std::string_view kLsassDump = "90fb4427-1d68-4cd4-821d-1735c0f57ef9";
inline constexpr std::string_view kHiveSaved = "43f09c68-f623-494c-886a-ed602e3b64c3";
inline constexpr std::string_view kOneAccountManyHosts = "25aa160a-102b-46bc-badd-8a2b65889848";
inline constexpr std::string_view kServiceRemoteExecution = "1174c090-7b43-416a-a196-1afbaf7e5160";
inline constexpr std::string_view kWmiShell = "aad12b31-cc4a-455e-a257-77bbd06df579";
inline constexpr std::string_view kTaskWritableFolder = "dfbae04f-a07d-4f06-9f92-e760276cd0b8";
inline constexpr std::string_view kAccountThenAdmin = "eb10d63c-4bff-465d-8a50-b327268949da";
inline constexpr std::string_view kRdpBetweenServers = "9f26bb39-38ff-46f6-8c5a-175c528d4581";
inline constexpr std::string_view kNtdsCopied = "4666138b-a889-4305-9956-8cf42230d5c0";
inline constexpr std::string_view kReplicationByAccount = "a0f9c725-166c-4f4e-a5ab-77580b9032d4";
inline constexpr std::string_view kSshGuessed = "62b09e4a-fe41-444a-8a68-c41ca4c1fc6e";
inline constexpr std::string_view kSudoDownloadToShell = "906ecb38-cff7-48e8-8930-0b7e0654cb45";
inline constexpr std::string_view kCronFileCreated = "cc1839f0-5bca-49bf-98b8-b9cb31ae54cb";
inline constexpr std::string_view kArchiveEncrypted = "31b7452e-1d2f-4ef9-8e36-c1e4c44bd83a";
inline constexpr std::string_view kDnsTunnel = "607d339b-6d46-4a25-af62-73859dba837e";
inline constexpr std::string_view kUploadVolume = "8abfa97f-e342-44fe-a395-73d0b499db8d";
inline constexpr std::string_view kVpnTwoCountries = "60a0bf18-69a5-4e91-b8e9-bfb34cce1ff5";
inline constexpr std::string_view kDefenderOff = "28b68b67-e9d6-4592-9298-e0968e45201c";
inline constexpr std::string_view kEventLogCleared = "fa87f249-2958-431b-8a60-fa72bf1805b6";
inline constexpr std::string_view kShadowCopiesDeleted = "a15feb6b-68e5-4dab-bb84-6c2b3bf8dd7d";

}  // namespace hinomi::demo::rule_ids
